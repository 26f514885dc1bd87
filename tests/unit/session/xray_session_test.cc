// Sessions that compare the model with an X-ray of the lab.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/observe/xray.h"
#include "core/session/verify_xray.h"
#include "tests/unit/session/no_xray.h"
#include "tests/unit/session/run.h"

namespace epollscope {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// ---- of a lab

class XraySession : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto missing = test::no_xray()) GTEST_SKIP() << *missing;
  }

  // Runs it with an X-ray after every step, each of which must confirm everything.
  static std::unique_ptr<Session> run(std::string_view text) {
    auto s = test::run(text, {.xray = XrayUse::on});
    if (!s) return s;
    EXPECT_TRUE(s->has_xray());
    EXPECT_EQ(test::problems(*s), "");
    for (const StepRecord& r : s->steps()) {
      if (!r.not_modelled.empty()) continue;
      const XrayConfirms& x = r.xray;
      EXPECT_TRUE(x.tree && x.ready && x.ovflist && x.waiters) << print(r.call);
    }
    return s;
  }
};

TEST_F(XraySession, EveryLessonAgrees) {
  int lessons = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(EPOLLSCOPE_SOURCE_DIR "/assets/lessons/en")) {
    SCOPED_TRACE(entry.path());
    std::ifstream in(entry.path());
    std::stringstream text;
    text << in.rdbuf();
    run(text.str());
    ++lessons;
  }
  EXPECT_GT(lessons, 0);
}

TEST_F(XraySession, SleepersInOrderAndAFileClosedUnderThem) {
  run("ep = epoll_create1(0)\n"
      "a, w = pipe()\n"
      "epoll_ctl(ep, ADD, a, IN|ET)\n"
      "T2: epoll_wait(ep, 8, -1) <unfinished ...>\n"
      "T3: epoll_wait(ep, 8, -1) <unfinished ...>\n"
      "T4: epoll_wait(ep, 8, -1) <unfinished ...>\n"
      "write(w, \"x\")\n"
      "T4: <... epoll_wait resumed> = 1 [{events=EPOLLIN, data=a}]\n"
      "close(ep)\n");
}

TEST_F(XraySession, ASleeperWhoseTimeIsOverIsNoDifference) {
  run("ep = epoll_create1(0)\n"
      "T2: epoll_wait(ep, 8, 1)\n"
      "T3: epoll_wait(ep, 8, -1) <unfinished ...>\n"
      "a, w = pipe()\n"
      "epoll_ctl(ep, ADD, a, IN)\n");
}

TEST_F(XraySession, TreesThatGrowAndShrink) {
  run("ep = epoll_create1(0)\n"
      "a[1..40], w[1..40] = pipe()\n"
      "epoll_ctl(ep, ADD, a[1..40], IN)\n"
      "epoll_ctl(ep, DEL, a[5..25], NULL)\n"
      "close(a[30..35])\n"
      "write(w[26..29], \"x\")\n"
      "epoll_wait(ep, 2, 0)\n");
}

TEST_F(XraySession, NestedInstancesAndDuplicates) {
  run("out = epoll_create1(0)\n"
      "in = epoll_create1(0)\n"
      "copy = dup(in)\n"
      "a, w = pipe()\n"
      "b = dup(a)\n"
      "epoll_ctl(in, ADD, a, IN)\n"
      "epoll_ctl(copy, ADD, b, IN|ET)\n"
      "epoll_ctl(out, ADD, in, IN)\n"
      "close(a)\n"
      "write(w, \"x\")\n"
      "epoll_wait(out, 8, 0)\n"
      "epoll_wait(in, 8, 0)\n"
      "close(in)\n"
      "epoll_wait(copy, 8, 0)\n");
}

