#include "core/export/c_line.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>

#include "core/base/text.h"

namespace epollscope {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000, kNsPerMs = 1'000'000;

// `EPOLLIN|EPOLLET` with the spaces of C.
std::string spaced(std::string text) {
  for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 3)) {
    text.replace(at, 1, " | ");
  }
  return text;
}

std::string name_of(const Value& value) {
  std::string text = print(value);
  std::ranges::replace_if(text, [](char c) { return c == '[' || c == ']'; }, '_');
  return text;
}

class Line {
 public:
  Line(const CallStatement& statement, bool counter)
      : statement_(statement), call_(statement.call), counter_(counter) {}

  [[nodiscard]] std::string text() const {
    const CallSpec& spec = spec_of(call_.name);
    if (call_.args.size() < spec.required()) return {};
    std::string line = made();
    const std::vector<std::string>& names = statement_.names;
    if (spec.creates == 2 && names.size() == 2) {
      return fmt::format("{}; {} = fds[0]; {} = fds[1];", line, plain(names[0]), plain(names[1]));
    }
    if (call_.name == CallName::fork && !names.empty()) {
      return fmt::format("pid_t {} = fork();", names[0]);
    }
    if (!names.empty()) line = fmt::format("{} = {}", plain(names[0]), line);
    return line + ";";
  }

 private:
  [[nodiscard]] static std::string plain(const std::string& name) {
    return name_of(Value{Ref{name}});
  }
  [[nodiscard]] std::string arg(std::size_t i) const {
    if (i >= call_.args.size()) return "0";
    return std::holds_alternative<Ref>(call_.args[i].v) ? name_of(call_.args[i])
                                                        : spaced(print(call_.args[i]));
  }
  template <class T>
  [[nodiscard]] const T* is(std::size_t i) const {
    return i < call_.args.size() ? std::get_if<T>(&call_.args[i].v) : nullptr;
  }

  [[nodiscard]] std::string made() const {
    switch (call_.name) {
      case CallName::epoll_ctl:
        return fmt::format("epoll_ctl({}, {}, {}, {})", arg(0), arg(1), arg(2), event());
      case CallName::epoll_wait:
        return fmt::format("epoll_wait({}, {}, {}, {})", arg(0), buffer(3), arg(1), milliseconds());
      case CallName::epoll_pwait:
        return fmt::format("epoll_pwait({}, {}, {}, {}, {})", arg(0), buffer(4), arg(1),
                           milliseconds(), signals(3));
      case CallName::epoll_pwait2:
        return fmt::format("epoll_pwait2({}, {}, {}, {}, {})", arg(0), buffer(4), arg(1),
                           is<Duration>(2) == nullptr ? "NULL" : timespec(2), signals(3));
      case CallName::pipe:
        return "pipe(fds)";
      case CallName::pipe2:
        return fmt::format("pipe2(fds, {})", arg(0));
      case CallName::socketpair:
        return fmt::format("socketpair({}, {}, 0, fds)", arg(0), arg(1));
      case CallName::socket:
        return fmt::format("socket({}, {}, 0)", arg(0), arg(1));
      case CallName::bind:
        return fmt::format("bind({}, (struct sockaddr *)&loopback, sizeof loopback)", arg(0));
      case CallName::connect:
        return fmt::format("connect({}, (struct sockaddr *)&of_{}, sizeof of_{})", arg(0), arg(1),
                           arg(1));
      case CallName::accept:
        return fmt::format("accept({}, NULL, NULL)", arg(0));
      case CallName::accept4:
        return fmt::format("accept4({}, NULL, NULL, {})", arg(0), arg(1));
      case CallName::setsockopt:
        return fmt::format("setsockopt({}, {}, {})", arg(0), option(), given());
      case CallName::getsockopt:
        return fmt::format("getsockopt({}, {}, &value, &(socklen_t){{sizeof value}})", arg(0),
                           option());
      case CallName::timerfd_settime:
        return fmt::format(
            "timerfd_settime({}, 0, &(struct itimerspec){{.it_value = {}, .it_interval = {}}}, "
            "NULL)",
            arg(0), time(1), time(2));
      case CallName::signalfd:
        return fmt::format("signalfd(-1, {}, {})", signals(0), arg(1));
      case CallName::openpty:
        return "openpty(&fds[0], &fds[1], NULL, NULL, NULL)";
      case CallName::inotify:
        return "inotify_init1(0)";
      case CallName::inotify_touch:
        return fmt::format("fchmod(scratch{}, 0600)", call_.args.size() > 1 ? arg(1) : "1");
      case CallName::memfd_create:
        return "memfd_create(\"scratch\", 0)";
      case CallName::read:
        return fmt::format("read({}, buffer, {})", arg(0), arg(1));
      case CallName::write:
        return counter_ && is<Integer>(1) != nullptr
                   ? fmt::format("eventfd_write({}, {})", arg(0), arg(1))
                   : fmt::format("write({}, {})", arg(0), data());
      case CallName::send:
        return fmt::format("send({}, {}, {})", arg(0), data(), arg(2));
      case CallName::recv:
        return fmt::format("recv({}, buffer, {}, {})", arg(0), arg(1), arg(2));
      case CallName::setrlimit:
        return fmt::format("setrlimit({}, &(struct rlimit){{.rlim_cur = {}, .rlim_max = 65536}})",
                           arg(0), arg(1));
      case CallName::waitpid:
        return fmt::format("waitpid({}, &status, 0)", arg(0));
      case CallName::pidfd:
        return fmt::format("pidfd_open({}, 0)", arg(0));
      case CallName::kill:
        if (const auto* actor = is<ActorId>(0); actor != nullptr && actor->process() != 0) break;
        return fmt::format("pthread_kill({}, {})", arg(0), arg(1));
      case CallName::sigaction:
        return fmt::format(
            "sigaction({}, &(struct sigaction){{.sa_handler = {}, .sa_flags = {}}}, NULL)", arg(0),
            arg(1), arg(2));
      case CallName::sigprocmask:
        return fmt::format("pthread_sigmask({}, {}, NULL)", arg(0), signals(1));
      case CallName::drain:
        return fmt::format("while (read({}, buffer, sizeof buffer) > 0)", arg(0));
      case CallName::fill:
        return fmt::format("while (write({}, buffer, 4096) > 0)", arg(0));
      case CallName::sleep:
        return fmt::format("nanosleep({}, NULL)", timespec(0));
      case CallName::poll:
        return polled();
      default:
        break;
    }
    return as_written();
  }

