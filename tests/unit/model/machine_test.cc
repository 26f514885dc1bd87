// The machine as a value: copies are independent, runs repeat exactly, names and orders are told,
// and every micro-step can be put into words.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>

#include <random>
#include <set>

#include "tests/unit/model/desk.h"

namespace epollscope {
namespace {

using test::Desk;
using test::Numbers;
using test::thread;

// Random calls that may sleep, made by any of four threads, and by a fifth that makes none of
// those and so keeps the others going; the same seed makes the same calls.
struct RandomRun {
  std::mt19937 random;
  bool observed = true;
  std::string log;
  std::set<std::string_view> whys;

  explicit RandomRun(unsigned seed, bool is_observed = true)
      : random(seed), observed(is_observed) {}

  void step(Machine& m) {
    Machine::Observer observe;
    if (observed) {
      observe = [this](const MicroStep& s, const Machine&) {
        log += std::string(s.function) + std::string(s.why) + s.subject + std::to_string(s.mask);
        whys.insert(s.why);
      };
    }
    const auto woken = m.runnable();
    if (!woken.empty() && random() % 2 == 0) {
      log += print(m.resume(woken[random() % woken.size()], observe));
      return;
    }
    const int number = 1 + static_cast<int>(random() % 8);
    const ActorId actor = thread(std::min(number, 5));
    for (const ThreadState& t : m.threads()) {
      if (t.actor != actor) continue;
      if (t.state == TaskState::blocked && t.timeout_ns) log += print(m.expire(actor, observe));
      return;
    }
    const auto r = m.call(actor, {operation(number >= 5), "abc"}, observe);
    for (const Fd fd : r.outcome.created) m.bind(fd, "n" + std::to_string(random() % 20));
    log += print(r);
  }

  Operation operation(bool stays_awake) {
    const Fd fd{3 + static_cast<int>(random() % 16)};
    const Fd other{3 + static_cast<int>(random() % 16)};
    switch (random() % 16) {
      case 0:
        return EpollCreate1{0};
      case 1:
        return Pipe2{0};
      case 2:
        return SocketPair{AF_UNIX, SOCK_STREAM};
      case 3:
        return EventFd{0, 0};
      case 4:
        return Close{fd};
      case 5:
        return Dup{fd};
      case 6:
        return EpollWait{fd, 3, stays_awake ? 0 : (random() % 2 == 0 ? -1 : 5)};
      case 7:
        if (stays_awake) return Drain{fd};
        return Read{fd, 1 + random() % 5000};
      case 8:
        if (stays_awake) return Fill{fd};
        return WriteAmount{fd, random() % 5000};
      case 9:
        if (stays_awake) return Drain{fd};
        return WriteBytes{fd};
      case 10:
        return Drain{fd};
      case 11:
        return Shutdown{fd, static_cast<int>(random() % 3)};
      default: {
        const std::uint32_t mask = (random() % 8) | (random() % 2 == 0 ? EPOLLET : 0U) |
                                   (random() % 4 == 0 ? EPOLLONESHOT : 0U);
        return EpollCtl{fd, 1 + static_cast<int>(random() % 3), other, EventArg{mask, random()}};
      }
    }
  }

