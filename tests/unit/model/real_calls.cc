#include "tests/unit/model/real_calls.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <string>
#include <utility>

#include "tests/unit/model/real_sockets.h"

namespace epollscope::test {
namespace {

constexpr int kNumbers = 512;
constexpr std::uint64_t kMostBytes = 1 << 24;

bool is_a(int fd, const char* kind) {
  char target[64] = {};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  return readlink(link.c_str(), target, sizeof target - 1) > 0 &&
         std::strstr(target, kind) != nullptr;
}

Outcome answer(long result) {
  Outcome o;
  o.returned = result;
  if (result == -1) o.error = errno;
  return o;
}

void on_signal(int /*signal*/) {}

class Maker {
 public:
  Maker(RealCalls& calls, const Request& request) : calls_(calls), request_(request) {}

  Outcome operator()(const EpollCreate& op) { return one(epoll_create(op.size)); }
  Outcome operator()(const EpollCreate1& op) { return one(epoll_create1(op.flags)); }
  Outcome operator()(const EventFd& op) { return one(eventfd(op.initval, op.flags)); }
  Outcome operator()(const TimerfdCreate& op) { return one(timerfd_create(op.clock, op.flags)); }
  // Waits until a timer that will expire at once has expired.
  Outcome operator()(const TimerfdSettime& op) {
    const auto span = [](std::int64_t ns) {
      return timespec{.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
    };
    const itimerspec when{.it_interval = span(op.interval_ns), .it_value = span(op.value_ns)};
    const Outcome o = answer(timerfd_settime(calls_.real(op.fd), 0, &when, nullptr));
    if (o.failed() || op.value_ns == 0 || op.value_ns > 1'000'000) return o;
    pollfd p{calls_.real(op.fd), POLLIN, 0};
    poll(&p, 1, -1);
    return o;
  }
  Outcome operator()(const SignalFd& op) {
    return one(static_cast<int>(syscall(SYS_signalfd4, -1, &op.mask, sizeof op.mask, op.flags)));
  }
  // To the only thread.
  Outcome operator()(const Kill& op) {
    const long tid = op.actor == ActorId{} ? syscall(SYS_gettid) : 1L << 30;
    return answer(syscall(SYS_tgkill, getpid(), tid, op.signal));
  }
  Outcome operator()(const Sigaction& op) {
    struct sigaction how{};
    how.sa_flags = op.flags;
    how.sa_handler = op.action == signal_handled   ? on_signal
                     : op.action == signal_ignored ? SIG_IGN
                                                   : SIG_DFL;
    return answer(sigaction(op.signal, &how, nullptr));
  }
  Outcome operator()(const Sigprocmask& op) {
    const std::uint64_t set = op.set.value_or(0);
    return answer(
        syscall(SYS_rt_sigprocmask, op.how, op.set ? &set : nullptr, nullptr, sizeof set));
  }
  Outcome operator()(const Dup& op) { return one(dup(calls_.real(op.fd))); }
  Outcome operator()(const Pipe2& op) {
    int fds[2] = {};
    return two(pipe2(fds, op.flags), fds);
  }
  Outcome operator()(const SocketPair& op) {
    int fds[2] = {};
    return two(socketpair(op.domain, op.type, 0, fds), fds);
  }

  Outcome operator()(const EpollCtl& op) {
    epoll_event event{};
    if (op.event) {
      event.events = op.event->events;
      event.data.u64 = op.event->data;
    }
    return answer(syscall(SYS_epoll_ctl, calls_.real(op.epfd), op.op, calls_.real(op.fd),
                          op.event ? &event : nullptr));
  }

  Outcome operator()(const EpollWait& op) {
    epoll_event events[64] = {};
    const std::uint64_t bits = op.sigmask.value_or(0);
    const std::uint64_t* mask = op.sigmask ? &bits : nullptr;
    const timespec zero{};
    epoll_event* buffer = op.null_buffer ? nullptr : events;
    const int epfd = calls_.real(op.epfd);
    Outcome o =
        answer(op.form == EpollWait::Form::pwait2
                   ? syscall(SYS_epoll_pwait2, epfd, buffer, op.maxevents, &zero, mask, sizeof bits)
                   : syscall(SYS_epoll_pwait, epfd, buffer, op.maxevents, 0, mask, sizeof bits));
    for (long i = 0; i < o.returned; ++i) {
      o.events.push_back({events[i].events, events[i].data.u64});
    }
    return o;
  }

  Outcome operator()(const Read& op) {
    std::string buffer(op.count, '\0');
    const int fd = calls_.real(op.fd);
    const bool counter = is_a(fd, "[eventfd]") || is_a(fd, "[timerfd]");
    const bool signals = is_a(fd, "[signalfd]");
    Outcome o = answer(read(fd, buffer.data(), op.count));
    if (o.returned <= 0) return o;
    if (signals) {
      signalfd_siginfo first;
      std::memcpy(&first, buffer.data(), sizeof first);
      o.value = first.ssi_signo;
      o.value_kind = ValueKind::signal;
      return o;
    }
    if (counter) {
      std::uint64_t value = 0;
      std::memcpy(&value, buffer.data(), sizeof value);
      o.value = value;
    } else {
      o.bytes = buffer.substr(0, static_cast<std::size_t>(o.returned));
    }
    return o;
  }

  Outcome operator()(const WriteBytes& op) {
    return quiet(answer(write(calls_.real(op.fd), request_.bytes.data(), request_.bytes.size())));
  }
  Outcome operator()(const WriteAmount& op) {
    const int fd = calls_.real(op.fd);
    if (is_a(fd, "[eventfd]")) return answer(write(fd, &op.n, sizeof op.n));
    // Beyond what fits in memory the kernel refuses the pointer before it reads anything.
    const std::string bytes(op.n > kMostBytes ? 0 : op.n, kFillerByte);
    return quiet(answer(syscall(SYS_write, fd, bytes.data(), op.n)));
  }

  Outcome operator()(const Socket& op) { return one(socket(op.domain, op.type, 0)); }
  Outcome operator()(const Bind& op) { return answer(bind_real(calls_.real(op.fd))); }
  Outcome operator()(const Listen& op) {
    return answer(listen_real(calls_.real(op.fd), op.backlog));
  }
  Outcome operator()(const Connect& op) {
    return quiet(answer(connect_real(calls_.real(op.fd), calls_.real(op.to))));
  }
  Outcome operator()(const Accept4& op) {
    return one(accept4(calls_.real(op.fd), nullptr, nullptr, op.flags));
  }
  Outcome operator()(const Setsockopt& op) {
    return answer(setsockopt_real(calls_.real(op.fd), op.option, op.value));
  }
  Outcome operator()(const Getsockopt& op) {
    int value = 0;
    Outcome o = answer(getsockopt_real(calls_.real(op.fd), op.option, value));
    if (!o.failed()) o.value = static_cast<std::uint64_t>(std::int64_t{value});
    return o;
  }
  Outcome operator()(const SendBytes& op) {
    return quiet(answer(send(calls_.real(op.fd), request_.bytes.data(), request_.bytes.size(),
                             op.flags | MSG_NOSIGNAL)));
  }
  Outcome operator()(const SendAmount& op) {
    const std::string bytes(op.n, kFillerByte);
    return quiet(answer(send(calls_.real(op.fd), bytes.data(), op.n, op.flags | MSG_NOSIGNAL)));
  }
  Outcome operator()(const Recv& op) {
    std::string buffer(op.count, '\0');
    Outcome o = answer(recv(calls_.real(op.fd), buffer.data(), op.count, op.flags));
    if (!o.failed()) o.bytes = buffer.substr(0, static_cast<std::size_t>(o.returned));
    return o;
  }

  Outcome operator()(const Close& op) { return answer(close(calls_.real(op.fd))); }
  Outcome operator()(const Shutdown& op) {
    return quiet(answer(shutdown(calls_.real(op.fd), op.how)));
  }
  Outcome operator()(const Fcntl& op) {
    return answer(fcntl(calls_.real(op.fd), op.command, op.arg));
  }
  Outcome operator()(const Drain& op) {
    std::string buffer(64 << 10, '\0');
    return repeat(op.fd, [&](int fd) { return read(fd, buffer.data(), buffer.size()); });
  }
  Outcome operator()(const Fill& op) {
    const std::string bytes(4 << 10, kFillerByte);
    return repeat(op.fd, [&](int fd) { return write(fd, bytes.data(), bytes.size()); });
  }
  Outcome operator()(const Sleep&) { return {}; }
  template <class Other>
  Outcome operator()(const Other&) {
    ADD_FAILURE() << "no real call is made for this one";
    return {};
  }

 private:
  Outcome quiet(Outcome o) {
    calls_.await_quiet();
    return o;
  }

  Outcome one(int fd) {
    Outcome o = answer(fd);
    if (fd < 0) return o;
    o.returned = calls_.model(fd).value;
    o.created.push_back(calls_.model(fd));
    return o;
  }

  Outcome two(int result, const int (&fds)[2]) {
    Outcome o = answer(result);
    if (result == 0) o.created = {calls_.model(fds[0]), calls_.model(fds[1])};
    return o;
  }

  template <class Once>
  Outcome repeat(Fd asked, Once once) {
    const int fd = calls_.real(asked);
    const int flags = fcntl(fd, F_GETFL);
    if (flags == -1) return answer(-1);
    fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    long total = 0;
    long got = once(fd);
    for (; got > 0; got = once(fd)) total += got;
    const int error = got == -1 ? errno : 0;
    fcntl(fd, F_SETFL, flags);
    errno = error;
    return answer(error != 0 && error != EAGAIN ? -1 : total);
  }

  RealCalls& calls_;
  const Request& request_;
};

}  // namespace

RealCalls::RealCalls(int patience) : patience_(patience), patience_left_(patience) {
  signal(SIGPIPE, SIG_IGN);  // EPIPE is the answer, as in a lab
  for (int fd = 0; fd < kNumbers; ++fd) {
    if (fd < 3 || fcntl(fd, F_GETFD) == -1) numbers_.push_back(fd);
  }
}

RealCalls::~RealCalls() {
  for (const int fd : numbers_) {
    if (fd > 2) close(fd);
  }
}

int RealCalls::real(Fd fd) const {
  if (fd.value < 0 || fd.index() >= numbers_.size()) return -1;
  return numbers_[fd.index()];
}

Fd RealCalls::model(int fd) const {
  const auto it = std::find(numbers_.begin(), numbers_.end(), fd);
  return it == numbers_.end() ? Fd{} : Fd{static_cast<std::int32_t>(it - numbers_.begin())};
}

Outcome RealCalls::call(const Request& request) {
  return std::visit(Maker(*this, request), request.op);
}

std::vector<Machine::Row> RealCalls::interest(Fd epfd) const {
  std::ifstream file("/proc/self/fdinfo/" + std::to_string(real(epfd)));
  std::vector<Machine::Row> rows;
  std::string word;
  while (file >> word) {
    if (word != "tfd:") continue;
    int tfd = 0;
    std::string key;
    Machine::Row row;
    file >> tfd >> key >> std::hex >> row.events >> key >> row.data >> std::dec;
    row.tfd = model(tfd);
    rows.push_back(row);
  }
  return rows;
}

void RealCalls::await_quiet() {
  std::vector<std::string> segments = segments_under_way();
  for (; !segments.empty() && patience_left_ > 0; --patience_left_) {
    usleep(kPauseMicroseconds);
    segments = segments_under_way();
  }
  if (segments.empty()) {
    patience_left_ = patience_;
    return;
  }
  std::string all;
  for (const std::string& segment : segments) all += "\n  " + segment;
  ADD_FAILURE() << "waited in vain, looking " << patience_
                << " times, for TCP segments under way:" << all;
}

// 0, 1 and 2 are the program's own: they may be anything, a connection to far away among them.
std::vector<std::string> RealCalls::segments_under_way() const {
  std::vector<std::string> segments;
  for (const int fd : numbers_) {
    if (fd < 3) continue;
    if (std::string segment = under_way_real(fd); !segment.empty()) {
      segments.push_back(std::move(segment));
    }
  }
  return segments;
}

std::uint32_t RealCalls::level(Fd fd) const {
  pollfd p{real(fd), POLLIN | POLLOUT | POLLPRI | POLLRDHUP, 0};
  poll(&p, 1, 0);
  return static_cast<std::uint16_t>(p.revents);
}

std::int64_t RealCalls::readable(Fd fd) const {
  int bytes = 0;
  return ioctl(real(fd), FIONREAD, &bytes) == 0 ? bytes : -1;
}

}  // namespace epollscope::test
