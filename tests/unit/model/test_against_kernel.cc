// Random programs of one thread, run by the model and by the kernel under this test at once: after
// every step both must have given the same answer, the same events in the same order, and now and
// then the same levels and the same tree order.
//
// EPOLLSCOPE_SEED=n runs that seed alone; a failure prints its seed and the program.
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <map>
#include <random>

#include "core/call/flags.h"
#include "core/model/machine.h"
#include "tests/unit/model/real_calls.h"

namespace epollscope {
namespace {

constexpr int kSeeds = 40;
constexpr int kSteps = 400;
constexpr ActorId kActor{};
constexpr std::int64_t kHour = 3'600'000'000'000;

std::string show(const Request& request);

class Program {
 public:
  explicit Program(std::uint64_t seed) : random_(seed) {}

  Request next(const Machine& m) {
    open_.clear();
    epolls_.clear();
    for (int fd = 3; fd < 60; ++fd) {
      if (m.is_epoll(Fd{fd})) epolls_.push_back(Fd{fd});
      if (m.is_epoll(Fd{fd}) || m.level(Fd{fd})) open_.push_back(Fd{fd});
    }
    if (open_.size() < 6) return {creation(), {}};
    Request r;
    r.op = operation(m, r.bytes);
    return r;
  }

 private:
  int upto(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  bool rarely() { return upto(40) == 0; }
  template <class T>
  T pick(std::initializer_list<T> of) {
    return of.begin()[upto(static_cast<int>(of.size()))];
  }

  Fd any() {
    if (rarely()) return Fd{pick<std::int32_t>({-1, 59, 1000})};
    return open_[static_cast<std::size_t>(upto(static_cast<int>(open_.size())))];
  }
  Fd epoll() {
    if (rarely() || epolls_.empty()) return any();
    return epolls_[static_cast<std::size_t>(upto(static_cast<int>(epolls_.size())))];
  }

  Operation creation() {
    const int nonblock = upto(3) == 0 ? O_NONBLOCK : 0;
    switch (upto(11)) {
      case 0:
        return EpollCreate1{pick<int>({0, 0, EPOLL_CLOEXEC, 1})};
      case 1:
        return EpollCreate{pick({1, 0, -1, 100})};
      case 2:
      case 3:
        return Pipe2{nonblock | pick<int>({0, 0, 0, O_DIRECT, O_CLOEXEC, O_APPEND})};
      case 4:
      case 5:
        return SocketPair{pick<int>({AF_UNIX, AF_UNIX, AF_UNIX, AF_UNIX, AF_INET, 99}),
                          pick<int>({SOCK_STREAM, SOCK_STREAM, SOCK_DGRAM, SOCK_DGRAM,
                                     SOCK_SEQPACKET, SOCK_RAW, 9, 11}) |
                              nonblock};
      case 6:
        return EventFd{pick({0U, 1U, 3U, 0xffffffffU}), nonblock | pick({0, 0, 2})};
      case 7:
        return EventFd{0, nonblock | EFD_SEMAPHORE};
      case 8:
      case 9:
        return TimerfdCreate{pick<int>({CLOCK_MONOTONIC, CLOCK_REALTIME, CLOCK_BOOTTIME, 99, -1}),
                             nonblock | pick<int>({0, 0, 0, TFD_CLOEXEC, 4})};
      default:
        return epolls_.size() > 4 ? Operation{Dup{any()}} : Operation{EpollCreate1{0}};
    }
  }

  std::uint32_t mask() {
    std::uint32_t m = 0;
    if (upto(4) != 0) m |= EPOLLIN;
    if (upto(3) == 0) m |= EPOLLOUT;
    if (upto(3) == 0) m |= EPOLLET;
    if (upto(6) == 0) m |= EPOLLONESHOT;
    if (upto(8) == 0) m |= EPOLLRDHUP;
    if (upto(12) == 0) m |= pick<std::uint32_t>({EPOLLPRI, EPOLLRDNORM, EPOLLWRNORM, EPOLLWRBAND});
    if (upto(25) == 0) m |= EPOLLEXCLUSIVE;
    if (upto(40) == 0) m |= pick<std::uint32_t>({EPOLLWAKEUP, EPOLLMSG, 1U << 20});
    return upto(20) == 0 ? 0 : m;
  }

  Operation ctl() {
    std::optional<EventArg> event = EventArg{mask(), ++data_};
    if (rarely()) event.reset();
    const int op = rarely()
                       ? pick({0, 4, -1})
                       : pick<int>({EPOLL_CTL_ADD, EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLL_CTL_DEL});
    return EpollCtl{epoll(), op, any(), event};
  }

  std::uint64_t amount() {
    return pick<std::uint64_t>({0,     1,    1,    2,     7,     8,      100,    1000,  3000,
                                4095,  4096, 4097, 5000,  8192,  20000,  36544,  36545, 65536,
                                70000, 192,  193,  16064, 16065, 212960, 212961, 300000});
  }

  Operation write(std::string& bytes) {
    if (upto(3) != 0) {
      const auto enormous = [this] { return ~0ULL - static_cast<unsigned>(upto(3)); };
      return WriteAmount{any(), upto(30) == 0 ? enormous() : small_amount()};
    }
    for (int n = upto(12); n > 0; --n) bytes += static_cast<char>('a' + upto(26));
    return WriteBytes{any()};
  }

  std::uint64_t small_amount() { return upto(3) == 0 ? amount() : pick<std::uint64_t>({1, 5, 0}); }

  Operation control() {
    const Fd fd = any();
    switch (upto(6)) {
      case 0:
        return Fcntl{fd, F_GETFL, 0};
      case 1:
        return Fcntl{fd, F_SETFL, pick({0, O_NONBLOCK, O_NONBLOCK | O_APPEND, O_DIRECT})};
      case 2:
        return Fcntl{fd, F_GETPIPE_SZ, 0};
      case 3:
      case 4:
        return Fcntl{fd, F_SETPIPE_SZ, pick({0, 4096, 8192, 5000, 65536, 100000, -1})};
      default:
        return Fcntl{fd, pick({F_GETFD, F_SETFD}), upto(2)};
    }
  }

  // A semaphore is drained by one read for each unit of its counter: not of a great one.
  Operation drain(const Machine& m) {
    const Fd fd = any();
    const auto level = m.level(fd);
    if (level && static_cast<std::uint64_t>(level->readable_bytes) > 1 << 20) return Read{fd, 8};
    return Drain{fd};
  }

  // Expires at once, never, or never again; a periodic one only after an hour.
  Operation settime() {
    return TimerfdSettime{any(), pick<std::int64_t>({0, 1, 1, 1, kHour, -1}),
                          pick<std::int64_t>({0, 0, kHour, -1})};
  }

  Operation wait(int max) {
    EpollWait op{epoll(), max, 0, upto(30) == 0};
    op.form = pick({EpollWait::Form::wait, EpollWait::Form::wait, EpollWait::Form::pwait,
                    EpollWait::Form::pwait2});
    if (op.form == EpollWait::Form::wait) return op;
    if (upto(2) == 0) op.sigmask = pick<std::uint64_t>({0, 1U << 9U, ~0ULL});
    op.timespec_ns = 0;
    return op;
  }

  Operation operation(const Machine& m, std::string& bytes) {
    const int n = upto(100);
    if (n < 26) return ctl();
    if (n < 48) {
      const int max = rarely() ? pick({0, -1, 178956971}) : pick({1, 1, 2, 3, 8, 64});
      return wait(max);
    }
    if (n < 64) return write(bytes);
    if (n < 76) return Read{any(), small_amount() + 7ULL * static_cast<unsigned>(upto(2))};
    if (n < 79) return drain(m);
    if (n < 81) return Fill{any()};
    if (n < 84) return Dup{any()};
    if (n < 89) return Close{any()};
    if (n < 90 && upto(2) == 0) return settime();
    if (n < 91) return Shutdown{any(), pick<int>({SHUT_RD, SHUT_WR, SHUT_RDWR, 3, -1})};
    if (n < 94) return control();
    return open_.size() < 40 ? creation() : Operation{Close{any()}};
  }

  std::mt19937_64 random_;
  std::uint64_t data_ = 0;  // never twice the same: fdinfo could not tell two such items apart
  std::vector<Fd> open_, epolls_;
};

struct Show {
  const std::string& bytes;
  std::string operator()(const EpollCreate& o) { return fmt::format("epoll_create({})", o.size); }
  std::string operator()(const EpollCreate1& o) {
    return fmt::format("epoll_create1({})", o.flags);
  }
  std::string operator()(const EpollCtl& o) {
    return fmt::format(
        "epoll_ctl({}, {}, {}, {})", o.epfd.value,
        print_flags(FlagSet::ctl_op, static_cast<std::uint64_t>(o.op)), o.fd.value,
        o.event ? fmt::format("{} data={}", print_flags(FlagSet::epoll_events, o.event->events),
                              o.event->data)
                : "NULL");
  }
  std::string operator()(const EpollWait& o) {
    constexpr std::array kNames{"epoll_wait", "epoll_pwait", "epoll_pwait2"};
    return fmt::format("{}({}, {}, 0{})", kNames[static_cast<std::size_t>(o.form)], o.epfd.value,
                       o.maxevents, o.null_buffer ? ", NULL" : "");
  }
  std::string operator()(const Pipe2& o) { return fmt::format("pipe2({:#x})", o.flags); }
  std::string operator()(const SocketPair& o) {
    return fmt::format("socketpair({}, {:#x})", o.domain, o.type);
  }
  std::string operator()(const EventFd& o) {
    return fmt::format("eventfd({}, {:#x})", o.initval, o.flags);
  }
  std::string operator()(const TimerfdCreate& o) {
    return fmt::format("timerfd_create({}, {:#x})", o.clock, o.flags);
  }
  std::string operator()(const TimerfdSettime& o) {
    return fmt::format("timerfd_settime({}, {}, {})", o.fd.value, o.value_ns, o.interval_ns);
  }
  std::string operator()(const Read& o) { return fmt::format("read({}, {})", o.fd.value, o.count); }
  std::string operator()(const WriteBytes& o) {
    return fmt::format("write({}, \"{}\")", o.fd.value, bytes);
  }
  std::string operator()(const WriteAmount& o) {
    return fmt::format("write({}, {})", o.fd.value, o.n);
  }
  std::string operator()(const Close& o) { return fmt::format("close({})", o.fd.value); }
  std::string operator()(const Dup& o) { return fmt::format("dup({})", o.fd.value); }
  std::string operator()(const Shutdown& o) {
    return fmt::format("shutdown({}, {})", o.fd.value, o.how);
  }
  std::string operator()(const Fcntl& o) {
    return fmt::format("fcntl({}, {}, {})", o.fd.value, o.command, o.arg);
  }
  std::string operator()(const Drain& o) { return fmt::format("drain({})", o.fd.value); }
  std::string operator()(const Fill& o) { return fmt::format("fill({})", o.fd.value); }
  std::string operator()(const Sleep& o) { return fmt::format("sleep({})", o.ns); }
};

std::string show(const Request& request) { return std::visit(Show{request.bytes}, request.op); }

std::string show(const Outcome& o) {
  std::string text = fmt::format("{} {}", o.returned, o.failed() ? errno_name(o.error) : "");
  for (const Event& e : o.events) {
    text += fmt::format(" ({}, {})", print_flags(FlagSet::epoll_events, e.events), e.data);
  }
  if (o.value) text += fmt::format(" value={}", *o.value);
  for (const Fd fd : o.created) text += fmt::format(" new={}", fd.value);
  return text + fmt::format(" {} bytes", o.bytes.size());
}

std::string show(const std::vector<Machine::Row>& rows) {
  std::string text;
  for (const Machine::Row& r : rows) {
    text += fmt::format(" ({}, {}, {})", r.tfd.value, print_flags(FlagSet::epoll_events, r.events),
                        r.data);
  }
  return text;
}

class Comparison {
 public:
  explicit Comparison(std::uint64_t seed) : seed_(seed), program_(seed) {}

