// Sessions on the real kernel and on the model: the same scenario, the same verdict.
#include <signal.h>

#include "tests/unit/session/run.h"

namespace epollscope {
namespace {

using test::problems;
using test::run;

constexpr std::string_view kFirst = R"(ep = epoll_create1(0) = 3
a, w = pipe() = 0 [4, 5]
epoll_ctl(ep, EPOLL_CTL_ADD, a, {events=EPOLLIN|EPOLLET, data=a}) = 0
write(w, "hello") = 5
expect ready(ep) = [a]
epoll_wait(ep, 8, 0) = 1 [{events=EPOLLIN, data=a}]
epoll_wait(ep, 8, 0) = 0 []
epoll_ctl(ep, ADD, a, IN) = -1 EEXIST
T2: epoll_wait(ep, 8, -1) <unfinished ...>
write(w, "x") = 1
T2: <... epoll_wait resumed> = 1 [{events=EPOLLIN, data=a}]
)";

class OnBoth : public ::testing::TestWithParam<bool> {
 protected:
  static SessionOptions options() { return {.model_only = GetParam()}; }
};
INSTANTIATE_TEST_SUITE_P(Kernels, OnBoth, ::testing::Bool(),
                         [](const auto& p) { return p.param ? "model" : "lab"; });

TEST_P(OnBoth, TheContractsExampleHolds) {
  const auto s = run(kFirst, options());
  ASSERT_TRUE(s);
  EXPECT_EQ(s->expectations_failed(), 0) << problems(*s);
  EXPECT_EQ(s->model_differences(), 0) << problems(*s);
  ASSERT_EQ(s->steps().size(), 9U);
  EXPECT_EQ(s->steps()[8].resumed.size(), 1U);
  EXPECT_FALSE(s->steps()[7].returned);
}

TEST_P(OnBoth, AWrongExpectationFailsAndTheRunGoesOn) {
  const auto s = run("e = eventfd(0, 0)\nwrite(e, 3) = 7\nread(e, 8) = 8 {value=4}\nclose(e) = 0\n",
                     options());
  ASSERT_TRUE(s);
  EXPECT_EQ(s->expectations_failed(), 2);
  EXPECT_EQ(s->steps().size(), 4U);
  EXPECT_EQ(s->steps()[3].held, true);
  EXPECT_EQ(s->model_differences(), 0) << problems(*s);
}

TEST_P(OnBoth, FailedCallsAreResults) {
  const auto s = run(R"(ep = epoll_create1(0)
a, w = pipe()
epoll_ctl(ep, DEL, a, NULL) = -1 ENOENT
epoll_ctl(ep, ADD, a, IN) = 0
epoll_ctl(ep, ADD, a, IN) = -1 EEXIST
epoll_ctl(ep, ADD, 99, IN) = -1 EBADF
epoll_wait(ep, 0, 0) = -1 EINVAL
epoll_wait(a, 8, 0) = -1 EINVAL
close(w) = 0
close(w) = -1 EBADF
epoll_wait(ep, 8, 0) = 1 [{events=EPOLLHUP, data=a}]
)",
                     options());
  ASSERT_TRUE(s);
  EXPECT_EQ(s->expectations_failed(), 0) << problems(*s);
  EXPECT_EQ(s->model_differences(), 0) << problems(*s);
}

TEST_P(OnBoth, ATimedWaitOfOneThreadIsOneStep) {
  const auto s = run("ep = epoll_create1(0)\nepoll_wait(ep, 8, 20)\nclose(ep) = 0\n", options());
  ASSERT_TRUE(s);
  ASSERT_EQ(s->steps().size(), 3U) << problems(*s);
  EXPECT_TRUE(s->steps()[1].returned);
  EXPECT_EQ(s->steps()[1].outcome.returned, 0);
}

TEST_P(OnBoth, ATimeoutWhileAnotherThreadSleepsIsReported) {
  const auto s = run(R"(ep = epoll_create1(0)
T2: epoll_wait(ep, 8, 10) <unfinished ...>
sleep(40ms) = 0
T2: <... epoll_wait resumed> = 0 []
)",
                     options());
  ASSERT_TRUE(s);
  EXPECT_EQ(s->expectations_failed(), 0) << problems(*s);
  EXPECT_EQ(s->model_differences(), 0) << problems(*s);
}

TEST_P(OnBoth, AThreadThatCannotGoOnEndsTheRun) {
  const auto s = run("ep = epoll_create1(0)\nepoll_wait(ep, 8, -1)\nclose(ep)\n", options());
  ASSERT_TRUE(s);
  EXPECT_EQ(s->steps().size(), 2U);
  EXPECT_GT(s->expectations_failed(), 0);
  ASSERT_EQ(s->stuck().size(), 1U);
  EXPECT_EQ(s->stuck()[0], "T1 waits in epoll_wait(ep, 8, -1)");
}

