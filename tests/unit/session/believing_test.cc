// The machine of somebody who believed something wrong while the real history went on.
#include <gtest/gtest.h>
#include <sys/epoll.h>

#include "core/session/history.h"
#include "tests/unit/session/run.h"

namespace epollscope {
namespace {

struct Lived {
  History history{Machine()};

  // One step: the call, and whom it woke.
  void step(ActorId actor, const Operation& op) {
    history.do_op(OpCall{actor, {op, {}}});
    for (const ActorId woken : history.live().runnable()) history.do_op(OpResume{woken});
    history.end_step();
  }
  void watch_a_pipe(std::uint32_t mask) {
    step(test::kT1, EpollCreate1{0});
    step(test::kT1, Pipe2{0});
    step(test::kT1, EpollCtl{Fd{3}, EPOLL_CTL_ADD, Fd{4}, EventArg{mask, 4}});
  }
  [[nodiscard]] std::optional<Machine> believing(Misconception rule) const {
    return history.at_believing(history.steps(), rule);
  }
};

constexpr EpollWait kLook{Fd{3}, 8, 0};
constexpr EpollWait kWait{Fd{3}, 8, -1};

std::int64_t events_of(Machine machine, const Operation& op) {
  return machine.call(test::kT1, {op, {}}).outcome.returned;
}

TEST(AtBelieving, TheWholeHistoryIsLivedWithTheBelief) {
  Lived l;
  l.watch_a_pipe(EPOLLIN | EPOLLET);
  l.step(test::kT1, WriteAmount{Fd{5}, 5});
  l.step(test::kT1, kLook);
  EXPECT_EQ(events_of(l.history.at(5, {}), kLook), 0);
  EXPECT_EQ(events_of(*l.history.at_believing(5, Misconception::et_until_drained), kLook), 1);
  EXPECT_EQ(events_of(*l.history.at_believing(5, Misconception::fd_order), kLook), 0);
  // And at an earlier moment.
  EXPECT_EQ(events_of(*l.history.at_believing(3, Misconception::et_until_drained), kLook), 0);
  EXPECT_EQ(events_of(*l.history.at_believing(4, Misconception::lt_once), kLook), 1);
}

TEST(AtBelieving, WhoWouldStillBeAsleepCannotHaveMadeTheCalls) {
  Lived l;
  l.watch_a_pipe(EPOLLIN);
  l.step(test::kT1, kLook);
  ASSERT_TRUE(l.believing(Misconception::zero_blocks));
  EXPECT_FALSE(l.believing(Misconception::zero_blocks)->idle(test::kT1));
  l.step(test::kT1, WriteAmount{Fd{5}, 1});
  EXPECT_FALSE(l.believing(Misconception::zero_blocks));
  EXPECT_TRUE(l.believing(Misconception::lt_once));
}

TEST(AtBelieving, WhomTheBeliefLetsSleepSleepsOn) {
  Lived l;
  l.watch_a_pipe(EPOLLIN);
  l.step(test::kT2, kWait);
  l.step(test::kT1, Close{Fd{5}});
  EXPECT_TRUE(l.history.live().idle(test::kT2));
  const auto machine = l.believing(Misconception::err_hup_maskable);
  ASSERT_TRUE(machine);
  EXPECT_FALSE(machine->idle(test::kT2));
}

TEST(AtBelieving, WhoDoesNotSleepInTheBeliefNeedsNoResume) {
  Lived l;
  l.watch_a_pipe(EPOLLIN | EPOLLET);
  l.step(test::kT1, WriteAmount{Fd{5}, 5});
  l.step(test::kT1, kLook);
  l.step(test::kT2, kWait);  // sleeps; the believer's returns at once
  EXPECT_FALSE(l.history.live().idle(test::kT2));
  EXPECT_TRUE(l.believing(Misconception::et_until_drained)->idle(test::kT2));
  l.step(test::kT1, WriteAmount{Fd{5}, 5});
  EXPECT_TRUE(l.history.live().idle(test::kT2));
  ASSERT_TRUE(l.believing(Misconception::et_until_drained));
}

TEST(AtBelieving, WhomOnlyTheBeliefWakesRunsInItsStep) {
  Lived l;
  l.watch_a_pipe(EPOLLIN | EPOLLONESHOT);
  l.step(test::kT1, WriteAmount{Fd{5}, 5});
  l.step(test::kT1, kLook);
  l.step(test::kT2, kWait);
  // The kernel answers EEXIST and wakes nobody; where the fired item is gone, ADD queues a new one.
  l.step(test::kT1, EpollCtl{Fd{3}, EPOLL_CTL_ADD, Fd{4}, EventArg{EPOLLIN, 4}});
  EXPECT_FALSE(l.history.live().idle(test::kT2));
  const auto machine = l.believing(Misconception::oneshot_deletes);
  ASSERT_TRUE(machine);
  EXPECT_TRUE(machine->idle(test::kT2));
  EXPECT_TRUE(machine->runnable().empty());
}

}  // namespace
}  // namespace epollscope
