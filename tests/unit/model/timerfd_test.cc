// Timers: the owner of the machine says when one has expired.
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

#include <cerrno>
#include <ctime>

#include "tests/unit/model/desk.h"

namespace epollscope {
namespace {

using test::Desk;
using test::Numbers;
using test::thread;

constexpr std::int64_t kSecond = 1'000'000'000;

struct TimerDesk : Desk {
  Fd ep = epoll();
  Fd timer = call(TimerfdCreate{CLOCK_MONOTONIC, TFD_NONBLOCK}).outcome.created.at(0);

  std::int64_t set(std::int64_t value, std::int64_t interval = 0) {
    return run(TimerfdSettime{timer, value, interval});
  }
  void expire(std::uint64_t ticks = 1) { m.timer_expired(m.timers().at(0).file, ticks); }
};

TEST(Timer, TheFirstExpiryIsAnEventAndNoOther) {
  TimerDesk d;
  d.add(d.ep, d.timer, EPOLLIN | EPOLLET);
  EXPECT_EQ(d.set(kSecond, kSecond), 0);
  EXPECT_TRUE(d.ready(d.ep).empty());
  d.expire();
  EXPECT_EQ(d.take(d.ep), (Numbers{d.timer.value}));
  d.expire(3);
  EXPECT_TRUE(d.ready(d.ep).empty());
  const auto read = d.call(Read{d.timer, 8});
  EXPECT_EQ(read.outcome.returned, 8);
  EXPECT_EQ(read.outcome.value, 3U);
  EXPECT_TRUE(d.ready(d.ep).empty());
  d.expire();  // the read let it run on
  EXPECT_EQ(d.take(d.ep), (Numbers{d.timer.value}));
}

TEST(Timer, OneWithoutAnIntervalIsDoneWhenItIsRead) {
  TimerDesk d;
  d.set(kSecond);
  EXPECT_EQ(d.read(d.timer), -EAGAIN);
  d.expire();
  EXPECT_EQ(d.read(d.timer, 7), -EINVAL);
  EXPECT_EQ(d.read(d.timer), 8);
  EXPECT_EQ(d.read(d.timer), -EAGAIN);
  EXPECT_TRUE(d.m.timers().empty());
}

TEST(Timer, SettingItForgetsAnExpiryAndWakesNobody) {
  TimerDesk d;
  d.add(d.ep, d.timer, EPOLLIN);
  for (const std::int64_t value : {std::int64_t{0}, kSecond}) {
    d.set(kSecond);
    d.expire();
    EXPECT_EQ(d.ready(d.ep), (Numbers{d.timer.value}));
    d.set(value);
    EXPECT_EQ(d.ready(d.ep), (Numbers{d.timer.value}));  // stale
    EXPECT_TRUE(d.take(d.ep).empty());
    EXPECT_TRUE(d.ready(d.ep).empty());
  }
}

TEST(Timer, ArgumentsAreCheckedInTheKernelsOrder) {
  TimerDesk d;
  EXPECT_EQ(d.run(TimerfdCreate{CLOCK_MONOTONIC, 1}), -EINVAL);
  EXPECT_EQ(d.run(TimerfdCreate{CLOCK_PROCESS_CPUTIME_ID, 0}), -EINVAL);
  EXPECT_EQ(d.run(TimerfdCreate{CLOCK_BOOTTIME_ALARM, 0}), -EPERM);
  EXPECT_EQ(d.run(TimerfdSettime{Fd{99}, -1, 0}), -EINVAL);
  EXPECT_EQ(d.run(TimerfdSettime{Fd{99}, 1, 0}), -EBADF);
  EXPECT_EQ(d.run(TimerfdSettime{d.ep, 1, 0}), -EINVAL);
  EXPECT_EQ(d.write(d.timer), -EINVAL);
}

TEST(Timer, WhoSleepsOnOneHasSomethingDue) {
  TimerDesk d;
  const Fd outer = d.epoll();
  d.add(outer, d.ep, EPOLLIN);
  d.add(d.ep, d.timer, EPOLLIN);
  EXPECT_TRUE(d.call(thread(2), EpollWait{outer, 1, -1}).blocked);
  EXPECT_FALSE(d.m.timer_may_wake(thread(2)));
  d.set(kSecond);
  EXPECT_TRUE(d.m.timer_may_wake(thread(2)));
  d.mod(d.ep, d.timer, EPOLLOUT);
  EXPECT_FALSE(d.m.timer_may_wake(thread(2)));
  d.mod(d.ep, d.timer, EPOLLIN);
  d.expire();
  EXPECT_EQ(d.settled(), (Numbers{2}));
}

// Virtual time: expiries and deadlines come in the order of their moments, timers first.
struct Virtual {
  std::unique_ptr<Kernel> kernel = make_model_kernel();

  Outcome call(const Operation& op, ActorId actor = {}) {
    kernel->submit(actor, {op, {}});
    for (auto n = kernel->take(); n; n = kernel->take()) {
      if (n->kind == Notification::Kind::returned && n->actor == actor) {
        Outcome o = std::move(n->outcome);
        kernel->take();  // at rest
        return o;
      }
    }
    ADD_FAILURE() << "it sleeps for ever";
    return {};
  }
};

TEST(VirtualTime, ATimerWakesAtItsMoment) {
  Virtual v;
  const Fd timer = v.call(TimerfdCreate{CLOCK_MONOTONIC, 0}).created.at(0);
  v.call(TimerfdSettime{timer, 5 * kSecond, 2 * kSecond});
  const Outcome first = v.call(Read{timer, 8});
  EXPECT_EQ(first.value, 1U);
  EXPECT_EQ(first.elapsed_ns, 5 * kSecond);
  v.call(Sleep{7 * kSecond});  // 7, 9 and 11 pass
  EXPECT_EQ(v.call(Read{timer, 8}).value, 3U);
  const Outcome next = v.call(Read{timer, 8});
  EXPECT_EQ(next.value, 1U);
  EXPECT_EQ(next.elapsed_ns, kSecond);  // from 12 to 13
}

TEST(VirtualTime, ATimerComesBeforeADeadlineOfTheSameMoment) {
  Virtual v;
  const Fd timer = v.call(TimerfdCreate{CLOCK_MONOTONIC, 0}).created.at(0);
  const Fd ep = v.call(EpollCreate1{0}).created.at(0);
  v.call(EpollCtl{ep, EPOLL_CTL_ADD, timer, EventArg{EPOLLIN, 7}});
  v.call(TimerfdSettime{timer, kSecond, 0});
  EXPECT_EQ(v.call(EpollWait{ep, 1, 1000}).returned, 1);
}

}  // namespace
}  // namespace epollscope
