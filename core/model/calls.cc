#include "core/model/calls.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include <cerrno>

#include "core/call/call.h"
#include "core/call/flags.h"
#include "core/model/answers.h"
#include "core/model/data_calls.h"
#include "core/model/descriptors.h"
#include "core/model/eventfd.h"
#include "core/model/eventpoll.h"
#include "core/model/files.h"
#include "core/model/inotify.h"
#include "core/model/interleave.h"
#include "core/model/pipe.h"
#include "core/model/process.h"
#include "core/model/regular.h"
#include "core/model/signalfd.h"
#include "core/model/signals.h"
#include "core/model/socket_calls.h"
#include "core/model/timerfd.h"
#include "core/model/tty.h"
#include "core/model/unix_sock.h"
#include "core/model/wait_queue.h"

namespace epollscope {
namespace {

using What = MicroStep::What;
using Step = std::optional<Outcome>;

class Caller {
 public:
  Caller(Run& run, Index task, const Request& request)
      : run_(run), w_(run.w), task_(task), request_(request) {}

  Step operator()(const EpollCreate& op) {
    return op.size <= 0 ? refuse("do_epoll_create", EINVAL) : create_epoll(false);
  }

  Step operator()(const EpollCreate1& op) {
    if ((op.flags & ~EPOLL_CLOEXEC) != 0) return refuse("do_epoll_create", EINVAL);
    return create_epoll((op.flags & EPOLL_CLOEXEC) != 0);
  }

  Step operator()(const EpollCtl& op) {
    const int error = epoll_ctl(run_, op);
    return error != 0 ? refuse("do_epoll_ctl", error, op.fd) : Outcome{};
  }

  Step operator()(const EpollWait& op) {
    constexpr std::string_view kWho = "do_epoll_wait";
    const bool exists = op.form != EpollWait::Form::pwait2 || w_.inputs.traits.has_epoll_pwait2;
    if (!exists) return refuse(kWho, ENOSYS, op.epfd);
    if (op.sigmask) set_user_sigmask(w_, task_, *op.sigmask);
    const Index file = file_of(w_, op.epfd);
    const bool fits = op.maxevents > 0 && op.maxevents <= kMostEvents;
    if (!fits && !w_.inputs.traits.wait_checks_fd_first) return refuse(kWho, EINVAL, op.epfd);
    if (file == kNone) return refuse(kWho, EBADF);
    if (!fits) return refuse(kWho, EINVAL, op.epfd);
    if (w_.files[file].kind != FileKind::epoll) return refuse(kWho, EINVAL, op.epfd);
    std::optional<std::int64_t> timeout = op.timeout_ns();
    if (timeout == 0 && believes(w_, Misconception::zero_blocks)) timeout.reset();
    begin(file, op.epfd,
          WaitCall{w_.files[file].object, op.maxevents, timeout == 0, op.null_buffer, op.form});
    me().timeout_ns = timeout;
    Step step = ep_poll(run_, task_, false);
    if (step && step->error == EFAULT) return refuse("ep_send_events", EFAULT, op.epfd);
    return step;
  }

  Step operator()(const Pipe2& op) {
    constexpr std::string_view kWho = "do_pipe2";
    if ((op.flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT | O_EXCL)) != 0) {
      return refuse(kWho, EINVAL);
    }
    if ((op.flags & O_EXCL) != 0) {
      not_modelled(w_, "notification pipes");
      return refuse(kWho, EINVAL);
    }
    if (!room_for_two(w_)) return refuse(kWho, EMFILE);
    const PipeEnds ends = make_pipe(run_, static_cast<std::uint32_t>(op.flags));
    Step step = install_two(ends.reader, ends.writer, (op.flags & O_CLOEXEC) != 0);
    const auto slots = w_.pipes[w_.files[ends.reader].object].max_usage;
    say_created(kWho, Why::created_pipe, ends.reader, std::to_string(slots));
    return step;
  }