TEST_P(OnBoth, FourSleepersAreWokenByOneLevelTriggeredWrite) {
  const auto s = run(R"(ep = epoll_create1(0)
a, w = pipe()
epoll_ctl(ep, ADD, a, IN)
T2: epoll_wait(ep, 8, -1) <unfinished ...>
T3: epoll_wait(ep, 8, -1) <unfinished ...>
T4: epoll_wait(ep, 8, -1) <unfinished ...>
T5: epoll_wait(ep, 8, -1) <unfinished ...>
write(w, "x") = 1
T2: <... epoll_wait resumed> = 1 [{events=EPOLLIN, data=a}]
T3: <... epoll_wait resumed> = 1 [{events=EPOLLIN, data=a}]
T4: <... epoll_wait resumed> = 1 [{events=EPOLLIN, data=a}]
T5: <... epoll_wait resumed> = 1 [{events=EPOLLIN, data=a}]
)",
                     options());
  ASSERT_TRUE(s);
  EXPECT_EQ(s->expectations_failed(), 0) << problems(*s);
  EXPECT_EQ(s->model_differences(), 0) << problems(*s);
}

TEST(Session, ABranchRepeatsThePastAndMarksWhatDiffers) {
  const auto s = run("e = eventfd(0, EFD_NONBLOCK)\nwrite(e, 3)\nread(e, 8)\n");
  ASSERT_TRUE(s);
  Program edited = s->lesson().program;
  std::get<CallStatement>(edited.statements[1].what).call.args[1].v = Integer{4, false};
  const auto same = s->branch(3, s->lesson().program);
  ASSERT_TRUE(same) << same.error().what;
  for (const StepRecord& r : (*same)->steps()) EXPECT_FALSE(r.branch_differs);
  const auto other = s->branch(3, edited);
  ASSERT_TRUE(other) << other.error().what;
  ASSERT_EQ((*other)->steps().size(), 3U);
  EXPECT_TRUE((*other)->steps()[2].branch_differs);
  EXPECT_EQ((*other)->steps()[2].outcome.value, 4U);
}

TEST(Session, ALabKilledFromOutsideLeavesTheHistoryReadable) {
  auto s = test::open(kFirst);
  ASSERT_TRUE(s);
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(s->step());
    s->wait();
  }
  ASSERT_EQ(kill(s->lab_pid(), SIGKILL), 0);
  s->step();
  s->wait();
  ASSERT_TRUE(s->died());
  EXPECT_NE(s->died()->find("9"), std::string::npos) << *s->died();
  EXPECT_EQ(s->state_at(4).eventpolls.at(0).ready.size(), 1U);
  const auto again = s->branch(4, s->lesson().program);
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)->steps().size(), 4U);
  EXPECT_FALSE((*again)->died());
}

TEST_P(OnBoth, ASignalWithoutAHandlerEndsItAndTheReasonIsTold) {
  const auto s =
      run("sigaction(SIGUSR1, handler, SA_RESETHAND)\nkill(T1, SIGUSR1) = 0\n"
          "T2: epoll_create1(0)\nkill(T2, SIGUSR1)\n",
          options());
  ASSERT_TRUE(s);
  ASSERT_TRUE(s->died());
  EXPECT_NE(s->died()->find("SIGUSR1"), std::string::npos) << *s->died();
  EXPECT_NE(s->died()->find("no sigaction gave SIGUSR1 a handler before kill(T2, SIGUSR1)"),
            std::string::npos)
      << *s->died();
  EXPECT_EQ(s->steps().size(), 3U);
}

TEST(Session, TheTimeLimitEndsACallThatNeverReturns) {
  const auto slow = run("sleep(100s)\n", {.time_limit = std::chrono::milliseconds(30)});
  ASSERT_TRUE(slow);
  EXPECT_TRUE(slow->timed_out());
}

TEST(Session, ARowThatNeverEndsIsNotCalledASleeper) {
  const auto s = test::run("T2: sleep(10ms) <unfinished ...>\nfill(0)\n",
                           {.time_limit = std::chrono::milliseconds(100)});
  ASSERT_TRUE(s);
  ASSERT_TRUE(s->died());
  EXPECT_NE(s->died()->find("fill(0) comes to no end"), std::string::npos) << *s->died();
  EXPECT_EQ(s->stuck(), std::vector<std::string>{"T1 is still in fill(0)"});
}

