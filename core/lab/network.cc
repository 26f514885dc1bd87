#include "core/lab/network.h"

#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <optional>

namespace epollscope::lab {
namespace {

// include/net/tcp_states.h
enum : std::uint8_t {
  established = 1,
  syn_sent = 2,
  syn_received = 3,
  fin_wait_1 = 4,
  close_wait = 8,
  last_ack = 9,
  closing = 11
};

std::optional<tcp_info> info_of(int fd) {
  tcp_info info{};
  socklen_t length = sizeof info;
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return std::nullopt;
  return info;
}

bool is_under_way(int fd, const tcp_info& info) {
  // Behind a closed window nothing is under way: its reader has to make room first. Behind an open
  // one the next segment is about to leave (TCP small queues).
  const bool waits = info.tcpi_unacked == 0 && info.tcpi_notsent_bytes > 0;
  switch (info.tcpi_state) {
    case syn_sent:
    case syn_received:
      return true;
    case fin_wait_1:
    case last_ack:
    case closing:
      return !waits || info.tcpi_snd_wnd > 0;
    case established:
    case close_wait:
      if (waits) return info.tcpi_snd_wnd > 0;
      return info.tcpi_unacked > 0 && (info.tcpi_notsent_bytes > 0 || is_full(fd));
    default:
      return false;
  }
}

}  // namespace

FdKind kind_of_socket(int domain, int type) {
  const int plain = type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
  const bool inet = domain == AF_INET || domain == AF_INET6;
  if (inet && plain == SOCK_STREAM) return FdKind::tcp;
  const bool datagram = domain == AF_UNIX && (plain == SOCK_DGRAM || plain == SOCK_RAW);
  return datagram ? FdKind::datagram : FdKind::other;
}

bool is_full(int fd) {
  std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
  socklen_t length = sizeof memory;
  if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory.data(), &length) != 0) return false;
  const std::int64_t queued = memory[SK_MEMINFO_WMEM_QUEUED];
  const std::int64_t free = std::int64_t{memory[SK_MEMINFO_SNDBUF]} - queued;
  return free < queued / 2 || free <= 0;
}

std::int64_t unsent_bytes(int fd) {
  const auto info = info_of(fd);
  return info ? std::int64_t{info->tcpi_notsent_bytes} : -1;
}

UnderWay segments_under_way(const Descriptors& descriptors, std::uint32_t end) {
  UnderWay all;
  for (std::int32_t fd = 0; fd < static_cast<std::int32_t>(end); ++fd) {
    if (descriptors.kind(fd) != FdKind::tcp) continue;
    const auto info = info_of(fd);
    if (!info || !is_under_way(fd, *info)) continue;
    all.add({static_cast<std::uint64_t>(fd), info->tcpi_state, info->tcpi_bytes_acked,
             info->tcpi_notsent_bytes});
  }
  return all;
}

}  // namespace epollscope::lab