  Step operator()(const SocketPair& op) {
    constexpr std::string_view kWho = "__sys_socketpair";
    constexpr int kTypeMask = 0xf;  // SOCK_TYPE_MASK
    const int flags = op.type & ~kTypeMask;
    const int type = op.type & kTypeMask;
    if ((flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK)) != 0) return refuse(kWho, EINVAL);
    if (!room_for_two(w_)) return refuse(kWho, EMFILE);
    const bool inet = op.domain == AF_INET || op.domain == AF_INET6;
    if (!inet && op.domain != AF_UNIX) return refuse(kWho, EAFNOSUPPORT);
    if (type > SOCK_PACKET) return refuse(kWho, EINVAL);
    if (inet) return refuse(kWho, inet_pair_refused(type));
    const auto status = static_cast<std::uint32_t>(flags & SOCK_NONBLOCK);
    const bool cloexec = (flags & SOCK_CLOEXEC) != 0;
    const auto kind = unix_kind(type);
    if (!kind) return refuse(kWho, ESOCKTNOSUPPORT);
    const SocketEnds ends = make_unix_pair(run_, *kind, status);
    Step step = install_two(ends.first, ends.second, cloexec);
    say_created(kWho,
                *kind == FileKind::unix_stream ? Why::created_unix : Why::created_unix_messages,
                ends.first);
    return step;
  }

  Step operator()(const EventFd& op) {
    constexpr std::string_view kWho = "do_eventfd";
    if ((op.flags & ~(EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE)) != 0) {
      return refuse(kWho, EINVAL);
    }
    const Index fd = lowest_free(w_);
    if (fd == kNone) return refuse(kWho, EMFILE);
    const Index file =
        make_eventfd(run_, op.initval, static_cast<std::uint32_t>(op.flags & EFD_NONBLOCK),
                     (op.flags & EFD_SEMAPHORE) != 0);
    Step step = install_one(fd, file, (op.flags & EFD_CLOEXEC) != 0);
    say_created(kWho, Why::created_eventfd, file, std::to_string(op.initval));
    return step;
  }

  Step operator()(const TimerfdCreate& op) {
    constexpr std::string_view kWho = "timerfd_create";
    if (const int error = timerfd_refused(op.clock, op.flags); error != 0) {
      return refuse(kWho, error);
    }
    const Index fd = lowest_free(w_);
    if (fd == kNone) return refuse(kWho, EMFILE);
    const Index file = make_timerfd(run_, static_cast<std::uint32_t>(op.flags & TFD_NONBLOCK));
    Step step = install_one(fd, file, (op.flags & TFD_CLOEXEC) != 0);
    say_created(kWho, Why::created_timerfd, file);
    return step;
  }

  Step operator()(const TimerfdSettime& op) {
    const int error = timerfd_settime(run_, op);
    return error != 0 ? refuse("do_timerfd_settime", error, op.fd) : Outcome{};
  }

  Step operator()(const SignalFd& op) {
    constexpr std::string_view kWho = "do_signalfd4";
    if ((op.flags & ~(SFD_CLOEXEC | SFD_NONBLOCK)) != 0) return refuse(kWho, EINVAL);
    const Index fd = lowest_free(w_);
    if (fd == kNone) return refuse(kWho, EMFILE);
    const Index file =
        make_signalfd(run_, op.mask, static_cast<std::uint32_t>(op.flags & SFD_NONBLOCK));
    Step step = install_one(fd, file, (op.flags & SFD_CLOEXEC) != 0);
    say_created(kWho, Why::created_signalfd, file, signal_names(op.mask));
    return step;
  }

  Step operator()(const Fork& op) {
    return say_failure("kernel_clone", {}, fork_call(run_, task_, op));
  }
  Step operator()(const Exit& op) {
    if (w_.current == 0) return refuse("do_exit", EPERM);
    end_process(run_, task_, op.status & 0xff, 0);
    Outcome out;
    out.ended = true;
    return out;
  }
  Step operator()(const Waitpid& op) {
    constexpr std::string_view kWho = "do_wait";
    if (const int error = waitpid_refused(w_, task_, op); error != 0) return refuse(kWho, error);
    me().frame = WaitpidCall{op.child.process()};
    return say_failure(kWho, {}, do_waitpid(run_, task_));
  }
  Step operator()(const PidfdOpen& op) {
    constexpr std::string_view kWho = "pidfd_open";
    if (const int error = pidfd_refused(w_, op); error != 0) return refuse(kWho, error);
    const Index fd = lowest_free(w_);
    if (fd == kNone) return refuse(kWho, EMFILE);
    const Index file = make_pidfd(run_, op.process.process());
    Step step = install_one(fd, file, true);
    say_created(kWho, Why::created_pidfd, file, print(op.process));
    return step;
  }

