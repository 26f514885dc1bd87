// What kernels do differently where a program can see it. A trait is found out by trying it on the
// running kernel (probe_traits() in core/observe), never by its version: stable branches and
// distributions carry changes back. The model obeys each trait.
//
// The defaults are those of Linux 6.18.
#pragma once

#include <array>
#include <string_view>

namespace epollscope {

struct KernelTraits {
  bool wait_checks_fd_first = true;
  bool pipe_wakes_on_every_write = true;
  bool pipe_read_wakes_when_slot_freed = true;
  bool nest_limit_counts_both_directions = true;
  bool has_epoll_pwait2 = true;
  bool pidfd_hup_when_reaped = true;
  bool unix_signals_before_it_frees = true;
  bool dgram_looks_for_peer_last = true;
  friend bool operator==(const KernelTraits&, const KernelTraits&) = default;
};

struct TraitRow {
  std::string_view name;
  bool KernelTraits::* value;
  std::string_view present;  // one sentence each
  std::string_view absent;
  std::string_view since;  // the first release in which it is present, for readers
};

inline constexpr std::array kKernelTraits = {
    TraitRow{"wait_checks_fd_first", &KernelTraits::wait_checks_fd_first,
             "epoll_wait looks at its descriptor before maxevents",
             "epoll_wait looks at maxevents before its descriptor", "6.15"},
    TraitRow{"pipe_wakes_on_every_write", &KernelTraits::pipe_wakes_on_every_write,
             "a second write to an unread pipe is a new event under EPOLLET",
             "a second write to an unread pipe is no event under EPOLLET", "5.14"},
    TraitRow{"pipe_read_wakes_when_slot_freed", &KernelTraits::pipe_read_wakes_when_slot_freed,
             "reading a full pipe wakes writers once a slot is free",
             "reading a full pipe wakes writers even if no slot is free yet", "6.14"},
    TraitRow{"nest_limit_counts_both_directions", &KernelTraits::nest_limit_counts_both_directions,
             "a chain of epoll instances is measured up and down: ELOOP",
             "a chain of epoll instances is measured downward only", "6.17"},
    TraitRow{"has_epoll_pwait2", &KernelTraits::has_epoll_pwait2, "epoll_pwait2 exists",
             "epoll_pwait2 is missing: ENOSYS", "5.11"},
    TraitRow{"pidfd_hup_when_reaped", &KernelTraits::pidfd_hup_when_reaped,
             "a pidfd reports EPOLLHUP once its process was waited for",
             "a pidfd reports EPOLLIN alone, also when its process was waited for", "6.9"},
    TraitRow{"unix_signals_before_it_frees", &KernelTraits::unix_signals_before_it_frees,
             "a write to an AF_UNIX stream that nobody reads sends SIGPIPE, then tells of room",
             "a write to an AF_UNIX stream that nobody reads tells of room, then sends SIGPIPE",
             "6.14"},
    TraitRow{"dgram_looks_for_peer_last", &KernelTraits::dgram_looks_for_peer_last,
             "a write to an AF_UNIX datagram socket without a peer makes its message first",
             "a write to an AF_UNIX datagram socket without a peer fails at once", "6.14"},
};

}  // namespace epollscope