// Looks grow rare in a long run, and its end is always looked at.
TEST_F(XraySession, AutomaticLooksAtTheFirstStepsAndThenNowAndThen) {
  const auto s = test::run(
      "ep = epoll_create1(0)\nr, w = pipe()\nepoll_ctl(ep, ADD, r, IN)\n"
      "repeat 1000 {\n  write(w, \"x\")\n  epoll_wait(ep, 8, 0)\n  read(r, 1)\n}\n",
      {.xray = XrayUse::automatic});
  ASSERT_TRUE(s);
  EXPECT_EQ(test::problems(*s), "");
  int seen = 0;
  for (const StepRecord& r : s->steps()) {
    seen += r.xray.ready;
    EXPECT_TRUE(r.n > 256 || r.xray.ready) << r.n;
  }
  EXPECT_LT(seen, 1500) << "of 3003";
  EXPECT_GT(seen, 500);
}

TEST(XraySessionOff, TakesNone) {
  const auto s = test::run("ep = epoll_create1(0)\n");
  ASSERT_TRUE(s);
  EXPECT_FALSE(s->has_xray());
  EXPECT_FALSE(s->steps()[0].xray.ready);
}

// ---- of made-up ones

// Two items, b at the root; T1 asleep.
struct Moment {
  State model;
  std::vector<XrayEventpoll> kernel{1};
  std::map<int, ActorId> actors{{901, {'T', 1}}, {902, {'T', 2}}};
  std::set<FileId> moving;
  std::vector<std::string> differences;

  Moment() {
    EventpollState ep;
    ep.name = "ep";
    ep.fd = Fd{3};
    ep.root = 1;
    ep.items.resize(2);
    ep.items[0] = item(10, "a", 4);
    ep.items[0].red = true;
    ep.items[0].parent = 1;
    ep.items[1] = item(11, "b", 6);
    ep.items[1].left = 0;
    ep.ready = {EpitemId{11}, EpitemId{10}};
    ep.waiters = {{{'T', 1}, std::nullopt}};
    model.eventpolls = {ep};
    XrayEventpoll& seen = kernel[0];
    seen.id = 77;
    seen.fd = 3;
    seen.fds = {3};
    seen.items = {{.fd = 4, .events = 25, .data = 4, .red = true, .parent = 1},
                  {.fd = 6, .events = 25, .data = 6, .left = 0}};
    seen.root = 1;
    seen.ready = {1, 0};
    seen.waiters = {901};
  }
  static ItemState item(int id, const char* name, int fd) {
    ItemState i;
    i.id = EpitemId{id};
    i.name = name;
    i.fd = Fd{fd};
    i.mask = 25;
    i.data = static_cast<std::uint64_t>(fd);
    return i;
  }
  EventpollState& ours() { return model.eventpolls[0]; }
  XrayEventpoll& theirs() { return kernel[0]; }
  XrayConfirms verify(TreeOrder order = TreeOrder::learned) {
    differences.clear();
    return verify_xray(model, order, kernel, actors, moving, differences);
  }
};

TEST(VerifyXray, WhatIsAlikeIsConfirmed) {
  Moment m;
  const XrayConfirms x = m.verify();
  EXPECT_THAT(m.differences, IsEmpty());
  EXPECT_TRUE(x.tree && x.ready && x.ovflist && x.waiters);
}

TEST(VerifyXray, EveryWrongPartOfTheModelIsOneSentence) {
  Moment m;
  m.ours().ready = {EpitemId{10}, EpitemId{11}};
  EXPECT_FALSE(m.verify().ready);
  EXPECT_THAT(m.differences,
              ElementsAre("ep: the ready list is [b, a] in the kernel, [a, b] in the model"));

  m = {};
  m.ours().items[0].red = false;
  EXPECT_FALSE(m.verify().tree);
  EXPECT_THAT(m.differences,
              ElementsAre("ep: a at place 1 of the tree is red, below b, above none and none in "
                          "the kernel, black, below b, above none and none in the model"));

  m = {};
  m.ours().scanning = true;
  EXPECT_FALSE(m.verify().ovflist);
  EXPECT_THAT(m.differences, ElementsAre("ep: no scan runs in the kernel, one in the model"));

  m = {};
  m.ours().waiters = {{{'T', 2}, std::nullopt}, {{'T', 1}, std::nullopt}};
  EXPECT_FALSE(m.verify().waiters);
  EXPECT_THAT(
      m.differences,
      ElementsAre("ep: the queue of sleepers is [T1] in the kernel, [T2, T1] in the model"));

  m = {};
  m.ours().items[1].mask = 1U << 31 | 25;
  const XrayConfirms x = m.verify();
  EXPECT_FALSE(x.tree || x.ready || x.ovflist);
  EXPECT_TRUE(x.waiters);
  EXPECT_THAT(m.differences, SizeIs(1));

  m = {};
  std::swap(m.ours().items[0].data, m.ours().items[1].data);
  m.theirs().items[0].data = 6;
  m.theirs().items[1].data = 4;
  std::swap(m.theirs().items[0], m.theirs().items[1]);
  EXPECT_FALSE(m.verify().tree);
  EXPECT_THAT(m.differences,
              ElementsAre("ep: place 1 of the tree is b in the kernel, a in the model",
                          "ep: the ready list is [a, b] in the kernel, [b, a] in the model"));
}