  static std::string print(const Machine::Result& r) {
    std::string text = r.blocked ? "sleeps" : std::to_string(r.outcome.returned);
    text += " " + std::to_string(r.outcome.error) + r.outcome.bytes;
    for (const Event& e : r.outcome.events) text += " " + std::to_string(e.data);
    return text + "\n";
  }
};

TEST(Machine, TheSameCallsGiveTheSameRun) {
  RandomRun a(5), b(5);
  Machine m, n;
  for (int i = 0; i < 4000; ++i) {
    a.step(m);
    b.step(n);
  }
  EXPECT_EQ(a.log, b.log);
  EXPECT_GT(a.log.size(), 50'000U);
}

TEST(Machine, ACopyIsACheckpointThatNothingChanges) {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    RandomRun run(seed);
    Machine m;
    for (int i = 0; i < 1500; ++i) run.step(m);
    const Machine checkpoint = m;
    const RandomRun then = run;
    for (int i = 0; i < 1500; ++i) run.step(m);
    Machine again = checkpoint;
    RandomRun repeated = then;
    for (int i = 0; i < 1500; ++i) repeated.step(again);
    ASSERT_EQ(repeated.log, run.log) << "seed " << seed;
  }
}

TEST(Machine, ObservingChangesNothing) {
  RandomRun seen(7), unseen(7, false);
  Machine m, n;
  for (int i = 0; i < 3000; ++i) {
    seen.step(m);
    seen.log.clear();
    unseen.step(n);
  }
  RandomRun after(8), after_unseen(8);
  for (int i = 0; i < 500; ++i) {
    after.step(m);
    after_unseen.step(n);
  }
  EXPECT_EQ(after.log, after_unseen.log);
}

TEST(Machine, RandomRunsReachMostReasonsAndEachHasASentence) {
  std::set<std::string_view> seen;
  for (unsigned seed = 1; seed <= 10; ++seed) {
    Machine m;
    RandomRun run(seed);
    for (int i = 0; i < 3000; ++i) run.step(m);
    seen.insert(run.whys.begin(), run.whys.end());
  }
  for (const std::string_view key : seen) EXPECT_FALSE(english_why(key).empty()) << key;
  EXPECT_GT(seen.size(), 50U);
}

TEST(Machine, MicroStepsSayWhatHappenedToWhom) {
  std::set<std::string_view> seen;
  Desk d;
  Machine& m = d.m;
  d.observe = [&](const MicroStep& s, const Machine& now) {
    EXPECT_EQ(&now, &m);
    EXPECT_FALSE(s.function.empty());
    EXPECT_FALSE(english_why(s.why).empty()) << s.why;
    EXPECT_FALSE(name_of(s.what).empty());
    seen.insert(s.why);
  };
  const Fd ep = d.epoll();
  const auto [r, w] = d.pipe();
  m.bind(r, "a");
  d.add(ep, r, EPOLLIN);
  d.write(w, 3);
  d.write(w, 3);
  d.wait(ep);
  d.mod(ep, r, EPOLLIN | EPOLLET);
  d.wait(ep);
  d.wait(ep);
  d.add(ep, r, EPOLLIN);
  for (const std::string_view key :
       {"created.pipe", "inserted.tree", "hooked.head", "queued.wakeup", "kept.already_queued",
        "requeued.level", "left.edge", "modified", "kept.at_mod", "failed.eexist", "moved.in"}) {
    EXPECT_TRUE(seen.contains(key)) << key;
  }
  EXPECT_TRUE(english_why("no.such.key").empty());
  const auto keys = all_why_keys();
  EXPECT_EQ(std::set(keys.begin(), keys.end()).size(), keys.size());
}

TEST(Machine, AnObserverSeesTheMachineAtThatInstant) {
  Desk d;
  const Fd ep = d.epoll();
  const Fd fd = d.eventfd(1);
  d.add(ep, fd, EPOLLIN);
  bool scanning = false;
  d.observe = [&](const MicroStep& s, const Machine& now) {
    if (s.what != MicroStep::What::scan_started) return;
    const EventpollState e = now.state().eventpolls.at(0);
    scanning = e.scanning && e.scan_batch.size() == 1 && e.ready.empty();
  };
  d.wait(ep);
  EXPECT_TRUE(scanning);
}

TEST(Machine, NamesFollowDescriptorsAndItems) {
  Desk d;
  const Fd ep = d.epoll();
  const auto [r, w] = d.pipe();
  d.m.bind(ep, "ep");
  d.m.bind(r, "a");
  d.add(ep, r, EPOLLIN);
  d.add(ep, w, EPOLLIN);
  const Fd copy{static_cast<std::int32_t>(d.run(Dup{r}))};
  d.run(Close{r});
  const Fd again = d.eventfd();
  ASSERT_EQ(again, r);
  d.m.bind(again, "a");
  d.m.name_data(static_cast<std::uint64_t>(r.value), "a");
  d.add(ep, again, EPOLLIN);
  const State s = d.m.state();
  ASSERT_EQ(s.eventpolls.size(), 1U);
  EXPECT_EQ(s.eventpolls[0].name, "ep");
  std::vector<std::string> names;
  for (const ItemState& i : s.eventpolls[0].items) names.push_back(i.name);
  EXPECT_EQ(names, (std::vector<std::string>{"a", "fd#5", "a#2"}));
  EXPECT_TRUE(s.eventpolls[0].items[0].ghost);
  EXPECT_FALSE(s.eventpolls[0].items[2].ghost);
  EXPECT_EQ(s.eventpolls[0].items[2].data_name, "a");
  EXPECT_EQ(s.files.at(0).fds, (std::vector{copy}));
  EXPECT_EQ(s.files.at(0).label, "pipe:1");
  EXPECT_EQ(s.objects.at(0).files.size(), 2U);
}

TEST(Machine, TouchedNamesWhatACallCanHaveChanged) {
  Desk d;
  const Fd ep = d.epoll();
  const auto [r, w] = d.pipe();
  const Fd other = d.eventfd();
  d.write(w);
  EXPECT_EQ(d.m.touched(), (std::vector{r, w}));
  d.wait(ep);
  EXPECT_TRUE(d.m.touched().empty());
  d.write(other);
  EXPECT_EQ(d.m.touched(), (std::vector{other}));
}

TEST(Machine, TheDescriptorLimitIsEMFILE) {
  MachineInputs inputs;
  inputs.descriptor_limit = 5;
  Machine m(inputs);
  ASSERT_FALSE(m.call({}, {EpollCreate1{0}, {}}).outcome.failed());
  EXPECT_EQ(m.call({}, {Pipe2{0}, {}}).outcome.error, EMFILE);
  EXPECT_EQ(m.call({}, {Dup{Fd{3}}, {}}).outcome.created.at(0), Fd{4});
  EXPECT_EQ(m.call({}, {EventFd{0, 0}, {}}).outcome.error, EMFILE);
}

TEST(Machine, WhatItHasNoRulesForIsSaid) {
  Desk d;
  EXPECT_FALSE(d.m.not_modelled());
  d.call(Pipe2{O_EXCL});
  EXPECT_TRUE(d.m.not_modelled());
}

// ---- the order of the tree

std::vector<Machine::Row> reversed(std::vector<Machine::Row> rows) {
  std::reverse(rows.begin(), rows.end());
  return rows;
}

struct Learned : Desk {
  Fd ep = epoll();
  std::vector<Fd> fds;
  explicit Learned(int n) : Desk(TreeOrder::learned), ep(Desk::epoll()) {
    for (int i = 0; i < n; ++i) grow();
  }
  void grow() {
    fds.push_back(eventfd());
    add(ep, fds.back(), EPOLLIN);
  }
};

TEST(TreeOrder, ItemsAreUnrankedUntilTheOrderIsLearned) {
  Learned d(5);
  EXPECT_EQ(d.m.unranked(), (std::vector{d.ep}));
  EXPECT_EQ(d.m.state().eventpolls.at(0).unranked.size(), 5U);
  const auto rows = reversed(d.m.interest(d.ep));
  ASSERT_TRUE(d.m.learn_order(d.ep, rows));
  EXPECT_TRUE(d.m.unranked().empty());
  EXPECT_EQ(d.m.interest(d.ep).at(0).tfd, d.fds.at(4));
  const EventpollState e = d.m.state().eventpolls.at(0);
  EXPECT_EQ(e.root, 3);  // inserted in descending order: the second one becomes the root
  EXPECT_EQ(e.items.at(3).left, 1);
  EXPECT_FALSE(e.items.at(3).red);
}

TEST(TreeOrder, ItIsDueBeforeWhatCanRemoveAnItem) {
  Learned d(2);
  const Fd copy{static_cast<std::int32_t>(d.run(Dup{d.fds[1]}))};
  const auto due = [&](const Operation& op) { return d.m.needs_order_before({op, {}}); };
  EXPECT_TRUE(due(EpollCtl{d.ep, EPOLL_CTL_DEL, d.fds[0], std::nullopt}));
  EXPECT_FALSE(due(EpollCtl{d.ep, EPOLL_CTL_DEL, copy, std::nullopt}));
  EXPECT_FALSE(due(EpollCtl{d.ep, EPOLL_CTL_MOD, d.fds[0], EventArg{}}));
  EXPECT_TRUE(due(Close{d.fds[0]}));
  EXPECT_FALSE(due(Close{d.fds[1]}));
  EXPECT_FALSE(due(Close{d.ep}));
  ASSERT_TRUE(d.m.learn_order(d.ep, d.m.interest(d.ep)));
  EXPECT_FALSE(due(Close{d.fds[0]}));
}

TEST(TreeOrder, RowsThatContradictAreRefused) {
  Learned d(3);
  const auto rows = d.m.interest(d.ep);
  auto fewer = rows;
  fewer.pop_back();
  EXPECT_FALSE(d.m.learn_order(d.ep, fewer));
  auto other = rows;
  other[1].events ^= EPOLLOUT;
  EXPECT_FALSE(d.m.learn_order(d.ep, other));
  ASSERT_TRUE(d.m.learn_order(d.ep, rows));
  EXPECT_FALSE(d.m.learn_order(d.ep, reversed(rows)));
  EXPECT_EQ(d.m.interest(d.ep).at(0).tfd, rows[0].tfd);
}

// ADD puts an item into the tree before it counts the paths that wakeups could take, and takes it
// out again when there are too many: where it stood is never seen.
TEST(TreeOrder, AnItemThatCameAndWentLeavesTheShapeOpen) {
  Learned d(2);
  ASSERT_TRUE(d.m.learn_order(d.ep, d.m.interest(d.ep)));
  constexpr int kMostPaths = 500;  // of two links
  const Fd inner = d.epoll();
  d.add(inner, d.eventfd(), EPOLLIN);
  for (int i = 0; i < kMostPaths; ++i) ASSERT_EQ(d.add(d.epoll(), inner, EPOLLIN), 0);
  const auto is_guessed = [&] { return d.m.state().eventpolls.at(0).shape_guessed; };
  EXPECT_FALSE(is_guessed());
  EXPECT_EQ(d.add(d.ep, inner, EPOLLIN), -EINVAL);
  EXPECT_TRUE(is_guessed());
  for (const Fd fd : d.fds) EXPECT_EQ(d.del(d.ep, fd), 0);
  EXPECT_FALSE(is_guessed()) << "an empty tree has one shape";
}

TEST(TreeOrder, LaterItemsFitBetweenThoseThatAreRanked) {
  Learned d(2);
  ASSERT_TRUE(d.m.learn_order(d.ep, reversed(d.m.interest(d.ep))));
  d.grow();
  auto rows = d.m.interest(d.ep);  // 1, 0, and 2 unranked
  std::swap(rows[1], rows[2]);
  ASSERT_TRUE(d.m.learn_order(d.ep, rows));
  EXPECT_EQ(d.m.interest(d.ep).at(1).tfd, d.fds[2]);
}

}  // namespace
}  // namespace epollscope
