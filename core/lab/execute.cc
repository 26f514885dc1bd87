#include "core/lab/execute.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <span>

#include "core/lab/address.h"
#include "core/lab/network.h"
#include "core/lab/raw_call.h"
#include "core/lab/reading.h"
#include "core/lab/terminals.h"

namespace epollscope::lab {
namespace {

constexpr std::size_t kDrainChunk = 64 << 10;
constexpr std::size_t kFillChunk = 4 << 10;

// Raw system calls throughout: what a wrapper of the C library or of a sanitizer would add to
// them is not the kernel's.
class Execution {
 public:
  Execution(Workshop& shop, Slot& slot, std::byte* payload, Window& window)
      : shop_(shop), slot_(slot), payload_(payload), window_(window) {}

  std::uint64_t run() {
    slot_.reply = Reply{};
    std::visit([this](const auto& op) { call(op); }, slot_.operation);
    return number_;
  }

 private:
  void enter() {
    begin_ = now_ns();
    slot_.phase.store(in_call, std::memory_order_release);
  }

  void leave(std::int64_t result, int error) {
    const std::int64_t end = now_ns();
    number_ = shop_.header.returns.fetch_add(1);
    slot_.reply.returned = error == 0 ? result : -1;
    slot_.reply.error = error;
    slot_.reply.elapsed_ns = end - begin_;
  }

  template <class... Args>
  bool make(long number, Args... args) {
    enter();
    const long r = syscall(number, word(args)...);
    leave(r, r == -1 ? errno : 0);
    return r != -1;
  }

  // Several system calls that count as one.
  template <class Calls>
  void row(Calls calls) {
    enter();
    const long r = calls();
    leave(r, r == -1 ? errno : 0);
  }

  void reply_value(std::uint64_t value, ValueKind kind) {
    slot_.reply.value = value;
    slot_.reply.value_kind = kind;
    slot_.reply.has_value = true;
  }

  void refuse(int error) {  // the transport's limits: no system call was made
    enter();
    leave(-1, error);
  }

  [[nodiscard]] std::int32_t number_of(Fd fd) const { return shop_.descriptors.visible(fd.value); }
  [[nodiscard]] Known known_of(Fd fd) const { return shop_.descriptors.known(fd.value); }
  [[nodiscard]] FdKind kind_of(Fd fd) const { return shop_.descriptors.kind(fd.value); }

  void remember(std::int32_t fd, Known known) {
    shop_.descriptors.remember(fd, known);
    if (known.kind != FdKind::tcp && known.terminal == 0) return;
    std::atomic<std::uint32_t>& end = shop_.header.carriers_end;
    end = std::max<std::uint32_t>(end, static_cast<std::uint32_t>(fd) + 1);
  }
  void created(std::int32_t fd, Known known) {
    remember(fd, known);
    slot_.reply.created[slot_.reply.created_count++] = fd;
  }
  void created_one(FdKind kind) { created_copy({kind}); }
  void created_copy(Known known) {
    created(static_cast<std::int32_t>(slot_.reply.returned), known);
  }

