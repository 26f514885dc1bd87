#include "core/script/resolve.h"

#include <fmt/format.h>
#include <sys/epoll.h>

#include <limits>

#include "core/script/words.h"

namespace epollscope {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;

// Reads the arguments of one call; the first error stays and makes the whole call fail.
class Args {
 public:
  Args(const Call& call, const std::map<std::string, Fd>& bound, ActorId by,
       const std::vector<std::string>& names)
      : call_(call), bound_(bound), by_(by), names_(names) {}

  [[nodiscard]] bool has(std::size_t i) const { return i < call_.args.size(); }

  std::uint64_t u64(std::size_t i) {
    if (!has(i)) return 0;
    return number(call_.args[i]);
  }
  std::int64_t i64(std::size_t i) { return static_cast<std::int64_t>(u64(i)); }
  std::int32_t i32(std::size_t i) { return static_cast<std::int32_t>(u64(i)); }
  Fd fd(std::size_t i) { return Fd{i32(i), by_.process()}; }

  ActorId actor(std::size_t i) {
    const auto* a = has(i) ? std::get_if<ActorId>(&call_.args[i].v) : nullptr;
    if (a != nullptr) return *a;
    if (error_.empty()) error_ = fmt::format("{} wants an actor", spec_of(call_.name).name);
    return {};
  }

  // Whom the statement makes.
  ActorId child() {
    const auto named = names_.empty() ? std::nullopt : words::actor_of(names_.front());
    if (!named && error_.empty()) error_ = "fork wants the name of its process: P1 = fork()";
    return named.value_or(ActorId{});
  }

  Poll polled() {
    Poll poll{.numbers = {}, .process = by_.process(), .count = 0};
    for (; poll.count < std::min(call_.args.size(), kMostPolled); ++poll.count) {
      poll.numbers[poll.count] = i32(poll.count);
    }
    return poll;
  }

  std::int32_t timeout_ms(std::size_t i) {
    if (const auto* d = has(i) ? std::get_if<Duration>(&call_.args[i].v) : nullptr) {
      // Rounded up, as a program that converts its timeout must: never too early.
      const std::int64_t ms = d->ns / kNsPerMs + (d->ns % kNsPerMs > 0 ? 1 : 0);
      return static_cast<std::int32_t>(std::min<std::int64_t>(ms, std::numeric_limits<int>::max()));
    }
    return i32(i);
  }

  std::optional<EventArg> event(std::size_t i, std::optional<DataName>& name) {
    if (!has(i) || std::holds_alternative<Null>(call_.args[i].v)) return std::nullopt;
    EventArg arg;
    const Value& value = call_.args[i];
    const auto* fields = std::get_if<Struct>(&value.v);
    const Value& target = call_.args[2];  // data is the descriptor unless it is written
    const Value* data = &target;
    if (fields == nullptr) {
      arg.events = static_cast<std::uint32_t>(number(value));
    } else {
      for (const Field& f : fields->fields) {
        if (f.key == "events") arg.events = static_cast<std::uint32_t>(number(f.value));
        if (f.key == "data") data = &f.value;
      }
    }
    arg.data = number(*data);
    if (i32(1) != EPOLL_CTL_DEL) name = DataName{arg.data, print(*data)};
    return arg;
  }

  std::optional<std::int64_t> timespec_ns(std::size_t i) {
    if (const auto* d = has(i) ? std::get_if<Duration>(&call_.args[i].v) : nullptr) return d->ns;
    return std::nullopt;  // -1: for ever
  }

  std::optional<std::uint64_t> signals(std::size_t i) {
    const auto* set = has(i) ? std::get_if<Set>(&call_.args[i].v) : nullptr;
    if (set == nullptr) return std::nullopt;
    std::uint64_t mask = 0;
    for (const Value& signal : set->values) mask |= std::uint64_t{1} << (number(signal) - 1) % 64;
    return mask;
  }

  [[nodiscard]] const std::string* text(std::size_t i) const {
    const auto* s = has(i) ? std::get_if<String>(&call_.args[i].v) : nullptr;
    return s == nullptr ? nullptr : &s->bytes;
  }
  [[nodiscard]] std::int64_t duration_ns(std::size_t i) {
    if (const auto* d = has(i) ? std::get_if<Duration>(&call_.args[i].v) : nullptr) return d->ns;
    return i64(i) * kNsPerMs;
  }
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  std::uint64_t number(const Value& value) {
    if (const auto* i = std::get_if<Integer>(&value.v)) {
      return static_cast<std::uint64_t>(i->as_signed());
    }
    if (const auto* m = std::get_if<Mask>(&value.v)) return m->bits;
    if (std::holds_alternative<Null>(value.v)) return 0;
    if (const auto* r = std::get_if<Ref>(&value.v)) {
      const auto it = bound_.find(r->name);
      if (it != bound_.end()) {
        return static_cast<std::uint64_t>(std::int64_t{it->second.value});
      }
      if (error_.empty()) {
        error_ = by_.process() == 0
                     ? fmt::format("{} is not bound to anything yet", r->name)
                     : fmt::format("{} is not bound to anything in {}", r->name, print(by_));
      }
      return 0;
    }
    if (error_.empty()) {
      error_ = fmt::format("{} does not take {} here", spec_of(call_.name).name, print(value));
    }
    return 0;
  }