  // Calls whose C line differs in nothing but the names of flags.
  [[nodiscard]] std::string as_written() const {
    std::string args;
    for (std::size_t i = 0; i < call_.args.size(); ++i) args += (i == 0 ? "" : ", ") + arg(i);
    return fmt::format("{}({})", spec_of(call_.name).name, args);
  }

  [[nodiscard]] std::string event() const {
    if (is<Null>(3) != nullptr) return "NULL";
    std::string events = arg(3);
    std::string data = ".data.fd = " + arg(2);
    if (const auto* fields = is<Struct>(3)) {
      for (const Field& field : fields->fields) {
        const bool name = std::holds_alternative<Ref>(field.value.v);
        if (field.key == "events") events = spaced(print(field.value));
        if (field.key == "data") {
          data = fmt::format("{} = {}", name ? ".data.fd" : ".data.u64",
                             name ? name_of(field.value) : print(field.value));
        }
      }
    }
    return fmt::format("&(struct epoll_event){{.events = {}, {}}}", events, data);
  }

  [[nodiscard]] std::string buffer(std::size_t i) const {
    return i < call_.args.size() ? "NULL" : "events";
  }
  [[nodiscard]] std::string milliseconds() const {
    const auto* d = is<Duration>(2);
    return d == nullptr ? arg(2) : std::to_string((d->ns + kNsPerMs - 1) / kNsPerMs);
  }
  [[nodiscard]] std::string time(std::size_t i) const {
    const auto* d = is<Duration>(i);
    const std::int64_t ns = d == nullptr ? 0 : d->ns;
    if (ns == 0) return "{0}";
    if (ns < kNsPerSecond) return fmt::format("{{.tv_nsec = {}}}", ns);
    if (ns % kNsPerSecond == 0) return fmt::format("{{.tv_sec = {}}}", ns / kNsPerSecond);
    return fmt::format("{{.tv_sec = {}, .tv_nsec = {}}}", ns / kNsPerSecond, ns % kNsPerSecond);
  }
  [[nodiscard]] std::string timespec(std::size_t i) const { return "&(struct timespec)" + time(i); }
  [[nodiscard]] std::string signals(std::size_t i) const {
    const auto* set = is<Set>(i);
    if (set == nullptr) return "NULL";
    if (set->values.empty()) return "&mask /* empty */";
    std::string names;
    for (const Value& signal : set->values) names += (names.empty() ? "" : ", ") + print(signal);
    return fmt::format("&mask /* {} */", names);
  }

  [[nodiscard]] std::string option() const {
    const auto* mask = is<Mask>(1);
    const auto packed = mask == nullptr ? 0 : static_cast<std::int32_t>(mask->bits);
    const std::string level = option_level(packed) == SOL_SOCKET ? "SOL_SOCKET" : "IPPROTO_TCP";
    return fmt::format("{}, {}", level, arg(1));
  }
  [[nodiscard]] std::string given() const {
    const auto* mask = is<Mask>(1);
    const auto* value = is<Integer>(2);
    const bool lingers = mask != nullptr && mask->bits == static_cast<std::uint64_t>(
                                                              socket_option(SOL_SOCKET, SO_LINGER));
    if (!lingers) return fmt::format("&(int){{{}}}, sizeof(int)", arg(2));
    const bool on = value != nullptr && !value->negative;
    return fmt::format("&(struct linger){{{}, {}}}, sizeof(struct linger)", on ? 1 : 0,
                       on ? arg(2) : "0");
  }
  [[nodiscard]] std::string data() const {
    if (const auto* text = is<String>(1)) {
      return fmt::format("{}, {}", escape_c(text->bytes), text->bytes.size());
    }
    return fmt::format("buffer, {}", arg(1));
  }
  [[nodiscard]] std::string polled() const {
    std::string all;
    for (std::size_t i = 0; i < call_.args.size(); ++i) {
      all += fmt::format("{}{{{}, POLLIN | POLLOUT | POLLPRI | POLLRDHUP}}", i == 0 ? "" : ", ",
                         arg(i));
    }
    return fmt::format("poll((struct pollfd[]){{{}}}, {}, 0)", all, call_.args.size());
  }

  const CallStatement& statement_;
  const Call& call_;
  bool counter_;
};

}  // namespace

std::string c_line(const CallStatement& statement, bool counter) {
  return Line(statement, counter).text();
}

}  // namespace epollscope
