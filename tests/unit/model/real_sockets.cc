#include "tests/unit/model/real_sockets.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>

#include "core/call/flags.h"

namespace epollscope::test {
namespace {

struct Address {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  bool of(int fd) { return getsockname(fd, get(), &length) == 0; }
};

// include/net/tcp_states.h
constexpr std::size_t kEstablished = 1, kFinWait1 = 4, kCloseWait = 8, kLastAck = 9, kClosing = 11;
constexpr std::array<const char*, 13> kStates = {
    "no state", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",   "TIME_WAIT",
    "CLOSE",    "CLOSE_WAIT",  "LAST_ACK", "LISTEN",   "CLOSING",   "NEW_SYN_RECV"};

}  // namespace

int bind_real(int fd) {
  Address own;
  if (!own.of(fd)) return -1;
  if (own.storage.ss_family == AF_UNIX) return bind(fd, own.get(), sizeof(sa_family_t));
  if (own.storage.ss_family == AF_INET6) {
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_addr = in6addr_loopback;
    return bind(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return bind(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

int listen_real(int fd, int backlog) {
  Address own;
  const bool inet = own.of(fd) && own.storage.ss_family != AF_UNIX;
  // The port is at one place in the addresses of both families.
  const bool unbound = inet && reinterpret_cast<const sockaddr_in&>(own.storage).sin_port == 0;
  if (unbound && bind_real(fd) != 0) return -1;
  return listen(fd, backlog);
}

int connect_real(int fd, int to) {
  Address address;
  return address.of(to) ? connect(fd, address.get(), address.length) : -1;
}

int setsockopt_real(int fd, std::int32_t option, int value) {
  if (option != socket_option(SOL_SOCKET, SO_LINGER)) {
    return setsockopt(fd, option_level(option), option_name(option), &value, sizeof value);
  }
  const linger when{.l_onoff = value < 0 ? 0 : 1, .l_linger = value < 0 ? 0 : value};
  return setsockopt(fd, SOL_SOCKET, SO_LINGER, &when, sizeof when);
}

int getsockopt_real(int fd, std::int32_t option, int& value) {
  std::array<int, 2> both{};
  socklen_t length = sizeof both;
  const int r = getsockopt(fd, option_level(option), option_name(option), both.data(), &length);
  const bool lingers = option == socket_option(SOL_SOCKET, SO_LINGER);
  value = !lingers ? both[0] : both[0] == 0 ? -1 : both[1];
  return r;
}

std::string under_way_real(int fd) {
  tcp_info info{};
  socklen_t length = sizeof info;
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return {};
  const std::size_t state = info.tcpi_state;
  const bool held = state == kEstablished || state == kCloseWait;
  const bool ends = state == kFinWait1 || state == kLastAck || state == kClosing;
  const bool waits = ends || (held && info.tcpi_notsent_bytes > 0);
  if (!waits || info.tcpi_unacked == 0) return {};
  return "fd " + std::to_string(fd) + " in " + kStates.at(state) + ": " +
         std::to_string(info.tcpi_unacked) + " segments are not acknowledged, " +
         std::to_string(info.tcpi_notsent_bytes) + " bytes not sent";
}

}  // namespace epollscope::test
