// What the scheduler decided is told from what every order of running gives.
#include "core/session/chance.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>

#include "core/lab/lab.h"
#include "tests/unit/session/run.h"

namespace epollscope {
namespace {

using test::problems;
using test::run;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Resumed* find(const StepRecord& record, ActorId actor) {
  for (const Resumed& other : record.resumed) {
    if (other.actor == actor) return &other;
  }
  return nullptr;
}

// One wakeup, one waiter: the head of the wait queue, always.
TEST(Chance, OneThreadThatIsWokenIsSure) {
  const auto s =
      run("ep = epoll_create1(0)\nv = eventfd(0, 0)\nepoll_ctl(ep, ADD, v, IN|ET)\n"
          "T2: epoll_wait(ep, 1, -1)\nT3: epoll_wait(ep, 1, -1)\nwrite(v, 1)\nwrite(v, 1)\n");
  EXPECT_EQ(problems(*s), "");
  const Resumed* first = find(s->steps()[5], test::kT3);
  const Resumed* second = find(s->steps()[6], test::kT2);
  ASSERT_TRUE(first != nullptr && second != nullptr);
  for (const Resumed* r : {first, second}) {
    EXPECT_FALSE(r->chance.by_chance);
    EXPECT_THAT(r->chance.actors, IsEmpty());
  }
}

// All return the same: in whatever order, it cannot be told.
TEST(Chance, AChainInWhichAllReturnTheSameIsSure) {
  const auto s =
      run("ep = epoll_create1(0)\na, w = pipe()\nepoll_ctl(ep, ADD, a, IN)\n"
          "T2: epoll_wait(ep, 8, -1)\nT3: epoll_wait(ep, 8, -1)\nwrite(w, 1)\n");
  EXPECT_EQ(problems(*s), "");
  ASSERT_EQ(s->steps()[5].resumed.size(), 2U);
  for (const Resumed& r : s->steps()[5].resumed) {
    EXPECT_FALSE(r.chance.by_chance);
    EXPECT_THAT(r.chance.actors, IsEmpty());
  }
}

// Two events, three threads, one event each: two return, who is left stays chance for ever.
TEST(Chance, WhoReturnsAndWhoIsLeftAreExchangeable) {
  const auto s =
      run("ep = epoll_create1(0)\nv = eventfd(0, EFD_NONBLOCK)\nd = dup(v)\n"
          "epoll_ctl(ep, ADD, v, IN|ET)\nepoll_ctl(ep, ADD, d, IN|ET)\n"
          "T2: epoll_wait(ep, 1, -1)\nT3: epoll_wait(ep, 1, -1)\nT4: epoll_wait(ep, 1, -1)\n"
          "write(v, 1)\nwrite(v, 1)\n");
  EXPECT_EQ(problems(*s), "");
  ASSERT_EQ(s->steps()[8].resumed.size(), 2U);
  ASSERT_EQ(s->steps()[9].resumed.size(), 1U);
  for (const int step : {8, 9}) {
    for (const Resumed& r : s->steps()[static_cast<std::size_t>(step)].resumed) {
      EXPECT_FALSE(r.chance.by_chance);
      EXPECT_THAT(r.chance.actors, ElementsAre(test::kT2, test::kT3, test::kT4))
          << "step " << step + 1;
    }
  }
}

// A reader takes the byte before the waiter looks, or after.
TEST(Chance, WhetherAThreadReturnsAtAllIsNotToBeAskedFor) {
  const auto s =
      run("a, w = pipe()\nep = epoll_create1(0)\nepoll_ctl(ep, ADD, a, IN)\n"
          "T2: read(a, 1)\nT3: epoll_wait(ep, 1, -1)\nwrite(w, \"x\")\n");
  EXPECT_EQ(problems(*s), "");
  const Resumed* reader = find(s->steps()[5], test::kT2);
  ASSERT_NE(reader, nullptr);
  EXPECT_FALSE(reader->chance.by_chance) << "it gets the byte in either order";
  if (const Resumed* waiter = find(s->steps()[5], test::kT3)) {
    EXPECT_TRUE(waiter->chance.by_chance);
  }
}

// drain() is a row of reads: the writer that the first of them lets go on writes before the second,
// or after it.
TEST(Chance, WhoRunsIntoARowOfCallsChangesWhatItGives) {
  const auto s = run("v = eventfd(3, 0)\nT2: write(v, 18446744073709551613)\ndrain(v)\n");
  EXPECT_EQ(problems(*s), "");
  EXPECT_TRUE(s->steps()[2].chance.by_chance);
}

TEST(Chance, AWaiterThatRunsIntoARowOfCallsSeesTheSame) {
  const auto s =
      run("a, w = pipe()\nep = epoll_create1(0)\nwrite(w, 65536)\nepoll_ctl(ep, ADD, w, OUT)\n"
          "T2: epoll_wait(ep, 1, -1)\ndrain(a)\n");
  EXPECT_EQ(problems(*s), "");
  const StepRecord& drain = s->steps()[5];
  EXPECT_FALSE(drain.chance.by_chance);
  ASSERT_EQ(drain.resumed.size(), 1U);
  EXPECT_FALSE(drain.resumed[0].chance.by_chance);
}

// Whoever looks at a lab with a debugger stops it, which ends every epoll_wait with EINTR.
TEST(Chance, AnInterruptedSleepIsAnObservedInput) {
  const auto s = test::open(
      "ep = epoll_create1(0)\na, w = pipe()\nepoll_ctl(ep, ADD, a, IN)\n"
      "T2: epoll_wait(ep, 8, -1)\nsleep(1ms)\nwrite(w, 1)\nepoll_wait(ep, 8, 0) = 1\n");
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(s->step());
    s->wait();
  }
  const auto pid = static_cast<id_t>(s->lab_pid());
  siginfo_t info{};
  ASSERT_EQ(kill(s->lab_pid(), SIGSTOP), 0);
  ASSERT_EQ(waitid(P_PID, pid, &info, WSTOPPED), 0);
  ASSERT_EQ(kill(s->lab_pid(), SIGCONT), 0);
  while (s->step()) s->wait();
  s->finish();
  EXPECT_EQ(problems(*s), "");
  bool told = false;
  for (const StepRecord& r : s->steps()) {
    const Resumed* other = find(r, test::kT2);
    const bool own = r.is_resume && r.actor == test::kT2;
    if (other == nullptr && !own) continue;
    told = true;
    EXPECT_EQ((own ? r.outcome : other->outcome).error, EINTR);
    EXPECT_TRUE((own ? r.chance : other->chance).by_chance);
  }
  EXPECT_TRUE(told);
}

TEST(Chance, WhatASignalOfTheProgramDoesIsNone) {
  const auto s =
      run("ep = epoll_create1(0)\nsigaction(SIGUSR1, handler, SA_RESTART)\n"
          "T2: epoll_wait(ep, 8, -1)\nkill(T2, SIGUSR1)\n");
  EXPECT_EQ(problems(*s), "");
  const Resumed* other = find(s->steps().at(3), test::kT2);
  ASSERT_NE(other, nullptr);
  EXPECT_EQ(other->outcome.error, EINTR);
  EXPECT_FALSE(other->chance.by_chance);
}

// A write to a terminal wakes who watches its own end; whether its echo is back by then is chance.
// A line that another thread waits for comes in any case.
TEST(Chance, AWorkQueueRunsBeforeOrAfterWhoIsWoken) {
  if (!lab_offers_terminals()) GTEST_SKIP() << "this machine has no /dev/ptmx, or no Landlock";
  const auto s =
      run("m, s = openpty()\nep = epoll_create1(0)\nepoll_ctl(ep, ADD, m, IN|OUT|ET)\n"
          "epoll_wait(ep, 8, 0)\nT2: epoll_wait(ep, 8, -1)\nT3: read(s, 8)\nwrite(m, \"x\\n\")\n");
  EXPECT_EQ(problems(*s), "");
  const Resumed* watcher = find(s->steps()[6], test::kT2);
  const Resumed* reader = find(s->steps()[6], test::kT3);
  ASSERT_TRUE(watcher != nullptr && reader != nullptr);
  EXPECT_TRUE(watcher->chance.by_chance);
  EXPECT_FALSE(reader->chance.by_chance);
  EXPECT_FALSE(s->steps()[6].chance.by_chance);
}

// c and s are the two ends of a TCP connection.
const std::string kConnected =
    "l = socket(AF_INET, SOCK_STREAM)\nlisten(l, 8)\nc = socket(AF_INET, SOCK_STREAM)\n"
    "connect(c, l)\ns = accept4(l, 0)\nep = epoll_create1(0)\n";

// The model gave up, and T2 and T3 may sleep there still: no order of theirs is thought of.
TEST(Chance, BehindWhatIsNotModelledNobodyIsSure) {
  const auto s =
      run(kConnected +
          "epoll_ctl(ep, ADD, c, IN|ET)\n"
          "T2: epoll_wait(ep, 2, -1)\nT3: epoll_wait(ep, 2, -1)\nfill(s)\nT4: drain(c)\n");
  EXPECT_EQ(problems(*s), "");
  for (const StepRecord& r : s->steps()) {
    if (r.not_modelled.empty()) continue;
    for (const Resumed& other : r.resumed) EXPECT_TRUE(other.chance.by_chance) << r.statement;
  }
}

// What TCP holds shows in what looks at it, and not in what goes on beside it.
TEST(Chance, AFullConnectionMakesNothingElseUnsure) {
  const auto s =
      run(kConnected +
          "epoll_ctl(ep, ADD, c, OUT|ET)\n"
          "r, w = pipe()\nfill(c)\nwrite(w, \"x\")\nread(r, 8)\nepoll_wait(ep, 8, 0)\npoll(c)\n");
  EXPECT_EQ(problems(*s), "");
  std::vector<CallName> unsure;
  for (const StepRecord& r : s->steps()) {
    if (r.chance.by_chance) unsure.push_back(r.call.name);
  }
  EXPECT_THAT(unsure, ElementsAre(CallName::fill, CallName::epoll_wait, CallName::poll));
}

}  // namespace
}  // namespace epollscope
