// What an order left behind shows later, and the past is then told by an order that left it.
#include "core/session/hindsight.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "tests/unit/session/run.h"

namespace epollscope {
namespace {

constexpr std::uint64_t kData = 7;
constexpr int kSchedules = 2000;

// A long write to a stream wakes once for each of its pieces. Two waiters return the one
// edge-triggered item each; whether a piece came after both took it, nothing has shown.
class LongWrite : public ::testing::Test {
 protected:
  LongWrite() : history_(Machine{}) {
    ep_ = made(EpollCreate1{0}).at(0);
    const std::vector<Fd> ends = made(SocketPair{AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK});
    plain(test::kT1, EpollCtl{ep_, EPOLL_CTL_ADD, ends[0], EventArg{EPOLLIN | EPOLLET, kData}});
    plain(test::kT2, EpollWait{ep_, 1, -1});
    plain(test::kT3, EpollWait{ep_, 1, -1});
    const std::size_t begin = history_.operations();
    const OpCall call{test::kT1, {WriteAmount{ends[1], 300'000}, {}}};
    Machine alone = history_.live();
    const Outcome written = apply(alone, call).outcome;
    const Witnessed what{call,
                         {{test::kT2, events(1)}, {test::kT3, events(1)}, {test::kT1, written}}};
    const LockstepResult r = run_model(history_, &call, what.returned, kSchedules, always);
    EXPECT_TRUE(r.differences.empty()) << r.differences.front();
    EXPECT_TRUE(r.chosen);
    hindsight_.chose(history_.since(begin), what);
    end_step(r.micro);
  }

  std::vector<Fd> made(const Operation& op) { return plain(test::kT1, op).outcome.created; }
  Machine::Result plain(ActorId actor, const Operation& op) {
    std::vector<MicroStep> micro;
    auto r = history_.do_op(OpCall{actor, {op, {}}},
                            [&](const MicroStep& m, const Machine&) { micro.push_back(m); });
    end_step(std::move(micro));
    return r;
  }
  void end_step(std::vector<MicroStep> micro) {
    micro_.push_back(std::move(micro));
    history_.end_step();
  }

  static Outcome events(int n) {
    Outcome o;
    o.returned = n;
    o.events.assign(static_cast<std::size_t>(n), Event{EPOLLIN, kData});
    return o;
  }
  static bool always(const Machine& /*end*/) { return true; }

  // Whether the next wait, made now, can have given that.
  bool may_give(const Outcome& seen) {
    const OpCall call{test::kT1, {EpollWait{ep_, 1, 0}, {}}};
    const auto explains = [&](const Machine& machine) {
      Machine now = machine;
      return apply(now, call).outcome.same_result(seen);
    };
    return explains(history_.live()) || reconsider(explains);
  }
  bool reconsider(const std::function<bool(const Machine&)>& explains) {
    const auto agrees = [](int /*step*/, const Machine&) { return true; };
    return hindsight_.reconsider(history_, agrees, explains, [&](int step, auto micro) {
      if (step <= static_cast<int>(micro_.size())) micro_.at(as_index(step)) = std::move(micro);
    });
  }
  static std::size_t as_index(int step) { return static_cast<std::size_t>(step) - 1; }
  Outcome gives() {
    Machine now = history_.live();
    return apply(now, OpCall{test::kT1, {EpollWait{ep_, 1, 0}, {}}}).outcome;
  }

  History history_;
  Hindsight hindsight_;
  std::vector<std::vector<MicroStep>> micro_;
  Fd ep_;
};

TEST_F(LongWrite, EitherEndIsExplained) {
  EXPECT_TRUE(may_give(events(1)));
  EXPECT_EQ(gives().returned, 1);
  EXPECT_TRUE(may_give(events(0)));
  EXPECT_EQ(gives().returned, 0);
  EXPECT_TRUE(may_give(events(1)));
  EXPECT_EQ(gives().returned, 1);
}

TEST_F(LongWrite, WhatNoOrderLeavesIsNot) {
  Outcome more = events(1);
  more.events.front().events = EPOLLIN | EPOLLHUP;
  EXPECT_FALSE(may_give(more));
}

TEST_F(LongWrite, WhatWasSeenSinceHasToFit) {
  const std::int64_t other = 1 - gives().returned;
  ASSERT_TRUE(may_give(events(static_cast<int>(other))));
  ASSERT_EQ(plain(test::kT1, EpollWait{ep_, 1, 0}).outcome.returned, other);
  EXPECT_TRUE(reconsider(always));
  const State then = history_.at(history_.steps() - 1, {}).state();
  EXPECT_EQ(static_cast<std::int64_t>(then.eventpolls.at(0).ready.size()), other);
}

TEST_F(LongWrite, AnXraySettlesIt) {
  hindsight_.settle();
  EXPECT_NE(may_give(events(0)), may_give(events(1)));
}

TEST_F(LongWrite, ThePastIsToldByTheNewOrder) {
  const std::size_t was = history_.live().state().eventpolls.at(0).ready.size();
  ASSERT_TRUE(may_give(events(was == 1 ? 0 : 1)));
  const int last = history_.steps();
  EXPECT_NE(history_.at(last, {}).state().eventpolls.at(0).ready.size(), was);
  const auto inside = static_cast<int>(micro_.back().size());
  const auto end = history_.at(last, inside).state();
  EXPECT_EQ(end.eventpolls.at(0).ready.size(), 1 - was);
}

}  // namespace
}  // namespace epollscope