  void call(const EpollCreate& op) {
    if (make(SYS_epoll_create, op.size)) created_one(FdKind::epoll);
  }
  void call(const EpollCreate1& op) {
    if (make(SYS_epoll_create1, op.flags)) created_one(FdKind::epoll);
  }
  void call(const Socket& op) {
    if (make(SYS_socket, op.domain, op.type, 0)) created_one(kind_of_socket(op.domain, op.type));
  }
  void call(const Bind& op) {
    row([&] { return bind_to_loopback(number_of(op.fd)); });
  }
  void call(const Listen& op) {
    const int fd = number_of(op.fd);
    row([&] {
      if (would_listen_to_all(fd) && bind_to_loopback(fd) != 0) return -1L;
      return syscall(SYS_listen, fd, op.backlog);
    });
  }
  void call(const Connect& op) {
    row([&] {
      Address to;
      if (!to.of_socket(number_of(op.to))) return -1L;
      const long r = syscall(SYS_connect, number_of(op.fd), &to.storage, to.length);
      if (r == 0 && kind_of(op.fd) == FdKind::datagram) shop_.header.datagrams_directed = true;
      return r;
    });
  }
  void call(const Accept4& op) {
    const FdKind kind = kind_of(op.fd);
    if (make(SYS_accept4, number_of(op.fd), nullptr, nullptr, op.flags)) created_one(kind);
  }
  void call(const Setsockopt& op) {
    const linger when{.l_onoff = op.value < 0 ? 0 : 1, .l_linger = std::max(op.value, 0)};
    const bool lingers = op.option == socket_option(SOL_SOCKET, SO_LINGER);
    const void* value = lingers ? static_cast<const void*>(&when) : &op.value;
    make(SYS_setsockopt, number_of(op.fd), option_level(op.option), option_name(op.option), value,
         lingers ? sizeof when : sizeof op.value);
  }
  void call(const Getsockopt& op) {
    std::array<std::int32_t, 2> value{};
    socklen_t length = sizeof value;
    const bool lingers = op.option == socket_option(SOL_SOCKET, SO_LINGER);
    if (!make(SYS_getsockopt, number_of(op.fd), option_level(op.option), option_name(op.option),
              value.data(), &length)) {
      return;
    }
    const std::int32_t answer = !lingers ? value[0] : value[0] == 0 ? -1 : value[1];
    const bool error = op.option == socket_option(SOL_SOCKET, SO_ERROR);
    reply_value(static_cast<std::uint64_t>(std::int64_t{answer}),
                error ? ValueKind::error : ValueKind::option);
  }
  void call(const SignalFd& op) {
    if (make(SYS_signalfd4, -1, &op.mask, sizeof op.mask, op.flags)) created_one(FdKind::signalfd);
  }
  void call(const Inotify&) {
    row([&] {
      const long fd = syscall(SYS_inotify_init1, 0);
      for (const std::int32_t file : shop_.scratch) {
        std::array<char, 32> path{};
        std::snprintf(path.data(), path.size(), "/proc/self/fd/%d", file);
        if (fd >= 0 && syscall(SYS_inotify_add_watch, fd, path.data(), IN_ATTRIB) < 0) {
          const int error = errno;
          syscall(SYS_close, fd);
          errno = error;
          return -1L;
        }
      }
      return fd;
    });
    if (slot_.reply.error == 0) created_one(FdKind::inotify);
  }
  void call(const InotifyTouch& op) {
    if (op.file < 1 || op.file > kScratchFiles) return refuse(EINVAL);
    make(SYS_fchmod, shop_.scratch[static_cast<std::size_t>(op.file) - 1], S_IRUSR | S_IWUSR);
  }
  void call(const MemfdCreate&) {
    if (make(SYS_memfd_create, "scratch", 0)) created_one(FdKind::other);
  }
  void call(const Dup2& op) {
    const Known known = known_of(op.fd);
    if (make(SYS_dup2, number_of(op.fd), number_of(op.to))) created_copy(known);
  }
  void call(const Setrlimit& op) {
    rlimit limit{};
    row([&] {
      if (syscall(SYS_getrlimit, op.resource, &limit) != 0) return -1L;
      limit.rlim_cur = op.limit;
      return syscall(SYS_setrlimit, op.resource, &limit);
    });
  }
  // The id of the thread or the process in the request's other slot. No thread has the number that
  // stands for nobody: the kernel says so itself.
  [[nodiscard]] pid_t target() const {
    constexpr pid_t kNobody = 1 << 30;
    if (slot_.target == 0) return kNobody;
    const Slot& s = shop_.area.slot(slot_.target);
    const auto id = static_cast<pid_t>(s.tid.load());
    if (id == 0 || s.reaped.load() != 0) return kNobody;
    // The lab has a session of its own: whoever is not in it took over the id of one who was.
    return s.process && getsid(id) != getsid(0) ? kNobody : id;
  }

