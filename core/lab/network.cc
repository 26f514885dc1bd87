#include "core/lab/network.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

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

bool is_under_way(int fd) {
  tcp_info info{};
  socklen_t length = sizeof info;
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return false;
  switch (info.tcpi_state) {
    case syn_sent:
    case syn_received:
    case fin_wait_1:
    case last_ack:
    case closing:
      return true;
    case established:
    case close_wait:
      return info.tcpi_notsent_bytes > 0;
    default:
      return false;
  }
}

}  // namespace

std::uint32_t segments_under_way(const Descriptors& descriptors, std::uint32_t end) {
  std::uint32_t count = 0;
  for (std::int32_t fd = 0; fd < static_cast<std::int32_t>(end); ++fd) {
    if (descriptors.kind(fd) == FdKind::tcp && is_under_way(fd)) ++count;
  }
  return count;
}

}  // namespace epollscope::lab