  void run() {
    for (int step = 0; step < kSteps && !::testing::Test::HasFailure(); ++step) {
      Request request = program_.next(machine_);
      if (Machine(machine_).call(kActor, request).blocked) continue;
      if (machine_.needs_order_before(request)) learn();
      const Machine::Result said = machine_.call(kActor, request);
      const Outcome real = real_.call(request);
      history_ += fmt::format("{} = {}\n", show(request), show(real));
      ASSERT_TRUE(said.outcome.same_result(real))
          << "seed " << seed_ << "\n"
          << history_ << "the model says: " << show(said.outcome);
      expire_timers();
      if (step % 7 == 0) compare_levels();
      if (step % 50 == 49) learn();
    }
    ASSERT_FALSE(machine_.not_modelled()) << *machine_.not_modelled();
  }

 private:
  // The real ones were waited for when they were set.
  void expire_timers() {
    for (const Machine::Timer& t : machine_.timers()) {
      if (t.value_ns == 1 && set_before_[t.file] != t.settimes) machine_.timer_expired(t.file, 1);
      set_before_[t.file] = t.settimes;
    }
  }

  void compare_levels() {
    for (int fd = 3; fd < 60; ++fd) {
      const auto said = machine_.level(Fd{fd});
      if (!said) continue;
      ASSERT_EQ(said->revents, real_.level(Fd{fd})) << "seed " << seed_ << " fd " << fd << "\n"
                                                    << history_;
      const std::int64_t bytes = real_.readable(Fd{fd});
      if (bytes < 0) continue;
      ASSERT_EQ(said->readable_bytes, bytes) << "seed " << seed_ << " fd " << fd << "\n"
                                             << history_;
    }
  }

