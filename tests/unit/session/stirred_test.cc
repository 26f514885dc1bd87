// Timers that expire where a session does not expect them: between the kernel's rest and the look
// at it, and between the look at the timers and the next call. On the real kernel, behind something
// that takes its time there.
#include <chrono>
#include <thread>

#include "core/lab/lab.h"
#include "tests/unit/session/no_xray.h"
#include "tests/unit/session/run.h"

namespace epollscope {
namespace {

using test::problems;
using namespace std::chrono_literals;

// A lab whose owner is kept waiting.
class SlowLab : public Lab {
 public:
  enum class Where : std::uint8_t { at_rest, before_levels, before_call };
  SlowLab(std::unique_ptr<Lab> lab, Where where) : lab_(std::move(lab)), where_(where) {}

  void submit(ActorId actor, const Request& request) override {
    dawdle(Where::before_call);
    expires_ = std::holds_alternative<TimerfdSettime>(request.op);
    lab_->submit(actor, request);
  }
  std::optional<Notification> take() override {
    auto n = lab_->take();
    if (n && n->kind == Notification::Kind::at_rest) dawdle(Where::at_rest);
    return n;
  }
  Result<std::vector<Level>> levels(const std::vector<Fd>& fds) override {
    dawdle(Where::before_levels);
    return lab_->levels(fds);
  }
  [[nodiscard]] bool still_sleeps(ActorId actor) override { return lab_->still_sleeps(actor); }
  [[nodiscard]] int wait_fd() const override { return lab_->wait_fd(); }
  [[nodiscard]] int pid() const override { return lab_->pid(); }
  [[nodiscard]] int pid_of(Fd fd) const override { return lab_->pid_of(fd); }
  [[nodiscard]] int tid_of(ActorId actor) const override { return lab_->tid_of(actor); }
  Result<std::vector<ForbiddenCall>> try_forbidden_calls() override {
    return lab_->try_forbidden_calls();
  }

 private:
  // In front of each call for a while; and until the timer that the last one set has woken T2.
  void dawdle(Where here) {
    if (here != where_) return;
    if (here == Where::before_call) std::this_thread::sleep_for(20ms);
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (expires_ && lab_->still_sleeps(test::kT2)) {
      std::this_thread::sleep_for(1ms);
      if (std::chrono::steady_clock::now() < end) continue;
      ADD_FAILURE() << "the timer wakes nobody";
      return;
    }
  }

  std::unique_ptr<Lab> lab_;
  Where where_;
  bool expires_ = false;
};

std::unique_ptr<Session> run_slowly(std::string_view text, SlowLab::Where where, XrayUse xray) {
  auto lab = start_lab();
  if (!lab) {
    ADD_FAILURE() << lab.error().what;
    return nullptr;
  }
  auto s = test::run(text, {.xray = xray}, std::make_unique<SlowLab>(*std::move(lab), where));
  if (!s) return s;
  EXPECT_EQ(problems(*s), "");
  EXPECT_EQ(s->expectations_failed() + s->model_differences(), 0);
  return s;
}

class StirredSession : public ::testing::TestWithParam<SlowLab::Where> {
 protected:
  void SetUp() override {
    if (const auto missing = test::no_xray()) GTEST_SKIP() << *missing;
  }
  static std::unique_ptr<Session> run(std::string_view text) {
    return run_slowly(text, GetParam(), XrayUse::on);
  }
};
INSTANTIATE_TEST_SUITE_P(Dawdling, StirredSession,
                         ::testing::Values(SlowLab::Where::at_rest, SlowLab::Where::before_levels),
                         [](const auto& p) {
                           return p.param == SlowLab::Where::at_rest ? "AtRest" : "BeforeLevels";
                         });

TEST_P(StirredSession, ASleeperThatTookAnEventBehindTheRestIsNoDifference) {
  const auto s = run(R"(ep = epoll_create1(0)
t = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK)
epoll_ctl(ep, ADD, t, IN|ET)
T2: epoll_wait(ep, 8, -1) <unfinished ...>
timerfd_settime(t, 300ms, 0)
T2: <... epoll_wait resumed> = 1 [{events=EPOLLIN, data=t}]
epoll_wait(ep, 8, 0) = 0 []
read(t, 8) = 8 {value=1}
)");
  ASSERT_TRUE(s);
  EXPECT_FALSE(s->steps()[4].xray.ready) << "it had moved, and was compared";
  EXPECT_TRUE(s->steps().back().xray.ready);
  EXPECT_TRUE(s->steps().back().xray.waiters);
}

TEST_P(StirredSession, NeitherIsWhatItLeftInAnInstanceThatItsOwnOneWatches) {
  run(R"(out = epoll_create1(0)
in = epoll_create1(0)
t = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK)
epoll_ctl(in, ADD, t, IN)
epoll_ctl(out, ADD, in, IN|ET)
T2: epoll_wait(out, 8, -1) <unfinished ...>
timerfd_settime(t, 300ms, 0)
T2: <... epoll_wait resumed> = 1 [{events=EPOLLIN, data=in}]
epoll_wait(in, 8, 0) = 1 [{events=EPOLLIN, data=t}]
)");
}

// A timer expires between the look at the timers and the call that ends it.
void run_late(const std::string& rest) {
  run_slowly(
      "ep = epoll_create1(0)\n"
      "t = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK)\n"
      "epoll_ctl(ep, ADD, t, IN|ET)\n" +
          rest,
      SlowLab::Where::before_call, XrayUse::off);
}

class TimerBeforeTheCall : public ::testing::TestWithParam<std::string_view> {};
INSTANTIATE_TEST_SUITE_P(Calls, TimerBeforeTheCall,
                         ::testing::Values("timerfd_settime(t, 0, 0) = 0\n",
                                           "timerfd_settime(t, 100s, 0) = 0\n", "close(t) = 0\n",
                                           "dup2(ep, t)\n"));

TEST_P(TimerBeforeTheCall, WokeASleeper) {
  run_late(
      "T2: epoll_wait(ep, 8, -1) <unfinished ...>\n"
      "timerfd_settime(t, 15ms, 0)\n" +
      std::string(GetParam()) +
      "T2: <... epoll_wait resumed> = 1 [{events=EPOLLIN, data=t}]\n"
      "epoll_wait(ep, 8, 0) = 0 []\n");
}

// Its item was on the list when it expired again, and kept its place.
TEST(TimerBeforeACall, LeftItsPlaceOnAList) {
  run_late(
      "e = eventfd(0, 0)\n"
      "epoll_ctl(ep, ADD, e, IN|ET)\n"
      "timerfd_settime(t, 15ms, 0)\n"
      "timerfd_settime(t, 200ms, 0)\n"
      "write(e, 1) = 8\n"
      "sleep(250ms)\n"
      "epoll_wait(ep, 8, 0) = 2 [{events=EPOLLIN, data=t}, {events=EPOLLIN, data=e}]\n");
}

}  // namespace
}  // namespace epollscope
