// Message sockets: every call is made on the model and on the kernel under this test, and both
// must answer as it is written here.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/sockios.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>

#include "core/model/unix_dgram.h"
#include "tests/unit/model/desk.h"
#include "tests/unit/model/twice.h"

namespace epollscope {
namespace {

using test::Reports;

constexpr std::uint32_t kAllEdge = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET;

// One pair a, b watched edge-triggered by ep, in a model and in the kernel.
struct Both : test::Twice {
  Fd ep, a, b;

  explicit Both(int type) {
    ep = make(EpollCreate1{0}).created.at(0);
    const Outcome pair = make(SocketPair{AF_UNIX, type | SOCK_NONBLOCK});
    a = pair.created.at(0);
    b = pair.created.at(1);
    for (const Fd fd : {a, b}) {
      make(EpollCtl{ep, EPOLL_CTL_ADD, fd,
                    EventArg{kAllEdge, static_cast<std::uint64_t>(fd.value)}});
    }
    EXPECT_EQ(events(), (Reports{{a.value, EPOLLOUT}, {b.value, EPOLLOUT}}));
  }

  std::int64_t send(Fd fd, std::uint64_t n) { return run(WriteAmount{fd, n}); }
  std::int64_t take(Fd fd, std::uint64_t n = 100) { return run(Read{fd, n}); }
  Reports events() { return test::Desk::reports(make(EpollWait{ep, 8, 0})); }
  void levels_agree() {
    for (const Fd fd : {a, b}) {
      const auto said = m.level(fd);
      if (!said) continue;
      EXPECT_EQ(said->revents, real.level(fd)) << fd.value;
      EXPECT_EQ(said->readable_bytes, real.readable(fd)) << fd.value;
    }
  }
};

class Messages : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Types, Messages, ::testing::Values(SOCK_DGRAM, SOCK_SEQPACKET),
                         [](const auto& p) {
                           return p.param == SOCK_DGRAM ? "dgram" : "seqpacket";
                         });

TEST_P(Messages, KeepTheirBoundariesAndLoseWhatIsNotTaken) {
  Both d(GetParam());
  EXPECT_EQ(d.send(d.a, 10), 10);
  EXPECT_EQ(d.send(d.a, 7), 7);
  d.levels_agree();
  EXPECT_EQ(d.take(d.b, 4), 4);
  EXPECT_EQ(d.take(d.b, 100), 7);
  EXPECT_EQ(d.take(d.b), -EAGAIN);
}

TEST_P(Messages, AnEmptyOneIsOneToo) {
  Both d(GetParam());
  EXPECT_EQ(d.send(d.a, 0), 0);
  EXPECT_EQ(d.events(), (Reports{{d.b.value, EPOLLIN | EPOLLOUT}}));
  d.levels_agree();
  EXPECT_EQ(d.take(d.b, 0), 0);  // a read of nothing takes nothing
  d.levels_agree();
  EXPECT_EQ(d.take(d.b), 0);
  EXPECT_EQ(d.events(), (Reports{{d.a.value, EPOLLOUT}}));
  EXPECT_EQ(d.take(d.b), -EAGAIN);
}

// Far more than net.unix.max_dgram_qlen: the limit is for receivers whose peer is somebody else.
TEST_P(Messages, TheSendBufferAloneBoundsAPair) {
  Both d(GetParam());
  EXPECT_EQ(d.run(Fill{d.a}) % 4096, 0);
  int sent = 0;
  while (d.send(d.a, 1) == 1) ++sent;
  EXPECT_EQ(d.send(d.a, 1), -EAGAIN);
  EXPECT_EQ(d.events(), (Reports{{d.b.value, EPOLLIN | EPOLLOUT}}));
  d.levels_agree();
  d.take(d.b);
  EXPECT_TRUE(d.events().empty());
  while (d.take(d.b) > 0) {
  }
  EXPECT_EQ(d.events(), (Reports{{d.a.value, EPOLLOUT}}));
  for (sent = 0; d.send(d.a, 1) == 1;) ++sent;
  EXPECT_GT(sent, 100);
}

TEST_P(Messages, OneLongerThanTheSendBufferIsRefused) {
  Both d(GetParam());
  const auto longest = dgram_longest(212992);
  EXPECT_EQ(d.send(d.a, longest + 1), -EMSGSIZE);
  EXPECT_EQ(d.send(d.a, longest), static_cast<std::int64_t>(longest));
}

TEST_P(Messages, EachIsChargedByItsTrueSize) {
  Both d(GetParam());
  const auto check = [&](std::uint32_t n) {
    ASSERT_EQ(d.real.call({WriteAmount{d.a, n}, {}}).returned, n);
    int charged = -1;
    ASSERT_EQ(ioctl(d.real.real(d.a), SIOCOUTQ, &charged), 0);
    EXPECT_EQ(dgram_truesize({}, n), static_cast<std::uint32_t>(charged)) << n;
    d.real.call({Read{d.b, 1}, {}});
  };
  const auto longest = static_cast<std::uint32_t>(dgram_longest(212992));
  for (std::uint32_t n = 0; n <= 1100; ++n) check(n);
  for (std::uint32_t n = 1101; n <= longest; n += 1 + n % 509) check(n);
  check(longest);
}

TEST(Datagrams, AShutdownIsTheSocketsOwn) {
  Both d(SOCK_DGRAM);
  EXPECT_EQ(d.run(Shutdown{d.a, SHUT_WR}), 0);
  EXPECT_EQ(d.events(), (Reports{{d.a.value, EPOLLOUT}}));
  EXPECT_EQ(d.send(d.a, 1), -EPIPE);
  EXPECT_EQ(d.take(d.b), -EAGAIN);
  EXPECT_EQ(d.send(d.b, 1), 1);
  EXPECT_EQ(d.run(Shutdown{d.a, SHUT_RD}), 0);
  EXPECT_EQ(d.take(d.a), 1);
  EXPECT_EQ(d.take(d.a), -EAGAIN);
  d.levels_agree();
  d.events();
  EXPECT_EQ(d.send(d.b, 1), -EPIPE);  // its own message is freed: it hears that it can write
  EXPECT_EQ(d.events(), (Reports{{d.b.value, EPOLLOUT}}));
}

TEST(Datagrams, AClosedPeerIsFoundByTheFirstMessage) {
  Both d(SOCK_DGRAM);
  d.send(d.a, 3);
  d.events();
  EXPECT_EQ(d.run(Close{d.a}), 0);
  EXPECT_TRUE(d.events().empty());
  d.levels_agree();
  EXPECT_EQ(d.send(d.b, 1), -ECONNREFUSED);
  EXPECT_EQ(d.take(d.b), -EAGAIN);  // what the dead one sent is gone
  EXPECT_EQ(d.events(), (Reports{{d.b.value, EPOLLOUT}}));
  EXPECT_EQ(d.send(d.b, 1), -ENOTCONN);
  EXPECT_EQ(d.send(d.b, 300000), -EMSGSIZE);
  EXPECT_EQ(d.run(Shutdown{d.b, SHUT_WR}), 0);
  EXPECT_EQ(d.send(d.b, 1), -EPIPE);
  d.levels_agree();
}

TEST(Datagrams, ClosingWithUnreadMessagesGivesTheirSenderRoom) {
  Both d(SOCK_DGRAM);
  d.send(d.b, 3);
  d.events();
  d.run(Close{d.a});
  EXPECT_EQ(d.events(), (Reports{{d.b.value, EPOLLOUT}}));
}

TEST(Seqpacket, EndsAsAStreamDoes) {
  Both d(SOCK_SEQPACKET);
  EXPECT_EQ(d.run(Shutdown{d.a, SHUT_WR}), 0);
  EXPECT_EQ(d.events(),
            (Reports{{d.a.value, EPOLLOUT}, {d.b.value, EPOLLIN | EPOLLOUT | EPOLLRDHUP}}));
  EXPECT_EQ(d.take(d.b), 0);
  d.send(d.b, 5);
  d.send(d.b, 5);
  d.events();
  d.run(Close{d.a});
  EXPECT_EQ(d.events(),
            (Reports{{d.b.value, EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLRDHUP}}));
  EXPECT_EQ(d.take(d.b), -ECONNRESET);
  EXPECT_EQ(d.take(d.b), 0);
  EXPECT_EQ(d.send(d.b, 1), -EPIPE);
}

// The write that finds its peer dead wakes its own socket twice: once because the two are no pair
// any more, once because its message is freed.
TEST(Datagrams, FindingADeadPeerWakesTwice) {
  test::Desk d;
  const Fd ep = d.epoll();
  const auto [a, b] = test::Desk::two(d.call(SocketPair{AF_UNIX, SOCK_DGRAM}).outcome);
  d.add(ep, b, EPOLLOUT | EPOLLET);
  d.take(ep);
  for (const int t : {2, 3, 4}) EXPECT_TRUE(d.call(test::thread(t), EpollWait{ep, 1, -1}).blocked);
  d.run(Close{a});
  EXPECT_EQ(d.write(b), -ECONNREFUSED);
  EXPECT_EQ(d.m.runnable(), (std::vector{test::thread(4), test::thread(3)}));
  EXPECT_EQ(d.settled(), (test::Numbers{4}));
}

// Two readers asleep: a message wakes the one that slept first, and room to write wakes neither.
TEST(Datagrams, ReadersAreServedInTheOrderInWhichTheySlept) {
  test::Desk d;
  const auto [a, b] = test::Desk::two(d.call(SocketPair{AF_UNIX, SOCK_DGRAM}).outcome);
  EXPECT_TRUE(d.call(test::thread(2), Read{b, 10}).blocked);
  EXPECT_TRUE(d.call(test::thread(3), Read{b, 10}).blocked);
  d.write(b, 1);
  d.read(a, 10);
  EXPECT_TRUE(d.m.runnable().empty());
  d.write(a, 1);
  EXPECT_EQ(d.settled(), (test::Numbers{2}));
  d.run(Shutdown{a, SHUT_RDWR});
  EXPECT_TRUE(d.m.runnable().empty());
  d.run(Shutdown{b, SHUT_RD});
  EXPECT_EQ(d.settled(), (test::Numbers{3}));
}

}  // namespace
}  // namespace epollscope