  void call(const Kill& op) {
    if (op.actor.process() != 0) {
      make(SYS_kill, target(), op.signal);
    } else {
      make(SYS_tgkill, shop_.lab, target(), op.signal);
    }
  }
  // Not the raw call: the C library's locks must be free in the child.
  void call(const Fork& op) {
    enter();
    const pid_t pid = fork();
    if (pid == 0) {
      shop_.born(slot_.target);
      _exit(1);
    }
    leave(pid == -1 ? -1 : op.child.number, pid == -1 ? errno : 0);
  }
  void call(const Exit&) {  // the actor leaves once its parent can hear of it
    enter();
    leave(0, 0);
    slot_.reply.ended = true;
  }
  void call(const Waitpid& op) {
    int status = 0;
    if (!make(SYS_wait4, target(), &status, 0, nullptr)) return;
    shop_.area.slot(slot_.target).reaped.store(1);
    slot_.reply.returned = op.child.number;
    if (WIFSIGNALED(status)) {
      reply_value(static_cast<std::uint64_t>(WTERMSIG(status)), ValueKind::signal);
    } else {
      reply_value(static_cast<std::uint64_t>(WEXITSTATUS(status)), ValueKind::number);
    }
  }
  void call(const PidfdOpen&) {
    if (make(SYS_pidfd_open, target(), 0)) created_one(FdKind::other);
  }
  void call(const Sigaction& op) {
    struct sigaction action{};
    action.sa_flags = op.flags;
    action.sa_handler = op.action == signal_ignored ? SIG_IGN : SIG_DFL;
    if (op.action == signal_handled) {
      action.sa_flags |= SA_SIGINFO;
      action.sa_sigaction = on_signal;
    }
    row([&] { return static_cast<long>(sigaction(op.signal, &action, nullptr)); });
  }
  void call(const Sigprocmask& op) {
    const std::uint64_t set = op.set.value_or(0);
    make(SYS_rt_sigprocmask, op.how, op.set ? &set : nullptr, nullptr, sizeof set);
  }
  void call(const Poll& op) {
    std::array<pollfd, kMostPolled> polled{};
    for (std::uint32_t i = 0; i < op.count; ++i) {
      polled[i] = {.fd = number_of(Fd{op.numbers[i]}),
                   .events = POLLIN | POLLOUT | POLLPRI | POLLRDHUP,
                   .revents = 0};
    }
    const timespec at_once{};
    if (!make(SYS_ppoll, polled.data(), op.count, &at_once, nullptr, sizeof(std::uint64_t))) return;
    for (std::uint32_t i = 0; i < op.count; ++i) {
      if (polled[i].revents == 0) continue;
      const auto revents = static_cast<std::uint16_t>(polled[i].revents);
      epoll_event found{.events = revents, .data = {.u64 = word64(Fd{op.numbers[i]})}};
      std::memcpy(payload_ + slot_.reply.events++ * sizeof found, &found, sizeof found);
    }
  }
  void call(const EventFd& op) {
    if (make(SYS_eventfd2, op.initval, op.flags)) created_one(FdKind::eventfd);
  }
  void call(const TimerfdCreate& op) {
    if (make(SYS_timerfd_create, op.clock, op.flags)) created_one(FdKind::timerfd);
  }
  void call(const TimerfdSettime& op) {
    const itimerspec when{.it_interval = to_timespec(op.interval_ns),
                          .it_value = to_timespec(op.value_ns)};
    make(SYS_timerfd_settime, number_of(op.fd), 0, &when, nullptr);
  }
  void call(const Dup& op) {
    const Known known = known_of(op.fd);
    if (make(SYS_dup, number_of(op.fd))) created_copy(known);
  }
  void call(const Pipe2& op) {
    std::array<int, 2> fds{};
    if (!make(SYS_pipe2, fds.data(), op.flags)) return;
    created_two(fds, FdKind::other);
    const int bytes = fcntl(fds[0], F_GETPIPE_SZ);
    slot_.reply.pipe_bytes = static_cast<std::uint64_t>(std::max(bytes, 0));
  }
  void call(const SocketPair& op) {
    std::array<int, 2> fds{};
    if (make(SYS_socketpair, op.domain, op.type, 0, fds.data())) {
      created_two(fds, kind_of_socket(op.domain, op.type));
    }
  }
  void created_two(const std::array<int, 2>& fds, FdKind kind) {
    for (const int fd : fds) created(fd, {kind});
  }
  void call(const Openpty&) {
    std::array<int, 2> fds{};
    std::uint32_t number = 0;
    row([&] {
      number = ++shop_.header.terminals_made;
      errno = ENOSPC;
      return number <= kMostTerminals && open_terminal(shop_.terminal_path, fds) ? 0L : -1L;
    });
    if (slot_.reply.error != 0) return;
    created(fds[0], {FdKind::master, static_cast<std::uint16_t>(number)});
    created(fds[1], {FdKind::slave, static_cast<std::uint16_t>(number)});
  }

