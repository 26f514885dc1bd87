#include "core/lab/descriptors.h"

#include <sys/inotify.h>
#include <sys/signalfd.h>

#include <cstring>

namespace epollscope::lab {

Descriptors::Descriptors(std::int32_t first_control)
    : first_control_(first_control), known_(static_cast<std::size_t>(first_control)) {}

Known Descriptors::known(std::int32_t fd) const {
  if (fd < 0 || fd >= first_control_) return {};
  return known_[static_cast<std::size_t>(fd)].load();
}

void Descriptors::remember(std::int32_t fd, Known known) {
  if (fd >= 0 && fd < first_control_) known_[static_cast<std::size_t>(fd)].store(known);
}

std::int32_t Descriptors::visible(std::int32_t fd) const { return fd >= first_control_ ? -1 : fd; }

std::optional<Summary> sum_up(FdKind kind, std::span<const std::byte> read) {
  Summary sum;
  switch (kind) {
    case FdKind::eventfd:
    case FdKind::timerfd:
      if (read.size() != sizeof sum.value) return std::nullopt;
      std::memcpy(&sum.value, read.data(), sizeof sum.value);
      return sum;
    case FdKind::signalfd:
      if (read.size() < sizeof(signalfd_siginfo)) return std::nullopt;
      std::memcpy(&sum.value, read.data() + offsetof(signalfd_siginfo, ssi_signo),
                  sizeof(std::uint32_t));
      sum.kind = ValueKind::signal;
      return sum;
    case FdKind::inotify:
      if (read.empty() || read.size() % sizeof(inotify_event) != 0) return std::nullopt;
      return Summary{read.size() / sizeof(inotify_event), ValueKind::events};
    case FdKind::epoll:
    case FdKind::tcp:
    case FdKind::datagram:
    case FdKind::master:
    case FdKind::slave:
    case FdKind::other:
      break;
  }
  return std::nullopt;
}

}  // namespace epollscope::lab
