#include "core/lab/levels.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "core/lab/network.h"

namespace epollscope::lab {
namespace {

// poll(2) refuses more descriptors than the limit: where a scenario has set that to 0, it is raised
// meanwhile. Nobody makes a call then. Raw calls: the C library's go by prlimit.
int ask(pollfd& p) {
  const int found = poll(&p, 1, 0);
  rlimit limit{};
  if (found >= 0 || errno != EINVAL || syscall(SYS_getrlimit, RLIMIT_NOFILE, &limit) != 0)
    return found;
  const rlimit raised{.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
  syscall(SYS_setrlimit, RLIMIT_NOFILE, &raised);
  const int again = poll(&p, 1, 0);
  syscall(SYS_setrlimit, RLIMIT_NOFILE, &limit);
  return again;
}

}  // namespace

void look_at(const Descriptors& descriptors, const Header& header, ServiceLevel& level) {
  level.revents = level.unseen = 0;
  level.readable_bytes = level.capacity = level.unsent_bytes = -1;
  level.full = false;
  const int fd = descriptors.visible(level.fd);
  const FdKind kind = descriptors.kind(fd);
  level.counter = kind == FdKind::eventfd;
  if (kind == FdKind::epoll) return;
  if (kind == FdKind::tcp) {
    level.full = is_full(fd);
    level.unsent_bytes = unsent_bytes(fd);
    if (level.full) level.unseen = ~std::uint32_t{POLLOUT};
  }
  if (kind == FdKind::datagram && header.datagrams_directed) level.unseen = POLLOUT;
  const auto asked = (POLLIN | POLLOUT | POLLPRI | POLLRDHUP) & ~level.unseen;
  pollfd p{.fd = fd, .events = static_cast<short>(asked), .revents = 0};
  if (!level.full && ask(p) >= 0) level.revents = static_cast<std::uint16_t>(p.revents);
  if (fd < 0) level.revents = POLLNVAL;  // poll(2) skips negative numbers
  if ((level.revents & POLLNVAL) != 0 || level.counter) return;
  int bytes = 0;
  if (ioctl(fd, FIONREAD, &bytes) == 0) level.readable_bytes = bytes;
  const int pipe_size = fcntl(fd, F_GETPIPE_SZ);
  socklen_t size = sizeof bytes;
  if (pipe_size >= 0) {
    level.capacity = pipe_size;
  } else if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, &size) == 0) {
    level.capacity = bytes;
  }
}

}  // namespace epollscope::lab