  Step operator()(const Kill& op) { return plain("do_tkill", do_tkill(run_, op)); }
  Step operator()(const Sigaction& op) {
    return plain("do_sigaction", do_sigaction(run_, task_, op));
  }
  Step operator()(const Sigprocmask& op) {
    return plain("sigprocmask", do_sigprocmask(run_, task_, op));
  }

  Step operator()(const Read& op) {
    constexpr std::string_view kWho = "vfs_read";
    const Index file = file_of(w_, op.fd);
    if (file == kNone) return refuse(kWho, EBADF);
    if (const int error = check_read(w_, file, op.count); error != 0) {
      return refuse(kWho, error, op.fd);
    }
    begin(file, op.fd, ReadCall{.count = op.count});
    return say_failure(kWho, op.fd, do_read(run_, task_));
  }

  Step operator()(const WriteBytes& op) {
    return write(op.fd, request_.bytes.size(),
                 [&](Index file) { return write_frame(w_, file, request_.bytes); });
  }

  Step operator()(const WriteAmount& op) {
    const Index file = file_of(w_, op.fd);
    const bool value = file != kNone && w_.files[file].kind == FileKind::eventfd;
    return write(op.fd, value ? sizeof op.n : op.n,
                 [&](Index f) { return write_frame(w_, f, op.n); });
  }

  Step operator()(const Close& op) {
    const Index file = file_of(w_, op.fd);
    if (file == kNone) return refuse("__close_fd", EBADF);
    const FileId id = w_.files[file].id;
    close_fd(run_, op.fd.value);
    if (run_.watched() && w_.files[file].id == id) {
      const Fd other = fd_of(w_, file);
      const std::string name = other.process == 0 ? "fd " : fmt::format("P{}:", other.process);
      if (other.valid()) {
        tell(run_, {.function = "filp_close",
                    .what = What::modified,
                    .why = Why::closed_number,
                    .file = file,
                    .args = {name + std::to_string(other.value)}});
      }
    }
    return Outcome{};
  }

  Step operator()(const Dup& op) {
    constexpr std::string_view kWho = "ksys_dup";
    const Index file = file_of(w_, op.fd);
    if (file == kNone) return refuse(kWho, EBADF);
    const Index fd = lowest_free(w_);
    if (fd == kNone) return refuse(kWho, EMFILE, op.fd);
    return install_one(fd, file, false);
  }

  Step operator()(const Socket& op) {
    constexpr std::string_view kWho = "__sys_socket";
    if (const int error = socket_refused(w_, op); error != 0) return refuse(kWho, error);
    const Index fd = lowest_free(w_);
    if (fd == kNone) return refuse(kWho, EMFILE);
    const Index file = make_socket(run_, op);
    Step step = install_one(fd, file, (op.type & SOCK_CLOEXEC) != 0);
    say_created(kWho, Why::created_socket, file);
    return step;
  }

  Step operator()(const Bind& op) { return plain("__sys_bind", socket_bind(run_, op), op.fd); }
  Step operator()(const Listen& op) {
    return plain("__sys_listen", socket_listen(run_, op), op.fd);
  }
  Step operator()(const Connect& op) {
    std::optional<ConnectCall> call;
    const int error = check_connect(run_, op, call);
    if (!call) return plain("__sys_connect", error, op.fd);
    begin(file_of(w_, op.fd), op.fd, *call);
    return say_failure("__sys_connect", op.fd, do_connect(run_, task_));
  }
  Step operator()(const Shutdown& op) {
    return plain("__sys_shutdown", socket_shutdown(run_, op), op.fd);
  }
  Step operator()(const Setsockopt& op) {
    return plain("do_sock_setsockopt", socket_setsockopt(run_, op), op.fd);
  }
  Step operator()(const Getsockopt& op) {
    return say_failure("do_sock_getsockopt", op.fd, socket_getsockopt(run_, op));
  }
  Step operator()(const Accept4& op) {
    constexpr std::string_view kWho = "do_accept";
    AcceptCall call;
    if (const int error = check_accept(run_, op, call); error != 0) {
      return refuse(kWho, error, op.fd);
    }
    begin(file_of(w_, op.fd), op.fd, call);
    return say_failure(kWho, op.fd, do_accept(run_, task_));
  }