  void call(const EpollCtl& op) {
    epoll_event event{};
    if (op.event) {
      event.events = op.event->events;
      event.data.u64 = op.event->data;
    }
    make(SYS_epoll_ctl, number_of(op.epfd), op.op, number_of(op.fd), op.event ? &event : nullptr);
  }

  void call(const EpollWait& op) {
    std::byte* buffer = nullptr;
    if (!op.null_buffer) {
      const bool fits = op.maxevents <= static_cast<int>(kPayload / sizeof(epoll_event));
      buffer = fits ? payload_ : window_.get();
      if (buffer == nullptr) return refuse(ENOMEM);
    }
    if (!wait(op, buffer)) return;
    const auto count = static_cast<std::size_t>(slot_.reply.returned);
    slot_.reply.events =
        static_cast<std::uint32_t>(std::min(count, kPayload / sizeof(epoll_event)));
    ship(buffer, slot_.reply.events * sizeof(epoll_event));
  }

  bool wait(const EpollWait& op, std::byte* buffer) {
    const std::uint64_t bits = op.sigmask.value_or(0);
    const std::uint64_t* mask = op.sigmask ? &bits : nullptr;
    const std::int32_t epfd = number_of(op.epfd);
    if (op.form == EpollWait::Form::pwait2) {
      timespec limit{};
      if (op.timespec_ns) limit = to_timespec(*op.timespec_ns);
      return make(SYS_epoll_pwait2, epfd, buffer, op.maxevents, op.timespec_ns ? &limit : nullptr,
                  mask, sizeof bits);
    }
#ifdef SYS_epoll_wait  // newer architectures have the general form only
    if (op.form == EpollWait::Form::wait) {
      return make(SYS_epoll_wait, epfd, buffer, op.maxevents, op.timeout_ms);
    }
#endif
    return make(SYS_epoll_pwait, epfd, buffer, op.maxevents, op.timeout_ms, mask, sizeof bits);
  }

  // Brings what the kernel stored to where the parent reads it.
  void ship(const std::byte* from, std::size_t bytes) {
    if (from != nullptr && from != payload_) std::memcpy(payload_, from, bytes);
  }

  void call(const Read& op) {
    const bool simple = op.count <= kPayload || op.count > kPastUserSpace;
    std::byte* buffer = simple ? payload_ : window_.get();
    if (buffer == nullptr) return refuse(ENOMEM);
    begin_reading(shop_.descriptors, op.fd.value);
    const bool done = make(SYS_read, number_of(op.fd), buffer, op.count);
    const FdKind kind = end_reading();
    if (!done) return;
    const auto got = static_cast<std::size_t>(slot_.reply.returned);
    count_read(shop_.header, known_of(op.fd), got);
    if (const auto summary = sum_up(kind, {buffer, got})) {
      reply_value(summary->value, summary->kind);
    } else {
      ship_bytes(buffer, op.count);
    }
  }

  void call(const Recv& op) {
    const bool simple = op.count <= kPayload || op.count > kPastUserSpace;
    std::byte* buffer = simple ? payload_ : window_.get();
    if (buffer == nullptr) return refuse(ENOMEM);
    if (make(SYS_recvfrom, number_of(op.fd), buffer, op.count, op.flags, nullptr, nullptr)) {
      const bool thrown_away = (op.flags & MSG_TRUNC) != 0 && kind_of(op.fd) == FdKind::tcp;
      ship_bytes(buffer, thrown_away ? 0 : op.count);
    }
  }

  // Of a message that was cut off, MSG_TRUNC gives the whole length; of a stream, it reads nothing.
  void ship_bytes(const std::byte* buffer, std::uint64_t room) {
    const auto got = std::min(static_cast<std::uint64_t>(slot_.reply.returned), room);
    slot_.reply.bytes = std::min({got, kPayload, Window::kWritable});
    ship(buffer, slot_.reply.bytes);
  }