TEST(VerifyXray, AScanInProgress) {
  Moment m;
  for (bool* scanning : {&m.ours().scanning, &m.theirs().scanning}) *scanning = true;
  m.ours().ready = {};
  m.theirs().ready = {};
  m.ours().scan_batch = {EpitemId{10}};
  m.theirs().scan_batch = {0};
  m.ours().ovflist = {EpitemId{11}};
  m.theirs().ovflist = {1};
  m.verify();
  EXPECT_THAT(m.differences, IsEmpty());
  m.theirs().ovflist = {};
  EXPECT_FALSE(m.verify().ovflist);
  EXPECT_THAT(m.differences, ElementsAre("ep: the ovflist is [] in the kernel, [b] in the model"));
}

TEST(VerifyXray, TheTreeIsComparedOnlyWhereItsOrderIsKnown) {
  Moment m;
  m.ours().items[0].red = false;
  EXPECT_FALSE(m.verify(TreeOrder::created).tree);
  EXPECT_THAT(m.differences, IsEmpty());
  m.ours().unranked = {EpitemId{10}};
  EXPECT_FALSE(m.verify().tree);
  EXPECT_THAT(m.differences, IsEmpty());
}

TEST(VerifyXray, InstancesThatOnlyOneOfBothHas) {
  Moment m;
  m.theirs().fds = {m.theirs().fd = 9};
  EXPECT_FALSE(m.verify().waiters);
  EXPECT_THAT(m.differences,
              ElementsAre("ep: the model has an epoll instance at fd 3, the kernel has none",
                          "fd 9 is an epoll instance in the kernel, the model has none there"));
  m = {};
  m.ours().fd = Fd{};
  m.kernel.clear();
  m.verify();
  EXPECT_THAT(m.differences, IsEmpty()) << "closed under its sleeper: out of sight";
}

TEST(VerifyXray, WhereASleeperMovesNoListIsCompared) {
  Moment m;
  m.ours().file = FileId{5};
  m.theirs().ready = {};
  m.theirs().waiters = {};
  m.verify();
  EXPECT_THAT(m.differences, SizeIs(2));
  m.moving = {FileId{5}};
  const XrayConfirms x = m.verify();
  EXPECT_THAT(m.differences, IsEmpty());
  EXPECT_TRUE(x.tree);
  EXPECT_FALSE(x.ready || x.ovflist || x.waiters);

  EventpollState above;
  above.file = FileId{6};
  above.items.resize(1);
  above.items[0].file = FileId{5};
  m.model.eventpolls.push_back(above);
  m.moving = {FileId{6}};
  m.verify();
  EXPECT_THAT(m.differences, IsEmpty()) << "it watches the other one";
}

TEST(VerifyXray, ADeadlineMayHavePassedSinceTheModelRan) {
  Moment m;
  m.ours().waiters.insert(m.ours().waiters.begin(), {{'T', 2}, 1'000'000});
  EXPECT_TRUE(m.verify().waiters);
  m.theirs().waiters = {901, 902};
  EXPECT_FALSE(m.verify().waiters) << "it still sleeps, in the wrong place";
}

}  // namespace
}  // namespace epollscope