  Step operator()(const SendBytes& op) {
    return send(op.fd, op.flags, [&](Index f) { return write_frame(w_, f, request_.bytes); });
  }
  Step operator()(const SendAmount& op) {
    return send(op.fd, op.flags, [&](Index f) { return write_frame(w_, f, op.n); });
  }
  Step operator()(const Recv& op) {
    constexpr std::string_view kWho = "__sys_recvfrom";
    int error = 0;
    const Index file = socket_of(w_, op.fd, error);
    if (error != 0) return refuse(kWho, error, op.fd);
    check_message_flags(w_, file, op.flags);
    begin(file, op.fd, ReadCall{.count = op.count, .flags = op.flags, .recv = true});
    return say_failure(kWho, op.fd, do_read(run_, task_));
  }

  Step operator()(const Fcntl& op) {
    const std::int64_t answer = fcntl_call(run_, op);
    if (answer < 0) return refuse("do_fcntl", static_cast<int>(-answer), op.fd);
    return success(answer);
  }

  Step operator()(const Openpty&) {
    constexpr std::string_view kWho = "ptmx_open";
    if (const int error = openpty_refused(w_); error != 0) return refuse(kWho, error);
    const PtyEnds ends = make_pty(run_);
    Step step = install_two(ends.master, ends.slave, false);
    say_created(kWho, Why::created_pty, ends.master);
    return step;
  }

  Step operator()(const Inotify&) {
    if (w_.quota_met) return refuse("do_inotify_init", *w_.quota_met);
    return create_one("do_inotify_init", Why::created_inotify, make_inotify);
  }

  Step operator()(const InotifyTouch& op) {
    if (op.file < 1 || op.file > kScratchFiles) return refuse("chmod_common", EINVAL);
    scratch_touched(run_, op.file);
    return Outcome{};
  }

  Step operator()(const MemfdCreate&) {
    return create_one("memfd_create", Why::created_regular, make_regular);
  }

  Step operator()(const Dup2& op) {
    const std::int64_t answer = dup2_call(run_, op);
    if (answer < 0) return refuse("do_dup2", static_cast<int>(-answer), op.fd);
    Outcome out = success(answer);
    out.created.push_back(op.to);
    return out;
  }

  Step operator()(const Setrlimit& op) {
    const int error = setrlimit_call(w_, op);
    return error != 0 ? refuse("do_prlimit", error) : Outcome{};
  }

  Step operator()(const Poll& op) {
    if (op.count > static_cast<std::uint64_t>(w_.process(w_.current).descriptor_limit)) {
      return refuse("do_sys_poll", EINVAL);
    }
    Outcome out;
    out.events = poll_call(run_, op);
    out.returned = static_cast<std::int64_t>(out.events.size());
    return out;
  }

  Step operator()(const Drain& op) {
    const Index file = file_of(w_, op.fd);
    if (file == kNone) return refuse("vfs_read", EBADF);
    return say_failure("vfs_read", op.fd, drain(run_, task_, file));
  }

  Step operator()(const Fill& op) {
    const Index file = file_of(w_, op.fd);
    if (file == kNone) return refuse("vfs_write", EBADF);
    return say_failure("vfs_write", op.fd, fill(run_, task_, file));
  }

  Step operator()(const Sleep& op) {
    if (op.ns < 0) return refuse("hrtimer_nanosleep", EINVAL);
    me().frame = SleepCall{};
    me().timeout_ns = op.ns;
    fall_asleep(run_, task_, {}, "hrtimer_nanosleep", Why::slept_sleep);
    return std::nullopt;
  }