  const Call& call_;
  const std::map<std::string, Fd>& bound_;
  ActorId by_;
  const std::vector<std::string>& names_;
  std::string error_;
};

Operation operation(const Call& call, Args& args, Resolved& out) {
  switch (call.name) {
    case CallName::epoll_create:
      return EpollCreate{args.i32(0)};
    case CallName::epoll_create1:
      return EpollCreate1{args.i32(0)};
    case CallName::epoll_ctl:
      return EpollCtl{args.fd(0), args.i32(1), args.fd(2), args.event(3, out.data_name),
                      std::holds_alternative<Integer>(call.args[2].v)};
    case CallName::epoll_wait:
      return EpollWait{args.fd(0), args.i32(1), args.timeout_ms(2), args.has(3)};
    case CallName::epoll_pwait:
      return EpollWait{
          args.fd(0),     args.i32(1), args.timeout_ms(2), args.has(4), EpollWait::Form::pwait,
          args.signals(3)};
    case CallName::epoll_pwait2:
      return EpollWait{args.fd(0),      args.i32(1),        0, args.has(4), EpollWait::Form::pwait2,
                       args.signals(3), args.timespec_ns(2)};
    case CallName::pipe:
      return Pipe2{0};
    case CallName::pipe2:
      return Pipe2{args.i32(0)};
    case CallName::socketpair:
      return SocketPair{args.i32(0), args.i32(1)};
    case CallName::socket:
      return Socket{args.i32(0), args.i32(1)};
    case CallName::bind:
      return Bind{args.fd(0)};
    case CallName::listen:
      return Listen{args.fd(0), args.i32(1)};
    case CallName::connect:
      return Connect{args.fd(0), args.fd(1)};
    case CallName::accept:
      return Accept4{args.fd(0), 0};
    case CallName::accept4:
      return Accept4{args.fd(0), args.i32(1)};
    case CallName::setsockopt:
      return Setsockopt{args.fd(0), args.i32(1), args.i32(2)};
    case CallName::getsockopt:
      return Getsockopt{args.fd(0), args.i32(1)};
    case CallName::eventfd:
      return EventFd{static_cast<std::uint32_t>(args.u64(0)), args.i32(1)};
    case CallName::timerfd_create:
      return TimerfdCreate{args.i32(0), args.i32(1)};
    case CallName::timerfd_settime:
      return TimerfdSettime{args.fd(0), args.duration_ns(1), args.duration_ns(2)};
    case CallName::signalfd:
      return SignalFd{args.signals(0).value_or(0), args.i32(1)};
    case CallName::openpty:
      return Openpty{};
    case CallName::inotify:
      return Inotify{};
    case CallName::inotify_touch:
      return InotifyTouch{args.fd(0), args.has(1) ? args.i32(1) : 1};
    case CallName::memfd_create:
      return MemfdCreate{};
    case CallName::read:
      return Read{args.fd(0), args.u64(1)};
    case CallName::write:
      if (const std::string* text = args.text(1)) {
        out.request.bytes = *text;
        return WriteBytes{args.fd(0)};
      }
      return WriteAmount{args.fd(0), args.u64(1)};
    case CallName::send:
      if (const std::string* text = args.text(1)) {
        out.request.bytes = *text;
        return SendBytes{args.fd(0), args.i32(2)};
      }
      return SendAmount{args.fd(0), args.u64(1), args.i32(2)};
    case CallName::recv:
      return Recv{args.fd(0), args.u64(1), args.i32(2)};
    case CallName::close:
      return Close{args.fd(0)};
    case CallName::dup:
      return Dup{args.fd(0)};
    case CallName::dup2:
      return Dup2{args.fd(0), args.fd(1)};
    case CallName::shutdown:
      return Shutdown{args.fd(0), args.i32(1)};
    case CallName::fcntl:
      return Fcntl{args.fd(0), args.i32(1), args.i64(2)};
    case CallName::setrlimit:
      return Setrlimit{args.i32(0), args.u64(1)};
    case CallName::fork:
      return Fork{args.child()};
    case CallName::exit:
      return Exit{args.i32(0)};
    case CallName::waitpid:
      return Waitpid{args.actor(0)};
    case CallName::pidfd:
      return PidfdOpen{args.actor(0)};
    case CallName::kill:
      return Kill{args.actor(0), args.i32(1)};
    case CallName::sigaction:
      return Sigaction{args.i32(0), static_cast<SignalAction>(args.u64(1)), args.i32(2)};
    case CallName::sigprocmask:
      return Sigprocmask{args.i32(0), args.signals(1)};
    case CallName::drain:
      return Drain{args.fd(0)};
    case CallName::fill:
      return Fill{args.fd(0)};
    case CallName::sleep:
      return Sleep{args.duration_ns(0)};
    case CallName::poll:
      return args.polled();
  }
  return Sleep{0};
}

}  // namespace

Result<Resolved> resolve(const Call& call, const std::map<std::string, Fd>& bound, ActorId by,
                         const std::vector<std::string>& names) {
  Resolved out;
  if (call.args.size() < spec_of(call.name).required()) {
    return fail(fmt::format("{} needs more arguments", spec_of(call.name).name));
  }
  Args args(call, bound, by, names);
  out.request.op = operation(call, args, out);
  if (!args.error().empty()) return fail(args.error());
  return out;
}

}  // namespace epollscope
