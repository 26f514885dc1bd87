#include "core/model/prediction.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>

#include <algorithm>

#include "tests/unit/model/desk.h"

namespace epollscope {
namespace {

// The true machine and a believer of everything that can be believed, which live side by side.
struct Class {
  Machine truth;
  std::vector<Machine> believers;

  Class() {
    for (const MisconceptionText& text : all_misconceptions()) {
      believers.emplace_back().believe(text.id);
    }
  }
  void live(const Operation& op) {
    truth.call(test::kT1, {op, {}});
    for (Machine& m : believers) {
      if (m.idle(test::kT1)) m.call(test::kT1, {op, {}});
    }
  }
  [[nodiscard]] std::vector<Prediction> ask(const Operation& op) const {
    return predictions(truth, believers, test::kT1, {op, {}});
  }
};

void watch_a_pipe(Class& c, std::uint32_t mask) {
  c.live(EpollCreate1{0});
  c.live(Pipe2{0});
  c.live(EpollCtl{Fd{3}, EPOLL_CTL_ADD, Fd{4}, EventArg{mask, 4}});
}

constexpr EpollWait kWait{Fd{3}, 8, 0};

TEST(Predictions, StartWithTheTruthAndGiveEachOtherAnswerOnce) {
  Class c;
  watch_a_pipe(c, EPOLLIN | EPOLLET);
  c.live(WriteAmount{Fd{5}, 5});
  c.live(kWait);
  c.live(WriteAmount{Fd{5}, 5});
  const auto all = c.ask(kWait);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_TRUE(all[0].believed.empty());
  EXPECT_EQ(all[0].result.outcome.returned, 1);
  EXPECT_EQ(all[1].believed, std::vector{Misconception::et_on_change});
  EXPECT_EQ(all[1].result.outcome.returned, 0);
}

TEST(Predictions, RememberTheWholeHistory) {
  Class c;
  watch_a_pipe(c, EPOLLIN | EPOLLET);
  c.live(WriteAmount{Fd{5}, 5});
  c.live(WriteAmount{Fd{5}, 5});
  c.live(kWait);
  c.live(Read{Fd{4}, 2});
  const auto all = c.ask(kWait);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].result.outcome.returned, 0);
  EXPECT_EQ(all[1].believed, std::vector{Misconception::et_until_drained});
  EXPECT_EQ(all[1].result.outcome.events, (std::vector<Event>{{EPOLLIN, 4}}));
  EXPECT_EQ(all[2].believed, std::vector{Misconception::zero_blocks});
  EXPECT_TRUE(all[2].result.blocked);
}

TEST(Predictions, BringTogetherThoseWhoExpectTheSame) {
  Class c;
  c.live(EpollCreate1{0});
  c.live(Pipe2{0});
  c.live(WriteAmount{Fd{5}, 1});
  c.live(Dup{Fd{4}});
  c.live(EpollCtl{Fd{3}, EPOLL_CTL_ADD, Fd{4}, EventArg{EPOLLIN, 4}});
  c.live(Close{Fd{4}});
  const auto all = c.ask(kWait);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].result.outcome.events, (std::vector<Event>{{EPOLLIN, 4}}));
  EXPECT_EQ(all[1].result.outcome.returned, 0);
  EXPECT_EQ(all[1].believed,
            (std::vector{Misconception::close_removes, Misconception::add_is_silent}));
}

TEST(Predictions, LeaveOutWhoWouldStillBeAsleep) {
  Class c;
  watch_a_pipe(c, EPOLLIN);
  c.live(kWait);
  const auto all = c.ask(kWait);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_TRUE(all[0].believed.empty());
}

TEST(Predictions, ChangeNobody) {
  Class c;
  watch_a_pipe(c, EPOLLIN | EPOLLET);
  c.live(WriteAmount{Fd{5}, 5});
  const auto once = c.ask(kWait);
  const auto again = c.ask(kWait);
  ASSERT_EQ(once.size(), again.size());
  EXPECT_TRUE(once[0].result.outcome.same_result(again[0].result.outcome));
  EXPECT_EQ(once[0].result.outcome.returned, 1);
}

}  // namespace
}  // namespace epollscope
