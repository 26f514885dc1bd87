// Each probe makes a few descriptors, tries one thing and closes them: nothing is left behind and
// nothing can block. What cannot be tried keeps its default.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <utility>
#include <vector>

#include "core/base/owned_fd.h"
#include "core/observe/observe.h"

namespace epollscope {
namespace {

OwnedFd new_epoll() { return OwnedFd(epoll_create1(EPOLL_CLOEXEC)); }

bool add(const OwnedFd& ep, const OwnedFd& target, std::uint32_t events) {
  epoll_event e{.events = events, .data = {.u64 = 0}};
  return epoll_ctl(ep.get(), EPOLL_CTL_ADD, target.get(), &e) == 0;
}

int events_of(const OwnedFd& ep) {
  epoll_event e{};
  return epoll_wait(ep.get(), &e, 1, 0);
}

struct Pipe {
  OwnedFd reader{-1}, writer{-1};
  static Pipe make() {
    int fds[2] = {-1, -1};
    if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0) return {};
    return {OwnedFd(fds[0]), OwnedFd(fds[1])};
  }
};

void wait_checks_fd_first(KernelTraits& traits) {
  epoll_event e{};
  if (epoll_wait(-1, &e, 0, 0) == -1) traits.wait_checks_fd_first = errno == EBADF;
}

void pipe_wakes_on_every_write(KernelTraits& traits) {
  const Pipe pipe = Pipe::make();
  const OwnedFd ep = new_epoll();
  if (!add(ep, pipe.reader, EPOLLIN | EPOLLET)) return;
  if (write(pipe.writer.get(), "x", 1) != 1 || events_of(ep) != 1) return;
  if (write(pipe.writer.get(), "x", 1) != 1) return;
  traits.pipe_wakes_on_every_write = events_of(ep) == 1;
}

// An end opened for both is hooked into both queues: a wakeup of the writers makes its item
// report the data that is still there.
void pipe_read_wakes_when_slot_freed(KernelTraits& traits) {
  const Pipe pipe = Pipe::make();
  const std::array<char, 4096> filler{};
  while (write(pipe.writer.get(), filler.data(), filler.size()) > 0) {
  }
  const OwnedFd both(open(fmt::format("/proc/self/fd/{}", pipe.reader.get()).c_str(),
                          O_RDWR | O_CLOEXEC | O_NONBLOCK));
  const OwnedFd ep = new_epoll();
  if (!both.valid() || !add(ep, both, EPOLLIN | EPOLLOUT | EPOLLET) || events_of(ep) != 1) return;
  char byte = 0;
  if (read(pipe.reader.get(), &byte, 1) != 1) return;
  traits.pipe_read_wakes_when_slot_freed = events_of(ep) == 0;
}

// Five instances in a chain are the most where both directions count.
void nest_limit_counts_both_directions(KernelTraits& traits) {
  constexpr int kMost = 5;
  std::vector<OwnedFd> chain;
  chain.push_back(new_epoll());
  for (int length = 2; length <= kMost + 1; ++length) {
    chain.push_back(new_epoll());
    if (!chain.back().valid()) return;
    if (add(chain.back(), chain[chain.size() - 2], EPOLLIN)) continue;
    if (length > kMost && errno == ELOOP) traits.nest_limit_counts_both_directions = true;
    return;
  }
  traits.nest_limit_counts_both_directions = false;
}

void has_epoll_pwait2(KernelTraits& traits) {
#ifdef SYS_epoll_pwait2
  const timespec zero{};
  epoll_event e{};
  const auto n = syscall(SYS_epoll_pwait2, -1, &e, 1, &zero, nullptr, 0);
  traits.has_epoll_pwait2 = n != -1 || errno != ENOSYS;
#else
  traits.has_epoll_pwait2 = false;
#endif
}

// A child that shares this process's memory until it ends, which it does at once.
void pidfd_hup_when_reaped(KernelTraits& traits) {
  const pid_t child = vfork();  // NOLINT(bugprone-unsafe-functions): it does nothing but exit
  if (child == 0) _exit(0);
  if (child < 0) return;
  const OwnedFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
  siginfo_t info{};
  while (waitid(P_PID, static_cast<id_t>(child), &info, WEXITED) == -1 && errno == EINTR) {
  }
  pollfd p{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
  if (pidfd.valid() && poll(&p, 1, 0) == 1)
    traits.pidfd_hup_when_reaped = (p.revents & POLLHUP) != 0;
}

// A socket that took no more before it was connected: only the write finds out, and has its buffer
// by then. Both tell epoll, one after the other.
void unix_signals_before_it_frees(KernelTraits& traits) {
  constexpr int kType = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
  const OwnedFd listener(socket(AF_UNIX, kType, 0));
  const OwnedFd reader(socket(AF_UNIX, kType, 0));
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  socklen_t length = sizeof address.sun_family;  // alone: the kernel finds an abstract name
  auto* const name = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener.get(), name, length) != 0 || listen(listener.get(), 1) != 0) return;
  length = sizeof address;
  if (getsockname(listener.get(), name, &length) != 0) return;
  if (shutdown(reader.get(), SHUT_RD) != 0 || connect(reader.get(), name, length) != 0) return;
  const OwnedFd writer(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  sigset_t pipe_signal, before;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  if (pthread_sigmask(SIG_BLOCK, &pipe_signal, &before) != 0) return;
  const OwnedFd signals(signalfd(-1, &pipe_signal, SFD_CLOEXEC | SFD_NONBLOCK));
  const OwnedFd ep = new_epoll();
  std::array<epoll_event, 2> events{};
  events[0] = {.events = EPOLLIN, .data = {.u64 = 1}};
  events[1] = {.events = EPOLLOUT | EPOLLET, .data = {.u64 = 2}};
  const bool watched = epoll_ctl(ep.get(), EPOLL_CTL_ADD, signals.get(), &events[0]) == 0 &&
                       epoll_ctl(ep.get(), EPOLL_CTL_ADD, writer.get(), &events[1]) == 0 &&
                       events_of(ep) == 1;
  if (watched && write(writer.get(), "x", 1) == -1 && errno == EPIPE &&
      epoll_wait(ep.get(), events.data(), 2, 0) == 2) {
    traits.unix_signals_before_it_frees = events[0].data.u64 == 1;
  }
  const timespec now{};
  sigtimedwait(&pipe_signal, nullptr, &now);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

// Longer than any message may be: who makes the message first finds that out.
void dgram_looks_for_peer_last(KernelTraits& traits) {
  const OwnedFd alone(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  int room = 0;
  socklen_t length = sizeof room;
  if (getsockopt(alone.get(), SOL_SOCKET, SO_SNDBUF, &room, &length) != 0) return;
  const std::vector<char> message(static_cast<std::size_t>(room));
  if (send(alone.get(), message.data(), message.size(), MSG_NOSIGNAL) != -1) return;
  if (errno == EMSGSIZE || errno == ENOTCONN) traits.dgram_looks_for_peer_last = errno == EMSGSIZE;
}

KernelTraits probe_now() {
  KernelTraits traits;
  wait_checks_fd_first(traits);
  pipe_wakes_on_every_write(traits);
  pipe_read_wakes_when_slot_freed(traits);
  nest_limit_counts_both_directions(traits);
  has_epoll_pwait2(traits);
  pidfd_hup_when_reaped(traits);
  unix_signals_before_it_frees(traits);
  dgram_looks_for_peer_last(traits);
  return traits;
}

}  // namespace

const KernelTraits& probe_traits() {
  static const KernelTraits traits = probe_now();
  return traits;
}

}  // namespace epollscope