// AF_UNIX has no limit but that of each socket.
TEST(Session, WhatSocketsHoldIsBounded) {
  const auto s = test::run(
      "repeat 400 {\n"
      "  a, b = socketpair(AF_UNIX, SOCK_STREAM)\n"
      "  fill(a)\n"
      "}\n",
      {.most_socket_mib = 8});
  ASSERT_TRUE(s);
  ASSERT_TRUE(s->died());
  EXPECT_NE(s->died()->find("8 MiB"), std::string::npos) << *s->died();
  EXPECT_LT(s->steps().size(), 400U);
}

TEST_P(OnBoth, WhoDoesNotExistMakesNoCall) {
  const auto s = test::run(
      "P1 = fork()\n"
      "P1: exit(0) = ?\n"
      "repeat 20000 {\n"
      "  P1: close(3) = -1 EBADF\n"
      "}\n"
      "repeat 2 {\n"
      "  P2 = fork()\n"
      "}\n",
      {.model_only = GetParam()});
  ASSERT_TRUE(s);
  EXPECT_EQ(s->steps().size(), 3U);
  EXPECT_EQ(s->expectations_failed(), 20001);
  const std::string problems = test::problems(*s);
  EXPECT_NE(problems.find("P1 cannot call: it has ended"), std::string::npos) << problems;
  EXPECT_NE(problems.find("P2 was made before"), std::string::npos) << problems;
}

// From there on the model's lists mean nothing: nothing is judged by them, and nothing is told.
TEST(Session, BehindWhatIsNotModelledNothingIsMadeUp) {
  const auto s = test::run(
      "ep = epoll_create1(0)\n"
      "c, d = socketpair(AF_UNIX, SOCK_DGRAM)\n"
      "epoll_ctl(ep, ADD, d, IN) = 0\n"
      "send(c, \"abc\", MSG_MORE) = 3\n"
      "recv(d, 2, MSG_TRUNC|MSG_PEEK) = 3 \"ab\"\n"
      "epoll_wait(ep, 8, 0) = 1 [{events=IN, data=d}]\n"
      "expect ready(ep) = []\n");
  ASSERT_TRUE(s);
  EXPECT_EQ(test::problems(*s), "");
  EXPECT_NE(s->steps().back().not_modelled, "");
  EXPECT_TRUE(s->steps().back().micro.empty());
  EXPECT_EQ(s->ready_at_end("ep"), std::nullopt);
}

// A close() that lingers ends by itself, and nothing but the kernel knows when.
TEST(Session, WhatIsNotModelledMayReturn) {
  const auto s = test::run(
      "l = socket(AF_INET, SOCK_STREAM)\n"
      "listen(l, 1) = 0\n"
      "c = socket(AF_INET, SOCK_STREAM)\n"
      "connect(c, l) = 0\n"
      "s = accept(l)\n"
      "setsockopt(c, SO_LINGER, 1) = 0\n"
      "fill(c)\n"
      "close(c) <unfinished ...>\n"
      "read(s, 1) = 1\n");
  ASSERT_TRUE(s);
  EXPECT_EQ(test::problems(*s), "");
}

TEST(Session, TenThousandItemsMatchTheKernelsTree) {
  const auto s =
      run("ep = epoll_create1(0)\na[1..10000] = eventfd(0, 0)\n"
          "epoll_ctl(ep, ADD, a[1..10000], IN)\nwrite(a[77], 1)\n"
          "epoll_wait(ep, 8, 0) = 1 [{events=EPOLLIN, data=a[77]}]\n");
  ASSERT_TRUE(s);
  EXPECT_EQ(s->expectations_failed(), 0) << problems(*s);
  EXPECT_EQ(s->model_differences(), 0) << problems(*s);
  const State state = s->state_at(static_cast<int>(s->steps().size()));
  EXPECT_EQ(state.eventpolls.at(0).items.size(), 10000U);
}

TEST_P(OnBoth, AVersionStandsForWhatASessionTells) {
  const auto s =
      run("ep = epoll_create1(0)\na, w = pipe()\nepoll_ctl(ep, ADD, a, IN)\n", options());
  ASSERT_TRUE(s);
  (void)s->moment(3);  // may learn the order of a tree
  SessionVersion last = s->version();
  const auto changed = [&] { return last != std::exchange(last, s->version()); };
  (void)s->moment(1);
  (void)s->moment(3);
  EXPECT_FALSE(changed()) << "looked back";
  s->append(*parse_statement("write(w, 1)"));
  EXPECT_TRUE(changed()) << "appended";
  EXPECT_TRUE(s->step());
  s->wait();
  EXPECT_TRUE(changed()) << "stepped";
  s->pump();
  EXPECT_FALSE(changed()) << "heard nothing";
  const auto other = run("ep = epoll_create1(0)\n", options());
  EXPECT_NE(other->version().session, last.session);
  s->stop("enough");
  EXPECT_TRUE(changed()) << "stopped";
}

}  // namespace
}  // namespace epollscope
