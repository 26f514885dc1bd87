// Pseudoterminals: lines, echo, two hooks for each item, and a work queue beside the writer.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "core/model/machine.h"
#include "tests/unit/model/desk.h"

namespace epollscope {
namespace {

using test::Desk;
using test::Numbers;
using test::Reports;
using test::thread;

constexpr std::uint32_t kBoth = EPOLLIN | EPOLLOUT | EPOLLET;

struct Terminal : Desk {
  Fd ep = epoll();
  std::pair<Fd, Fd> ends = two(call(Openpty{}).outcome);
  Fd m = ends.first, s = ends.second;

  Terminal() {
    for (const Fd fd : {m, s}) run(Fcntl{fd, F_SETFL, O_NONBLOCK});
  }
  // Both ends are watched, and nothing is on the list.
  void watch(std::uint32_t mask = kBoth) {
    add(ep, m, mask);
    add(ep, s, mask);
    wait(ep);
  }
  std::int64_t type(Fd fd, const std::string& text) {
    return call(WriteBytes{fd}, text).outcome.returned;
  }
  std::string get(Fd fd, std::uint64_t count = 100) { return call(Read{fd, count}).outcome.bytes; }
  std::int64_t readable(Fd fd) { return this->Desk::m.level(fd)->readable_bytes; }
};

TEST(Terminals, AnItemHasAHookInEachOfTheTwoQueues) {
  Terminal d;
  d.watch();
  for (const FileState& f : d.Desk::m.state().files) {
    EXPECT_EQ(f.hooks.size(), 1U) << f.label;
    EXPECT_EQ(f.hooks, f.write_hooks);
  }
  EXPECT_EQ(d.del(d.ep, d.s), 0);
  EXPECT_TRUE(d.Desk::m.state().files.at(1).hooks.empty());
  EXPECT_TRUE(d.Desk::m.state().files.at(1).write_hooks.empty());
}

TEST(Terminals, TheSlaveHearsOfWholeLinesAlone) {
  Terminal d;
  d.watch();
  EXPECT_EQ(d.type(d.m, "he"), 2);
  EXPECT_EQ(d.wait(d.ep), (Reports{{d.m.value, EPOLLIN | EPOLLOUT}})) << "the echo";
  EXPECT_EQ(d.run(Read{d.s, 8}), -EAGAIN);
  EXPECT_EQ(d.Desk::m.state().objects.at(0).typed, 2U);
  EXPECT_EQ(d.type(d.m, "y\nyou\nthere"), 11);
  EXPECT_EQ(d.take(d.ep), (Numbers{d.m.value, d.s.value}));
  EXPECT_EQ(d.readable(d.s), 8);
  EXPECT_EQ(d.get(d.s), "hey\n");
  EXPECT_EQ(d.get(d.s, 2), "yo");
  EXPECT_EQ(d.get(d.s), "u\n");
  EXPECT_EQ(d.get(d.m), "hey\r\nyou\r\nthere");
}

TEST(Terminals, AWriteWakesItsOwnEndAndAReadTheOtherOne) {
  Terminal d;
  d.watch(EPOLLOUT | EPOLLET);
  EXPECT_EQ(d.type(d.m, ""), 0);
  EXPECT_EQ(d.take(d.ep), Numbers{d.m.value}) << "whatever was written";
  EXPECT_EQ(d.type(d.s, "x"), 1);
  EXPECT_EQ(d.take(d.ep), Numbers{d.s.value});
  EXPECT_EQ(d.get(d.m), "x");
  EXPECT_EQ(d.take(d.ep), Numbers{d.s.value});
}

TEST(Terminals, OnlyAReadThatLeavesLittleTellsOfRoom) {
  Terminal d;
  EXPECT_EQ(d.write(d.s, 200), 200);
  d.watch(EPOLLOUT | EPOLLET);
  EXPECT_EQ(d.read(d.m, 71), 71);
  EXPECT_TRUE(d.take(d.ep).empty()) << "129 are left";
  EXPECT_EQ(d.read(d.m, 1), 1);
  EXPECT_EQ(d.take(d.ep), Numbers{d.s.value});
}

TEST(Terminals, TheWorkMayRunBeforeTheWriteIsOver) {
  Terminal d;
  d.watch();
  const Request write{WriteBytes{d.m}, "x\n"};
  const Turn turn{.actor = {}, .call = &write};
  const Machine before = d.Desk::m;
  std::set<Numbers> orders;
  const auto collect = [&](const Machine& end, const Interleaved&) {
    Numbers order;
    const State state = end.state();
    for (const EpitemId id : state.eventpolls.at(0).ready) {
      const auto& items = state.eventpolls.at(0).items;
      order.push_back(std::ranges::find(items, id, &ItemState::id)->fd.value);
    }
    orders.insert(order);
    return false;
  };
  const auto any = [](ActorId, const Outcome&) { return true; };
  EXPECT_FALSE(find_schedule(before, turn, any, collect, 2000));
  EXPECT_EQ(orders, (std::set<Numbers>{{d.m.value, d.s.value}, {d.s.value, d.m.value}}));
  EXPECT_EQ(d.type(d.m, "x\n"), 2);
  EXPECT_TRUE(d.Desk::m.worked());
  EXPECT_EQ(d.ready(d.ep), (Numbers{d.m.value, d.s.value})) << "by itself it runs last";
}

TEST(Terminals, ASecondReaderWaitsForTheFirst) {
  Terminal d;
  d.run(Fcntl{d.s, F_SETFL, 0});
  EXPECT_TRUE(d.call(thread(2), Read{d.s, 100}).blocked);
  EXPECT_TRUE(d.call(thread(3), Read{d.s, 100}).blocked);
  d.run(Fcntl{d.s, F_SETFL, O_NONBLOCK});
  EXPECT_EQ(d.run(Read{d.s, 100}), -EAGAIN);
  d.run(Fcntl{d.s, F_SETFL, 0});
  EXPECT_EQ(d.type(d.m, "one\n"), 4);
  EXPECT_EQ(d.settled(), Numbers{2});
}

TEST(Terminals, WithoutASlaveTheMasterReadsTheRestAndThenFails) {
  Terminal d;
  d.watch();
  d.type(d.s, "left");
  d.wait(d.ep);
  EXPECT_EQ(d.run(Close{d.s}), 0);
  EXPECT_EQ(d.wait(d.ep), (Reports{{d.m.value, EPOLLIN | EPOLLOUT | EPOLLHUP}}));
  EXPECT_EQ(d.get(d.m), "left");
  EXPECT_EQ(d.run(Read{d.m, 8}), -EIO);
  EXPECT_EQ(d.type(d.m, "!"), 1) << "the line discipline of the slave still echoes";
  EXPECT_EQ(d.get(d.m), "!");
}

TEST(Terminals, WithoutAMasterTheSlaveIsHungUp) {
  Terminal d;
  d.watch();
  d.run(Fcntl{d.s, F_SETFL, 0});
  EXPECT_TRUE(d.call(thread(2), Read{d.s, 8}).blocked);
  EXPECT_EQ(d.run(Close{d.m}), 0);
  const auto done = d.settle();
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done.front().second.error, EIO) << "who slept; others find the end";
  EXPECT_EQ(d.wait(d.ep), (Reports{{d.s.value, EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP}}));
  EXPECT_EQ(d.run(Read{d.s, 8}), 0);
  EXPECT_EQ(d.run(WriteAmount{d.s, 0}), -EIO);
  EXPECT_EQ(d.del(d.ep, d.s), 0);
  EXPECT_EQ(d.add(d.ep, d.s, kBoth), 0);
  EXPECT_TRUE(d.Desk::m.state().files.at(0).hooks.empty()) << "there is no queue any more";
  EXPECT_EQ(d.take(d.ep), Numbers{d.s.value});
}

TEST(Terminals, WhatHasNoRulesIsSaid) {
  for (const std::string text : {"\x03", "\x04", "\x7f"}) {
    Terminal d;
    d.type(d.m, text);
    EXPECT_TRUE(d.Desk::m.not_modelled()) << "a control character";
  }
  Terminal d;
  EXPECT_EQ(d.write(d.s, 4095), 4095);
  EXPECT_FALSE(d.Desk::m.not_modelled());
  d.write(d.s, 1);
  EXPECT_TRUE(d.Desk::m.not_modelled()) << "more than a terminal holds";
}

// Whether all has arrived, the lab asks in its first process.
TEST(Terminals, AMasterThatOnlyAChildHasIsNotModelled) {
  Terminal d;
  const ActorId child{'P', 1};
  EXPECT_EQ(d.run(Fork{child}), 1);
  EXPECT_EQ(d.type(d.s, "a"), 1);
  EXPECT_EQ(d.Desk::m.not_modelled(), std::nullopt);
  EXPECT_EQ(d.run(Close{d.m}), 0);
  d.call(child, WriteBytes{Fd{d.s.value, 1}}, "b");
  EXPECT_EQ(d.Desk::m.not_modelled(), "a pseudoterminal whose master only a child has");
}

}  // namespace
}  // namespace epollscope