  void learn() {
    for (int fd = 3; fd < 60; ++fd) {
      if (!machine_.is_epoll(Fd{fd})) continue;
      const auto rows = real_.interest(Fd{fd});
      ASSERT_TRUE(machine_.learn_order(Fd{fd}, rows))
          << "seed " << seed_ << " fd " << fd << "\nkernel" << show(rows) << "\nmodel"
          << show(machine_.interest(Fd{fd})) << "\n"
          << history_;
      const auto said = machine_.interest(Fd{fd});
      ASSERT_EQ(said.size(), rows.size());
      for (std::size_t i = 0; i < rows.size(); ++i) {
        ASSERT_TRUE(said[i].tfd == rows[i].tfd && said[i].events == rows[i].events &&
                    said[i].data == rows[i].data)
            << "seed " << seed_ << " fd " << fd << " row " << i << "\n"
            << history_;
      }
    }
    ASSERT_TRUE(machine_.unranked().empty());
  }

  std::uint64_t seed_;
  Program program_;
  Machine machine_{{}, TreeOrder::learned};
  test::RealCalls real_;
  std::map<FileId, std::uint32_t> set_before_;
  std::string history_;
};

TEST(AgainstKernel, RandomProgramsGiveTheSameAnswers) {
  if (const char* seed = std::getenv("EPOLLSCOPE_SEED")) {
    Comparison(std::strtoull(seed, nullptr, 10)).run();
    return;
  }
  for (std::uint64_t seed = 1; seed <= kSeeds && !HasFailure(); ++seed) Comparison(seed).run();
}

TEST(AgainstKernel, AFreshRandomProgramGivesTheSameAnswers) {
  const std::uint64_t seed = std::random_device{}();
  RecordProperty("seed", std::to_string(seed));
  Comparison(seed).run();
}

}  // namespace
}  // namespace epollscope
