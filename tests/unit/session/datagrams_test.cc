// A datagram socket that many send to, on the kernel and in the model at once.
#include <gtest/gtest.h>

#include "core/session/measure.h"
#include "tests/unit/session/run.h"

namespace epollscope {
namespace {

bool takes_eleven() { return measure_inputs().max_dgram_qlen == 10; }

TEST(ManyToOne, AReadTellsWhoSleepsInAWriteAndWhoIsWatchedForOut) {
  if (!takes_eleven()) GTEST_SKIP() << "a queue takes another number of messages here";
  const auto session = test::run(R"(r = socket(AF_UNIX, SOCK_DGRAM)
s = socket(AF_UNIX, SOCK_DGRAM|SOCK_NONBLOCK)
t = socket(AF_UNIX, SOCK_DGRAM)
bind(r)
connect(s, r)
connect(t, r)
ep = epoll_create1(0)
epoll_ctl(ep, ADD, s, OUT|ET)
epoll_wait(ep, 8, 0) = 1 [{events=EPOLLOUT, data=s}]
write(t, "1") = 1
write(t, "2") = 1
write(t, "3") = 1
write(t, "4") = 1
write(t, "5") = 1
write(t, "6") = 1
write(t, "7") = 1
write(t, "8") = 1
write(t, "9") = 1
write(t, "10") = 2
write(t, "11") = 2
write(s, "12") = -1 EAGAIN
T2: write(t, "12")
epoll_wait(ep, 8, 0) = 0 []
read(r, 8) = 1 "1"
T2: <... write resumed> = 2
epoll_wait(ep, 8, 0) = 0 []
read(r, 8) = 1 "2"
epoll_wait(ep, 8, 0) = 1 [{events=EPOLLOUT, data=s}]
write(s, "13") = 2
T2: write(t, "14")
T3: write(t, "15")
T4: epoll_wait(ep, 8, -1)
close(r) = 0
T2: <... write resumed> = ?
T3: <... write resumed> = ?
T4: <... epoll_wait resumed> = 1 [{events=EPOLLOUT, data=s}]
)");
  ASSERT_TRUE(session);
  EXPECT_EQ(test::problems(*session), "");
}

// A write that sleeps keeps to whom it was sent, and a signal ends it.
TEST(ManyToOne, AWriteThatSleepsGoesToWhomItWasSent) {
  if (!takes_eleven()) GTEST_SKIP() << "a queue takes another number of messages here";
  const auto session = test::run(R"(r = socket(AF_UNIX, SOCK_DGRAM)
q = socket(AF_UNIX, SOCK_DGRAM)
s = socket(AF_UNIX, SOCK_DGRAM)
bind(r)
bind(q)
connect(s, r)
fill(s) = 45056
T2: write(s, "sleeps")
connect(s, q) = 0
read(r, 1) = 1 "x"
T2: <... write resumed> = 6
fill(s) = ?
drain(q) = ?
connect(s, r) = 0
T2: write(s, "sleeps")
sigaction(SIGUSR1, handler, 0) = 0
kill(T2, SIGUSR1) = 0
T2: <... write resumed> = -1 EINTR
sigaction(SIGUSR1, handler, SA_RESTART) = 0
T2: write(s, "again")
kill(T2, SIGUSR1) = 0
drain(r) = ?
T2: <... write resumed> = 5
)");
  ASSERT_TRUE(session);
  EXPECT_EQ(test::problems(*session), "");
}

}  // namespace
}  // namespace epollscope
