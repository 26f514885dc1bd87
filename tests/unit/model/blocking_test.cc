// Calls that sleep: what wakes them, what they find, and what they keep alive meanwhile.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "tests/unit/model/desk.h"

namespace epollscope {
namespace {

using test::Desk;
using test::Numbers;
using test::thread;

struct Threads : Desk {
  Threads() { t1 = thread(9); }  // the one that never sleeps

  bool sleeps(int actor, const Operation& op) { return call(thread(actor), op).blocked; }
  Outcome only_return() {
    const auto done = settle();
    EXPECT_EQ(done.size(), 1U);
    return done.empty() ? Outcome{} : done.front().second;
  }
};

TEST(Blocking, APipeReaderSleepsUntilBytesCome) {
  Threads d;
  const auto [r, w] = d.pipe();
  ASSERT_TRUE(d.sleeps(1, Read{r, 8}));
  EXPECT_EQ(d.m.threads().at(0).call, "read");
  EXPECT_EQ(d.m.state().files.at(0).readers, (std::vector{thread(1)}));
  d.call(WriteBytes{w}, "hi");
  EXPECT_EQ(d.only_return().bytes, "hi");
  EXPECT_TRUE(d.m.threads().empty());
}

TEST(Blocking, OneWriteWakesOnePipeReaderTheOldestFirst) {
  Threads d;
  const auto [r, w] = d.pipe();
  for (const int t : {1, 2, 3}) ASSERT_TRUE(d.sleeps(t, Read{r, 1}));
  d.write(w, 1);
  EXPECT_EQ(d.m.runnable(), (std::vector{thread(1)}));
  EXPECT_EQ(d.settled(), (Numbers{1}));
  d.write(w, 2);  // the first leaves a byte and wakes the next
  EXPECT_EQ(d.settled(), (Numbers{2, 3}));
}

TEST(Blocking, ClosingTheLastWriterEndsEveryReader) {
  Threads d;
  const auto [r, w] = d.pipe();
  for (const int t : {1, 2}) ASSERT_TRUE(d.sleeps(t, Read{r, 1}));
  d.run(Close{w});
  const auto done = d.settle();
  ASSERT_EQ(done.size(), 2U);
  for (const auto& [actor, outcome] : done) EXPECT_EQ(outcome.returned, 0);
}

TEST(Blocking, APipeWriterSleepsWithItsRestUntilASlotIsFree) {
  Threads d;
  const auto [r, w] = d.pipe();
  ASSERT_TRUE(d.sleeps(1, WriteAmount{w, 65536 + 10}));
  EXPECT_EQ(d.m.level(r)->readable_bytes, 65536);
  EXPECT_EQ(d.read(r, 4095), 4095);
  EXPECT_TRUE(d.m.runnable().empty());
  EXPECT_EQ(d.read(r, 1), 1);
  EXPECT_EQ(d.only_return().returned, 65546);
}

TEST(Blocking, AWriterWhoseReaderGoesGetsWhatItHadWritten) {
  Threads d;
  const auto [r, w] = d.pipe();
  ASSERT_TRUE(d.sleeps(1, WriteAmount{w, 100000}));
  d.run(Close{r});
  EXPECT_EQ(d.only_return().returned, 65536);
  EXPECT_EQ(d.write(w), -EPIPE);
}

TEST(Blocking, AUnixWriterSleepsUntilItsAccountShrinks) {
  Threads d;
  const auto [a, b] = d.pair();
  const std::int64_t room = d.run(Fill{a});
  ASSERT_TRUE(d.sleeps(1, WriteAmount{a, 1}));
  EXPECT_EQ(d.read(b, static_cast<std::uint64_t>(room)), room);
  EXPECT_EQ(d.only_return().returned, 1);
}

TEST(Blocking, UnixReadersAreAllWokenAndOneFindsNothing) {
  Threads d;
  const auto [a, b] = d.pair();
  for (const int t : {1, 2}) ASSERT_TRUE(d.sleeps(t, Read{b, 1}));
  d.write(a);
  EXPECT_EQ(d.m.runnable(), (std::vector{thread(2), thread(1)}));
  EXPECT_EQ(d.settled(), (Numbers{2}));
  EXPECT_EQ(d.m.threads().size(), 1U);
  d.run(Shutdown{a, SHUT_WR});
  EXPECT_EQ(d.only_return().returned, 0);
}

TEST(Blocking, AnEventfdWriterWaitsForRoomAndAReaderForACount) {
  Threads d;
  const Fd fd = d.eventfd();
  ASSERT_TRUE(d.sleeps(1, Read{fd, 8}));
  d.write(fd, 0);
  EXPECT_EQ(d.settled(), (Numbers{}));  // woken, and still nothing there
  d.write(fd, 5);
  EXPECT_EQ(d.only_return().value, 5U);
  d.write(fd, 0xfffffffffffffffe);
  ASSERT_TRUE(d.sleeps(2, WriteAmount{fd, 3}));
  d.read(fd);
  EXPECT_EQ(d.only_return().returned, 8);
  EXPECT_EQ(d.m.level(fd)->readable_bytes, 3);
}

TEST(Blocking, ASleepingCallKeepsItsFileAndItsItems) {
  Threads d;
  const Fd ep = d.epoll();
  const auto [r, w] = d.pipe();
  d.add(ep, r, EPOLLIN);
  ASSERT_TRUE(d.sleeps(1, Read{r, 8}));
  EXPECT_EQ(d.run(Close{r}), 0);
  EXPECT_EQ(d.m.interest(ep).size(), 1U);
  EXPECT_TRUE(d.m.state().eventpolls.at(0).items.at(0).ghost);
  d.write(w);
  EXPECT_EQ(d.only_return().returned, 1);
  EXPECT_TRUE(d.m.interest(ep).empty());
}

TEST(Blocking, ClosingTheInstanceDoesNotEndAWait) {
  Threads d;
  const Fd ep = d.epoll();
  const Fd fd = d.eventfd();
  d.add(ep, fd, EPOLLIN);
  ASSERT_TRUE(d.sleeps(1, EpollWait{ep, 8, -1}));
  d.run(Close{ep});
  EXPECT_TRUE(d.m.runnable().empty());
  EXPECT_EQ(d.m.state().eventpolls.size(), 1U);
  EXPECT_FALSE(d.m.state().eventpolls.at(0).fd.valid());
  d.write(fd);
  EXPECT_EQ(d.only_return().returned, 1);
  EXPECT_TRUE(d.m.state().eventpolls.empty());
}

TEST(Blocking, AddOfAReadyFileWakesAWaiterAndDelDoesNot) {
  Threads d;
  const Fd ep = d.epoll();
  const Fd quiet = d.eventfd();
  ASSERT_TRUE(d.sleeps(1, EpollWait{ep, 8, -1}));
  d.add(ep, quiet, EPOLLIN);
  d.del(ep, quiet);
  EXPECT_TRUE(d.m.runnable().empty());
  d.add(ep, d.eventfd(1), EPOLLIN);
  EXPECT_EQ(d.settled(), (Numbers{1}));
}

TEST(Blocking, DrainAndFillNeverSleepAndRestoreTheFlag) {
  Threads d;
  const auto [r, w] = d.pipe();
  EXPECT_EQ(d.run(Fill{w}), 65536);
  EXPECT_EQ(d.run(Drain{r}), 65536);
  EXPECT_EQ(d.run(Drain{r}), 0);
  EXPECT_EQ(d.run(Fcntl{r, F_GETFL, 0}), O_RDONLY);
  EXPECT_EQ(d.run(Fcntl{w, F_GETFL, 0}), O_WRONLY);
  EXPECT_EQ(d.run(Drain{w}), -EBADF);
}

// ---- the model behind the Kernel interface

std::vector<Notification> news(Kernel& kernel) {
  std::vector<Notification> all;
  while (auto n = kernel.take()) all.push_back(*std::move(n));
  return all;
}

TEST(ModelKernel, TimeJumpsToTheNextDeadline) {
  const auto kernel = make_model_kernel();
  kernel->submit(thread(1), {EpollCreate1{0}, {}});
  EXPECT_EQ(news(*kernel).size(), 2U);
  kernel->submit(thread(1), {EpollWait{Fd{3}, 8, 40}, {}});
  kernel->submit(thread(2), {Sleep{10'000'000}, {}});
  const auto n = news(*kernel);
  ASSERT_EQ(n.size(), 6U);
  EXPECT_EQ(n[0].kind, Notification::Kind::at_rest);
  EXPECT_EQ(n[1].blocked.size(), 2U);
  EXPECT_EQ(n[2].actor, thread(2));
  EXPECT_EQ(n[2].outcome.elapsed_ns, 10'000'000);
  EXPECT_EQ(n[3].blocked, (std::vector{thread(1)}));
  EXPECT_EQ(n[4].outcome.elapsed_ns, 40'000'000);
  EXPECT_TRUE(n[5].blocked.empty());
}

TEST(ModelKernel, ACallWithoutADeadlineStaysAsleep) {
  const auto kernel = make_model_kernel();
  kernel->submit(thread(1), {EpollCreate1{0}, {}});
  kernel->submit(thread(1), {EpollWait{Fd{3}, 8, -1}, {}});
  const auto n = news(*kernel);
  ASSERT_EQ(n.size(), 3U);
  EXPECT_EQ(n[2].blocked, (std::vector{thread(1)}));
  EXPECT_FALSE(kernel->take());
}

// The flag is asked when a call would sleep, not when it is woken in vain.
TEST(Blocking, TheFlagSetMeanwhileDoesNotEndASleep) {
  Threads d;
  const Fd counter = d.eventfd(1);
  ASSERT_TRUE(d.sleeps(1, WriteAmount{counter, ~std::uint64_t{1}}));
  const auto [r, w] = d.pipe();
  ASSERT_TRUE(d.sleeps(2, Read{r, 1}));
  ASSERT_TRUE(d.sleeps(3, Read{r, 1}));
  for (const Fd fd : {counter, r}) d.run(Fcntl{fd, F_SETFL, O_NONBLOCK});
  d.write(counter, 1);
  EXPECT_TRUE(d.settled().empty());
  d.read(counter);
  EXPECT_EQ(d.settled(), (Numbers{1}));
  d.write(w, 1);
  EXPECT_EQ(d.settled(), (Numbers{2}));
}

// For an owner whose kernel let it return.
TEST(Blocking, ACallOfASleeperAbandonsTheOneThatItIsIn) {
  Threads d;
  const Fd ep = d.epoll();
  const Fd e = d.eventfd();
  d.add(ep, e, EPOLLIN | EPOLLET);
  for (const int t : {1, 2, 1}) ASSERT_TRUE(d.sleeps(t, EpollWait{ep, 8, -1}));
  EXPECT_EQ(d.waiters(ep), (Numbers{1, 2}));
  d.write(e);
  EXPECT_EQ(d.m.runnable(), (std::vector{thread(1)}));
  ASSERT_TRUE(d.sleeps(1, Read{d.eventfd(), 8})) << "woken, and it had not run";
  EXPECT_TRUE(d.m.runnable().empty());
}

TEST(Blocking, WhatAnAbandonedCallHeldIsLetGo) {
  Threads d;
  const Fd listener = d.call(Socket{AF_INET, SOCK_STREAM}).outcome.created.at(0);
  d.run(Listen{listener, 8});
  ASSERT_TRUE(d.sleeps(1, Accept4{listener, 0}));
  const auto [r, w] = d.pipe();
  ASSERT_TRUE(d.sleeps(2, Read{r, 1}));
  d.run(Close{r});
  EXPECT_EQ(d.m.level(w)->revents & EPOLLERR, 0U) << "it is being read";
  for (const int t : {1, 2, 3}) d.m.abandon(thread(t));
  EXPECT_TRUE(d.m.threads().empty());
  EXPECT_NE(d.m.level(w)->revents & EPOLLERR, 0U);
  EXPECT_EQ(d.eventfd().value, listener.value + 1) << "that the accept had reserved";
}

}  // namespace
}  // namespace epollscope
