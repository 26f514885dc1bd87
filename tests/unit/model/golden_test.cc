// Sequences that were observed on the kernel (Linux 6.18), step by step: what epoll_wait returned
// and what the ready list held afterwards. Named by their numbers in the notes on epoll semantics.
#include <gtest/gtest.h>
#include <sys/epoll.h>

#include "tests/unit/model/desk.h"

namespace epollscope {
namespace {

using test::Desk;
using test::Numbers;
using test::Reports;
using test::thread;

constexpr std::uint32_t kEdge = EPOLLIN | EPOLLET;

// Three or more eventfds a, b, c … watched by one instance; events are told as letters' numbers.
struct Counters : Desk {
  Fd ep = epoll();
  std::vector<Fd> fds;

  Counters(int n, std::uint32_t mask) {
    for (int i = 0; i < n; ++i) {
      fds.push_back(eventfd());
      add(ep, fds.back(), mask);
    }
  }
  Numbers which(const Numbers& numbers) {
    Numbers out;
    for (const std::int32_t n : numbers) {
      const auto it = std::find(fds.begin(), fds.end(), Fd{n});
      out.push_back(static_cast<std::int32_t>(it - fds.begin()) + 1);
    }
    return out;
  }
  Numbers got(int max = 8) { return which(take(ep, max)); }
  Numbers list() { return which(ready(ep)); }
  void write_all() {
    for (const Fd fd : fds) write(fd);
  }
};

TEST(Golden, G1LevelTriggeredItemsRotate) {
  Counters d(5, EPOLLIN);
  d.write_all();
  EXPECT_EQ(d.got(2), (Numbers{1, 2}));
  EXPECT_EQ(d.list(), (Numbers{3, 4, 5, 1, 2}));
  EXPECT_EQ(d.got(2), (Numbers{3, 4}));
  EXPECT_EQ(d.list(), (Numbers{5, 1, 2, 3, 4}));
  EXPECT_EQ(d.got(2), (Numbers{5, 1}));
  EXPECT_EQ(d.list(), (Numbers{2, 3, 4, 5, 1}));
  EXPECT_EQ(d.got(2), (Numbers{2, 3}));
  EXPECT_EQ(d.list(), (Numbers{4, 5, 1, 2, 3}));
}

TEST(Golden, G2EdgeTriggeredItemsLeave) {
  Counters d(5, kEdge);
  d.write_all();
  EXPECT_EQ(d.got(2), (Numbers{1, 2}));
  EXPECT_EQ(d.list(), (Numbers{3, 4, 5}));
  EXPECT_EQ(d.got(2), (Numbers{3, 4}));
  EXPECT_EQ(d.got(2), (Numbers{5}));
  EXPECT_EQ(d.got(2), (Numbers{}));
  EXPECT_EQ(d.list(), (Numbers{}));
}

TEST(Golden, G3StaleItemsTakeNoPlaceInEvents) {
  Counters d(4, EPOLLIN);
  d.write_all();
  d.read(d.fds[0]);
  d.read(d.fds[1]);
  EXPECT_EQ(d.list(), (Numbers{1, 2, 3, 4}));
  EXPECT_EQ(d.got(1), (Numbers{3}));
  EXPECT_EQ(d.list(), (Numbers{4, 3}));
  EXPECT_EQ(d.got(1), (Numbers{4}));
  EXPECT_EQ(d.list(), (Numbers{3, 4}));
}

TEST(Golden, G4AWakeupOfAListedItemKeepsItsPlace) {
  Counters d(3, EPOLLIN);
  for (const std::size_t i : {1U, 0U, 1U, 2U}) d.write(d.fds[i]);
  EXPECT_EQ(d.list(), (Numbers{2, 1, 3}));
  EXPECT_EQ(d.got(1), (Numbers{2}));
  EXPECT_EQ(d.list(), (Numbers{1, 3, 2}));
}

TEST(Golden, G5TheNewestHookHearsFirst) {
  Desk d;
  const Fd ep = d.epoll();
  const Fd a = d.eventfd();
  const Fd b{static_cast<std::int32_t>(d.run(Dup{a}))};
  const Fd c{static_cast<std::int32_t>(d.run(Dup{a}))};
  for (const Fd fd : {a, b, c}) d.add(ep, fd, kEdge);
  d.write(a);
  EXPECT_EQ(d.ready(ep), (Numbers{c.value, b.value, a.value}));
  for (const Fd fd : {a, b, c}) d.del(ep, fd);
  for (const Fd fd : {a, b, c}) d.add(ep, fd, kEdge);
  EXPECT_EQ(d.ready(ep), (Numbers{a.value, b.value, c.value}));
}

TEST(Golden, G6ModLeavesListedItemsAndDelTakesThemOff) {
  Counters d(3, EPOLLIN);
  d.write_all();
  EXPECT_EQ(d.list(), (Numbers{1, 2, 3}));
  d.mod(d.ep, d.fds[0], EPOLLIN);
  EXPECT_EQ(d.list(), (Numbers{1, 2, 3}));
  d.del(d.ep, d.fds[0]);
  d.add(d.ep, d.fds[0], EPOLLIN);
  EXPECT_EQ(d.list(), (Numbers{2, 3, 1}));
  d.mod(d.ep, d.fds[1], EPOLLPRI);
  EXPECT_EQ(d.list(), (Numbers{2, 3, 1}));
  EXPECT_EQ(d.got(), (Numbers{3, 1}));
  EXPECT_EQ(d.list(), (Numbers{3, 1}));
  d.mod(d.ep, d.fds[1], EPOLLIN);
  EXPECT_EQ(d.list(), (Numbers{3, 1, 2}));
}

TEST(Golden, G7AFiredOneShotHearsNothingUntilMod) {
  Desk d;
  const Fd ep = d.epoll();
  const auto [r, w] = d.pipe();
  d.add(ep, r, kEdge | EPOLLONESHOT);
  d.write(w);
  EXPECT_EQ(d.wait(ep), (Reports{{r.value, EPOLLIN}}));
  EXPECT_EQ(d.m.interest(ep).at(0).events, EPOLLET | EPOLLONESHOT);
  d.write(w);
  EXPECT_EQ(d.ready(ep), (Numbers{}));
  d.run(Close{w});
  EXPECT_EQ(d.ready(ep), (Numbers{}));
  EXPECT_EQ(d.wait(ep), (Reports{}));
  EXPECT_EQ(d.add(ep, r, EPOLLIN), -EEXIST);
  d.mod(ep, r, EPOLLIN | EPOLLONESHOT);
  EXPECT_EQ(d.ready(ep), (Numbers{r.value}));
  EXPECT_EQ(d.wait(ep), (Reports{{r.value, EPOLLIN | EPOLLHUP}}));
  EXPECT_EQ(d.ready(ep), (Numbers{}));
}

TEST(Golden, G8HangupIsReportedWithoutInterest) {
  Desk d;
  const Fd ep = d.epoll();
  const auto [r, w] = d.pipe();
  d.add(ep, r, 0);
  d.write(w);
  EXPECT_EQ(d.ready(ep), (Numbers{}));
  d.run(Close{w});
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(d.ready(ep), (Numbers{r.value}));
    EXPECT_EQ(d.wait(ep), (Reports{{r.value, EPOLLHUP}}));
  }
}

TEST(Golden, G9AnOuterInstanceDropsStaleItemsOfTheInner) {
  Counters d(3, EPOLLIN);
  const Fd outer = d.epoll();
  d.write_all();
  d.read(d.fds[0]);
  d.add(outer, d.ep, EPOLLIN);
  EXPECT_EQ(d.list(), (Numbers{2, 3}));
  EXPECT_EQ(d.ready(outer), (Numbers{d.ep.value}));
  d.read(d.fds[1]);
  EXPECT_EQ(d.wait(outer), (Reports{{d.ep.value, EPOLLIN}}));
  EXPECT_EQ(d.list(), (Numbers{3}));
  d.read(d.fds[2]);
  EXPECT_EQ(d.wait(outer), (Reports{}));
  EXPECT_EQ(d.list(), (Numbers{}));
  EXPECT_EQ(d.ready(outer), (Numbers{}));
}

TEST(Golden, G10AFaultKeepsEveryItem) {
  Counters d(3, kEdge);
  d.write_all();
  const auto r = d.call(EpollWait{d.ep, 8, 0, true});
  EXPECT_EQ(r.outcome.error, EFAULT);
  EXPECT_EQ(d.list(), (Numbers{1, 2, 3}));
  EXPECT_EQ(d.got(), (Numbers{1, 2, 3}));
}

struct Sleepers : Desk {
  Fd ep = epoll();
  Fd fd = eventfd();
  explicit Sleepers(int n, std::uint32_t mask, int timeout_ms = -1) {
    add(ep, fd, mask);
    for (int i = 1; i <= n; ++i) {
      EXPECT_TRUE(call(thread(i), EpollWait{ep, 8, timeout_ms}).blocked);
    }
    t1 = thread(100);  // who writes
  }
};

TEST(Golden, G12OneWriteWakesAllLevelTriggeredWaitersInTurn) {
  Sleepers d(4, EPOLLIN);
  EXPECT_EQ(d.waiters(d.ep), (Numbers{4, 3, 2, 1}));
  d.write(d.fd);
  EXPECT_EQ(d.m.runnable(), (std::vector{thread(4)}));
  EXPECT_EQ(d.settled(), (Numbers{4, 3, 2, 1}));
}

TEST(Golden, G12OneWriteWakesOneEdgeTriggeredWaiter) {
  Sleepers d(4, kEdge);
  d.write(d.fd);
  EXPECT_EQ(d.settled(), (Numbers{4}));
  EXPECT_EQ(d.waiters(d.ep), (Numbers{3, 2, 1}));
}

TEST(Golden, G13ATimeoutLeavesTheQueueAndAVainWakeupReturnsToItsHead) {
  Sleepers d(3, kEdge, 1000);
  const auto r = d.m.expire(thread(2));
  EXPECT_FALSE(r.blocked);
  EXPECT_EQ(r.outcome.returned, 0);
  EXPECT_EQ(d.waiters(d.ep), (Numbers{3, 1}));
  EXPECT_TRUE(d.call(thread(2), EpollWait{d.ep, 8, -1}).blocked);
  EXPECT_EQ(d.waiters(d.ep), (Numbers{2, 3, 1}));
  d.write(d.fd, 0);
  EXPECT_EQ(d.waiters(d.ep), (Numbers{3, 1}));
  EXPECT_EQ(d.settled(), (Numbers{}));
  EXPECT_EQ(d.waiters(d.ep), (Numbers{2, 3, 1}));
}

TEST(Golden, G13ATimeoutOfAWaiterThatIsStillQueuedDoesNotLook) {
  Sleepers d(2, EPOLLIN, 1000);
  d.write(d.fd);  // wakes the second
  EXPECT_EQ(d.m.expire(thread(1)).outcome.returned, 0);
  EXPECT_EQ(d.settled(), (Numbers{2}));
}

TEST(Golden, G14ExclusiveItemsPassAWakeupOnWhenNobodyWaits) {
  Desk d;
  d.t1 = thread(100);
  const Fd fd = d.eventfd();
  std::vector<Fd> eps;
  for (int i = 1; i <= 4; ++i) {
    eps.push_back(d.epoll());
    d.add(eps.back(), fd, kEdge | EPOLLEXCLUSIVE);
    EXPECT_TRUE(d.call(thread(i), EpollWait{eps.back(), 8, -1}).blocked);
  }
  d.write(fd);
  EXPECT_EQ(d.settled(), (Numbers{1}));
  for (const Fd ep : eps) EXPECT_EQ(d.ready(ep), (Numbers{}));
  d.write(fd);
  EXPECT_EQ(d.settled(), (Numbers{2}));
  EXPECT_EQ(d.ready(eps[0]), (Numbers{fd.value}));
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(d.ready(eps[i]), (Numbers{}));
}

TEST(Golden, G15AnswersOfAUnixPairGoToTheOtherSide) {
  Desk d;
  const Fd ep = d.epoll();
  const auto [a, b] = d.pair();
  for (const Fd fd : {a, b}) d.add(ep, fd, EPOLLIN | EPOLLOUT | EPOLLET);
  EXPECT_EQ(d.wait(ep).size(), 2U);
  d.write(a, 3);
  EXPECT_EQ(d.wait(ep), (Reports{{b.value, EPOLLIN | EPOLLOUT}}));
  EXPECT_EQ(d.read(b, 1), 1);
  EXPECT_EQ(d.wait(ep), (Reports{}));
  EXPECT_EQ(d.read(b, 2), 2);
  EXPECT_EQ(d.wait(ep), (Reports{{a.value, EPOLLOUT}}));
}

TEST(Golden, G16ModBetweenLevelAndEdge) {
  Desk d;
  const Fd ep = d.epoll();
  const Fd fd = d.eventfd(1);
  d.add(ep, fd, EPOLLIN);
  EXPECT_EQ(d.take(ep), (Numbers{fd.value}));
  d.run(EpollCtl{ep, EPOLL_CTL_MOD, fd, EventArg{kEdge, 77}});
  EXPECT_EQ(d.take(ep), (Numbers{77}));
  EXPECT_EQ(d.take(ep), (Numbers{}));
  d.mod(ep, fd, EPOLLIN);
  EXPECT_EQ(d.take(ep), (Numbers{fd.value}));
  EXPECT_EQ(d.take(ep), (Numbers{fd.value}));
}

TEST(Golden, G17AQueuedOutIsDroppedWhenItIsNoLongerTrue) {
  Desk d;
  const Fd ep = d.epoll();
  const auto [a, b] = d.pair();
  d.add(ep, a, EPOLLIN | EPOLLOUT | EPOLLET);
  EXPECT_EQ(d.ready(ep), (Numbers{a.value}));
  EXPECT_GT(d.run(Fill{a}), 0);
  EXPECT_EQ(d.wait(ep), (Reports{}));
  EXPECT_EQ(d.ready(ep), (Numbers{}));
}

}  // namespace
}  // namespace epollscope