  void call(const WriteBytes& op) {
    if (slot_.request_bytes > kPayload) return refuse(EMSGSIZE);
    const Known known = known_of(op.fd);
    if (!make(SYS_write, number_of(op.fd), payload_, slot_.request_bytes)) return;
    count_written(shop_.header, known,
                  std::span(payload_, static_cast<std::size_t>(slot_.reply.returned)));
  }

  void call(const WriteAmount& op) {
    if (kind_of(op.fd) == FdKind::eventfd) {
      make(SYS_write, number_of(op.fd), &op.n, sizeof op.n);
      return;
    }
    const std::byte* bytes = shop_.filler.lease(op.n);
    if (bytes == nullptr) return refuse(ENOMEM);
    const Known known = known_of(op.fd);
    if (make(SYS_write, number_of(op.fd), bytes, op.n)) {
      count_written(shop_.header, known, static_cast<std::uint64_t>(slot_.reply.returned));
    }
    shop_.filler.release(bytes, op.n);
  }

  void call(const SendBytes& op) {
    if (slot_.request_bytes > kPayload) return refuse(EMSGSIZE);
    send(op.fd, payload_, slot_.request_bytes, op.flags);
  }
  void call(const SendAmount& op) {
    const std::byte* bytes = shop_.filler.lease(op.n);
    if (bytes == nullptr) return refuse(ENOMEM);
    send(op.fd, bytes, op.n, op.flags);
    shop_.filler.release(bytes, op.n);
  }
  void send(Fd fd, const std::byte* bytes, std::uint64_t n, std::int32_t flags) {
    make(SYS_sendto, number_of(fd), bytes, n, flags, nullptr, 0);
  }

  void call(const Close& op) { make(SYS_close, number_of(op.fd)); }
  void call(const Shutdown& op) { make(SYS_shutdown, number_of(op.fd), op.how); }
  void call(const Fcntl& op) {
    const Known known = known_of(op.fd);
    if (!make(SYS_fcntl, number_of(op.fd), op.command, op.arg)) return;
    if (op.command == F_DUPFD || op.command == F_DUPFD_CLOEXEC) {
      remember(static_cast<std::int32_t>(slot_.reply.returned), known);
    }
  }

  void call(const Sleep& op) {
    const timespec length = to_timespec(op.ns);
    make(SYS_nanosleep, &length, nullptr);
  }

  void call(const Drain& op) {
    const Known known = known_of(op.fd);
    const auto bytes =
        repeat(op.fd, [&](long fd) { return syscall(SYS_read, fd, payload_, kDrainChunk); });
    count_read(shop_.header, known, bytes);
  }
  void call(const Fill& op) {
    const Known known = known_of(op.fd);
    const auto bytes = repeat(
        op.fd, [&](long fd) { return syscall(SYS_write, fd, shop_.filler.bytes(), kFillChunk); });
    count_written(shop_.header, known, bytes);
  }

  // One shorthand: O_NONBLOCK for as long as it takes, `once` until EAGAIN or 0. How many bytes.
  template <class Once>
  std::uint64_t repeat(Fd asked, Once once) {
    const long fd = number_of(asked);
    enter();
    const long flags = syscall(SYS_fcntl, fd, F_GETFL);
    const bool change = flags != -1 && (flags & O_NONBLOCK) == 0;
    if (flags == -1 || (change && syscall(SYS_fcntl, fd, F_SETFL, flags | O_NONBLOCK) == -1)) {
      leave(-1, errno);
      return 0;
    }
    std::int64_t total = 0;
    long r = once(fd);
    for (; r > 0; r = once(fd)) total += r;
    const int error = r == -1 && errno != EAGAIN ? errno : 0;
    if (change) syscall(SYS_fcntl, fd, F_SETFL, flags);
    leave(total, error);
    return static_cast<std::uint64_t>(total);
  }

  Workshop& shop_;
  Slot& slot_;
  std::byte* payload_;
  Window& window_;
  std::int64_t begin_ = 0;
  std::uint64_t number_ = 0;
};

}  // namespace

std::uint64_t execute(Workshop& shop, Slot& slot, std::byte* payload, Window& window) {
  return Execution(shop, slot, payload, window).run();
}

}  // namespace epollscope::lab