 private:
  Task& me() { return w_.tasks[at(task_)]; }

  void begin(Index file, Fd fd, Frame frame) {
    me().file = file;
    me().on_fd = fd.value;
    me().frame = std::move(frame);
  }

  Step refuse(std::string_view function, int error, Fd fd = {}) {
    if (run_.watched()) {
      tell(run_, {.function = function,
                  .what = What::failed,
                  .why = w_.quota_met == error ? Why::failed_quota : why_failed(error),
                  .file = file_of(w_, fd),
                  .args = {errno_name(error)}});
    }
    return failure(error);
  }

  // 0 or an errno.
  Step plain(std::string_view function, int error) {
    return error != 0 ? refuse(function, error) : Outcome{};
  }

  Step say_failure(std::string_view function, Fd fd, Step step) {
    if (step && step->failed() && !is_restart(step->error)) refuse(function, step->error, fd);
    return step;
  }

  // Of a call that returns 0 or fails.
  Step plain(std::string_view function, int error, Fd fd) {
    return error != 0 ? refuse(function, error, fd) : Outcome{};
  }

  template <class Frame>
  Step send(Fd fd, std::int32_t flags, Frame frame) {
    constexpr std::string_view kWho = "__sys_sendto";
    int error = 0;
    const Index file = socket_of(w_, fd, error);
    if (error != 0) return refuse(kWho, error, fd);
    check_message_flags(w_, file, flags);
    WriteCall call = frame(file);
    call.flags = flags;
    call.send = true;
    begin(file, fd, std::move(call));
    return say_failure(kWho, fd, do_write(run_, task_));
  }

  template <class Frame>
  Step write(Fd fd, std::uint64_t size, Frame frame) {
    constexpr std::string_view kWho = "vfs_write";
    const Index file = file_of(w_, fd);
    if (file == kNone) return refuse(kWho, EBADF);
    if (const int error = check_write(w_, file, size); error != 0) return refuse(kWho, error, fd);
    begin(file, fd, frame(file));
    return say_failure(kWho, fd, do_write(run_, task_));
  }

  Step create_epoll(bool cloexec) {
    const Index fd = lowest_free(w_);
    if (fd == kNone) return refuse("do_epoll_create", EMFILE);
    const Index file = make_file(w_, FileKind::epoll, FileEnd::whole, O_RDWR);
    w_.files[file].object = ep_alloc(w_, file);
    w_.files[file].label_number = ++w_.made[static_cast<int>(FileKind::epoll)];
    Step step = install_one(fd, file, cloexec);
    say_created("do_epoll_create", Why::created_epoll, file);
    return step;
  }

  // The lowest free number for what `make` makes.
  Step create_one(std::string_view function, Why why, Index (*make)(Run&)) {
    const Index fd = lowest_free(w_);
    if (fd == kNone) return refuse(function, EMFILE);
    const Index file = make(run_);
    Step step = install_one(fd, file, false);
    say_created(function, why, file);
    return step;
  }

  Step install_one(Index fd, Index file, bool cloexec) {
    install(w_, fd, file, cloexec);
    Outcome out = success(fd);
    out.created.push_back({fd, w_.current});
    return out;
  }

  Step install_two(Index first, Index second, bool cloexec) {
    Outcome out;
    for (const Index file : {first, second}) {
      const Index fd = lowest_free(w_);
      install(w_, fd, file, cloexec);
      out.created.push_back({fd, w_.current});
      touch(w_, file);
    }
    return out;
  }

  void say_created(std::string_view function, Why why, Index file, std::string arg = {}) {
    touch(w_, file);
    if (!run_.watched()) return;
    Note n{.function = function, .what = What::created, .why = why, .file = file};
    if (w_.files[file].kind == FileKind::epoll) n.ep = w_.files[file].object;
    if (!arg.empty()) n.args.push_back(std::move(arg));
    tell(run_, n);
  }

  Run& run_;
  World& w_;
  Index task_;
  const Request& request_;
};

}  // namespace

std::optional<Outcome> make_call(Run& run, Index task, const Request& request) {
  return std::visit(Caller(run, task, request), request.op);
}

}  // namespace epollscope
