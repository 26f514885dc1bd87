// Datagram sockets of AF_UNIX that send to one of many: every call is made on the model and on the
// kernel under this test, and both must answer as it is written here.
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <fstream>

#include "tests/unit/model/desk.h"
#include "tests/unit/model/twice.h"

namespace epollscope {
namespace {

using test::Reports;

int messages_that_fit() {
  int most = 0;
  std::ifstream("/proc/sys/net/unix/max_dgram_qlen") >> most;
  return most + 1;
}

constexpr int kMostThatOneMaySend = 200;  // with SO_SNDBUF as it is everywhere

// Two that send to a third, and an instance for what watches them.
struct Post : test::Twice {
  Fd ep, r, s, t;
  int most = messages_that_fit();

  Post() : Twice(inputs()) {
    ep = make(EpollCreate1{0}).created.at(0);
    r = socket();
    s = socket();
    t = socket();
    EXPECT_EQ(run(Bind{r}), 0);
    EXPECT_EQ(run(Connect{s, r}), 0);
    EXPECT_EQ(run(Connect{t, r}), 0);
  }
  static MachineInputs inputs() {
    MachineInputs in;
    in.max_dgram_qlen = static_cast<std::uint32_t>(messages_that_fit() - 1);
    return in;
  }

  Fd socket() { return make(Socket{AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK}).created.at(0); }
  void watch(Fd fd, std::uint32_t events) {
    make(EpollCtl{ep, EPOLL_CTL_ADD, fd, EventArg{events, static_cast<std::uint64_t>(fd.value)}});
  }
  std::int64_t send(Fd fd) { return run(WriteAmount{fd, 1}); }
  std::int64_t take(Fd fd) { return run(Read{fd, 8}); }
  Reports events() { return test::Desk::reports(make(EpollWait{ep, 8, 0})); }
  void fill_queue() {
    for (int i = 0; i < most; ++i) EXPECT_EQ(send(s), 1);
  }
};

class ManyToOne : public ::testing::Test {
 protected:
  void SetUp() override {
    if (messages_that_fit() > kMostThatOneMaySend) GTEST_SKIP() << "one sender fills no queue here";
  }
};

TEST_F(ManyToOne, FillTheQueueOfTheReceiverForAllWhoSend) {
  Post d;
  d.watch(d.s, EPOLLOUT);
  d.watch(d.t, EPOLLOUT);
  EXPECT_EQ(d.events().size(), 2U);
  d.fill_queue();
  EXPECT_EQ(d.events(), Reports{}) << "t has sent nothing, and cannot";
  EXPECT_EQ(d.send(d.t), -EAGAIN);
  EXPECT_EQ(d.take(d.r), 1);
  EXPECT_EQ(d.events().size(), 2U) << "a place is free, whoever takes it";
  EXPECT_EQ(d.send(d.t), 1);
  EXPECT_EQ(d.send(d.s), -EAGAIN);
  EXPECT_EQ(d.events(), Reports{});
}

TEST_F(ManyToOne, TellOfAPlaceOnlyWhoAskedWhileThereWasNone) {
  Post d;
  d.watch(d.s, EPOLLOUT | EPOLLET);
  d.watch(d.t, EPOLLOUT | EPOLLET);
  EXPECT_EQ(d.events().size(), 2U);
  d.fill_queue();
  EXPECT_EQ(d.send(d.t), -EAGAIN);
  EXPECT_EQ(d.take(d.r), 1);
  EXPECT_EQ(d.events().size(), 2U) << "t was refused, and a message of s is gone";
  EXPECT_EQ(d.take(d.r), 1);
  EXPECT_EQ(d.events(), (Reports{{d.s.value, EPOLLOUT}})) << "t was told, and asks no more";
}

TEST_F(ManyToOne, AskForAPlaceOnlyWhenAskedForOut) {
  Post d;
  d.watch(d.s, EPOLLIN | EPOLLET);
  d.fill_queue();
  EXPECT_EQ(d.events(), Reports{});
  EXPECT_EQ(d.take(d.r), 1);
  const State state = d.m.state();
  EXPECT_TRUE(state.eventpolls.at(0).ready.empty());
}

TEST_F(ManyToOne, AreTakenFromOneAloneByWhoSendsToIt) {
  Post d;
  EXPECT_EQ(d.run(Bind{d.s}), 0);
  EXPECT_EQ(d.run(Connect{d.r, d.s}), 0);
  EXPECT_EQ(d.send(d.t), -EPERM);
  EXPECT_EQ(d.run(Connect{d.t, d.r}), -EPERM);
  for (int i = 0; i < 2 * d.most; ++i) EXPECT_EQ(d.send(d.s), 1) << "no bound between the two";
}

TEST_F(ManyToOne, AreLostWithTheConnection) {
  Post d;
  const Fd u = d.socket();
  for (const Fd fd : {d.s, u}) EXPECT_EQ(d.run(Bind{fd}), 0);
  EXPECT_EQ(d.run(Connect{d.r, d.s}), 0);
  EXPECT_EQ(d.send(d.s), 1);
  d.watch(d.s, EPOLLET);
  EXPECT_EQ(d.run(Connect{d.r, u}), 0);
  EXPECT_EQ(d.take(d.r), -EAGAIN);
  EXPECT_EQ(d.events(), (Reports{{d.s.value, EPOLLERR}}));
  EXPECT_EQ(d.send(d.s), -ECONNRESET);
  EXPECT_EQ(d.send(d.s), -EPERM);
}

TEST_F(ManyToOne, TellEveryoneOfTheDeathOfTheReceiver) {
  Post d;
  d.watch(d.s, EPOLLOUT | EPOLLET);
  d.watch(d.t, EPOLLOUT | EPOLLET);
  d.fill_queue();
  EXPECT_EQ(d.send(d.t), -EAGAIN);
  EXPECT_EQ(d.events(), Reports{});
  EXPECT_EQ(d.run(Close{d.r}), 0);
  EXPECT_EQ(d.events().size(), 2U) << "the next write is to find out";
  EXPECT_EQ(d.send(d.s), -ECONNREFUSED);
  EXPECT_EQ(d.send(d.s), -ENOTCONN);
  EXPECT_EQ(d.send(d.t), -ECONNREFUSED);
}

TEST_F(ManyToOne, WaitForNoPlaceAtWhomTheySentToBefore) {
  Post d;
  const Fd u = d.socket();
  EXPECT_EQ(d.run(Bind{u}), 0);
  d.watch(d.s, EPOLLOUT | EPOLLET);
  for (int i = 0; i < d.most; ++i) EXPECT_EQ(d.send(d.t), 1);
  EXPECT_EQ(d.events(), Reports{});
  EXPECT_EQ(d.run(Connect{d.s, u}), 0);
  EXPECT_EQ(d.events(), (Reports{{d.s.value, EPOLLOUT}}));
  EXPECT_EQ(d.take(d.r), 1);
  EXPECT_EQ(d.events(), Reports{});
}

TEST_F(ManyToOne, NeedAName) {
  Post d;
  EXPECT_EQ(d.run(Connect{d.r, d.t}), -EINVAL);
  const Fd u = d.socket();
  EXPECT_EQ(d.run(Connect{u, u}), -EINVAL);
  EXPECT_EQ(d.run(Bind{u}), 0);
  EXPECT_EQ(d.run(Connect{u, u}), 0);
  for (int i = 0; i < 2 * d.most; ++i) EXPECT_EQ(d.send(u), 1) << "no bound to itself either";
  EXPECT_EQ(d.take(u), 1);
  EXPECT_EQ(d.run(Close{u}), 0);
}

TEST_F(ManyToOne, OutliveTheirSender) {
  Post d;
  for (int round = 0; round < 50; ++round) {
    const Fd u = d.socket();
    EXPECT_EQ(d.run(Connect{u, d.r}), 0);
    EXPECT_EQ(d.send(u), 1);
    EXPECT_EQ(d.run(Close{u}), 0);
    EXPECT_EQ(d.take(d.r), 1);
  }
}

}  // namespace
}  // namespace epollscope
