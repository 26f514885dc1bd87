// Timers in sessions, on the real kernel and on the model: the same scenario, the same verdict.
#include "tests/unit/session/run.h"

namespace epollscope {
namespace {

using test::problems;
using test::run;

class Timers : public ::testing::TestWithParam<bool> {
 protected:
  static std::unique_ptr<Session> held(std::string_view text) {
    SessionOptions options;
    options.model_only = GetParam();
    auto s = run(text, options);
    EXPECT_EQ(s->expectations_failed(), 0) << problems(*s);
    EXPECT_EQ(s->model_differences(), 0) << problems(*s);
    for (const StepRecord& r : s->steps()) EXPECT_EQ(r.not_modelled, "") << print(r.call);
    return s;
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, Timers, ::testing::Bool(),
                         [](const auto& p) { return p.param ? "model" : "lab"; });

constexpr std::string_view kTimer = R"(ep = epoll_create1(0)
t = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK)
epoll_ctl(ep, ADD, t, IN|ET)
)";

std::string with(std::string_view rest) { return std::string(kTimer) + std::string(rest); }

TEST_P(Timers, ACallThatOnlyATimerCanEndIsOneStep) {
  const auto s = held(with(R"(timerfd_settime(t, 5ms, 0) = 0
epoll_wait(ep, 8, -1) = 1 [{events=EPOLLIN, data=t}]
read(t, 8) = 8 {value=1}
read(t, 8) = -1 EAGAIN
)"));
  EXPECT_EQ(s->steps().size(), 7U);
}

TEST_P(Timers, OneThatExpiredBetweenStepsIsTakenInByTheNext) {
  held(with(R"(timerfd_settime(t, 1ms, 0) = 0
sleep(20ms)
epoll_wait(ep, 8, 0) = 1 [{events=EPOLLIN, data=t}]
epoll_wait(ep, 8, 0) = 0 []
timerfd_settime(t, 0, 0) = 0
read(t, 8) = -1 EAGAIN
)"));
}

TEST_P(Timers, APeriodicOneIsSilentUntilItIsRead) {
  const auto s = held(with(R"(timerfd_settime(t, 1ms, 1ms) = 0
sleep(20ms)
epoll_wait(ep, 8, 0) = 1 [{events=EPOLLIN, data=t}]
sleep(20ms)
epoll_wait(ep, 8, 0) = 0 []
read(t, 8) = 8
sleep(20ms)
epoll_wait(ep, 8, 0) = 1 [{events=EPOLLIN, data=t}]
)"));
  EXPECT_GE(*s->steps()[8].outcome.value, 20U);
}

TEST_P(Timers, ASleeperIsResumedByATimer) {
  const auto s = held(with(R"(T2: epoll_wait(ep, 8, -1) <unfinished ...>
timerfd_settime(t, 30ms, 0)
write(t, "x") = -1 EINVAL
T2: <... epoll_wait resumed> = 1 [{events=EPOLLIN, data=t}]
T3: read(t, 8) = 8 {value=1}
)"));
  EXPECT_FALSE(s->steps()[3].returned);
}

TEST_P(Timers, TheEndOfAProgramWaitsForThem) {
  const auto s = held(with(R"(T2: epoll_wait(ep, 8, -1) <unfinished ...>
timerfd_settime(t, 10ms, 0)
)"));
  ASSERT_EQ(s->steps().size(), 6U);
  EXPECT_TRUE(s->steps()[5].is_resume);
  EXPECT_EQ(s->steps()[5].outcome.returned, 1);
  EXPECT_TRUE(s->stuck().empty());
}

TEST_P(Timers, ABlockingReadWaitsForOne) {
  held(R"(t = timerfd_create(CLOCK_REALTIME, 0)
timerfd_settime(t, 2ms, 0)
read(t, 8) = 8 {value=1}
timerfd_settime(t, 1ms, 1ms)
sleep(10ms)
read(t, 8) = 8
)");
}

TEST_P(Timers, ADeadlineMayComeFirst) {
  held(with(R"(timerfd_settime(t, 500ms, 0)
epoll_wait(ep, 8, 1) = 0 []
timerfd_settime(t, 0, 5ms)
sleep(10ms)
epoll_wait(ep, 8, 0) = 0 []
)"));
}

TEST_P(Timers, TwoThatExpireApartKeepTheirOrder) {
  held(with(R"(u = timerfd_create(CLOCK_MONOTONIC, 0)
epoll_ctl(ep, ADD, u, IN|ET)
timerfd_settime(t, 400ms, 0)
timerfd_settime(u, 2ms, 0)
sleep(450ms)
epoll_wait(ep, 8, 0) = 2 [{events=EPOLLIN, data=u}, {events=EPOLLIN, data=t}]
)"));
}

// T3 came last and is woken first.
TEST_P(Timers, ALineDoesNotWaitForASleeperWhoseEventAnotherTakes) {
  const auto s = run(with(R"(T2: epoll_wait(ep, 8, -1) <unfinished ...>
T3: epoll_wait(ep, 8, -1) <unfinished ...>
timerfd_settime(t, 30ms, 0)
T2: <... epoll_wait resumed> = 1 [{events=EPOLLIN, data=t}]
T3: <... epoll_wait resumed> = 1 [{events=EPOLLIN, data=t}]
read(t, 8) = 8 {value=1}
)"),
                     {.model_only = GetParam()});
  ASSERT_TRUE(s);
  EXPECT_FALSE(s->died()) << *s->died();
  EXPECT_EQ(s->model_differences(), 0) << problems(*s);
  EXPECT_EQ(s->expectations_failed(), 1) << problems(*s);
  EXPECT_NE(problems(*s).find("T2 should have returned by now"), std::string::npos);
  EXPECT_EQ(s->stuck().size(), 1U);
}

TEST_P(Timers, NorDoesTheSleepersOwnCall) {
  const auto s = run(R"(a = epoll_create1(0)
b = epoll_create1(0)
t = timerfd_create(CLOCK_MONOTONIC, 0)
epoll_ctl(a, ADD, t, IN|EXCLUSIVE)
epoll_ctl(b, ADD, t, IN|EXCLUSIVE)
T3: epoll_wait(a, 8, -1) <unfinished ...>
timerfd_settime(t, 30ms, 0)
T2: epoll_wait(b, 8, -1) = 1 [{events=EPOLLIN, data=t}]
read(t, 8) = 8 {value=1}
)",
                     {.model_only = GetParam()});
  ASSERT_TRUE(s);
  EXPECT_FALSE(s->died()) << *s->died();
  EXPECT_EQ(s->model_differences(), 0) << problems(*s);
  EXPECT_EQ(s->expectations_failed(), 1) << problems(*s);
  EXPECT_NE(problems(*s).find("the call is asleep and nothing is due"), std::string::npos);
}

// Which of two came first is shown by nothing: it is said instead of guessed. Where the machine
// lets much time pass between the two, they are no such case.
TEST(TimersOnTheLab, TwoWithinAMomentAreNotModelled) {
  using Clock = std::chrono::steady_clock;
  const auto s = test::open(with(R"(u = timerfd_create(CLOCK_MONOTONIC, 0)
timerfd_settime(t, 2ms, 0)
timerfd_settime(u, 2ms, 0)
sleep(30ms)
epoll_wait(ep, 8, 0)
)"));
  Clock::time_point set, end;
  for (Clock::time_point before = Clock::now(); s->step(); before = Clock::now()) {
    s->wait();
    if (s->steps().back().call.name != CallName::timerfd_settime) continue;
    if (set == Clock::time_point{}) set = before;
    end = Clock::now();
  }
  s->finish();
  EXPECT_EQ(s->model_differences(), 0);
  if (end - set >= std::chrono::milliseconds(2))
    GTEST_SKIP() << "one expired before the other was set";
  EXPECT_NE(s->steps().back().not_modelled, "");
}

}  // namespace
}  // namespace epollscope
