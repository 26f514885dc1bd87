// A datagram socket that many send to, on the kernel and in the model at once.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/unit/session/run.h"

namespace epollscope {
namespace {

TEST(ManyToOne, AReadTellsWhoSleepsInAWriteAndWhoIsWatchedForOut) {
  int most = 0;
  std::ifstream("/proc/sys/net/unix/max_dgram_qlen") >> most;
  if (most != 10) GTEST_SKIP() << "a queue takes " << most << " messages and one more here";
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
T2|T3: <... write resumed> = -1 ECONNREFUSED
T2|T3: <... write resumed> = -1 ECONNRESET
T4: <... epoll_wait resumed> = 1 [{events=EPOLLOUT, data=s}]
)");
  ASSERT_TRUE(session);
  EXPECT_EQ(test::problems(*session), "");
}

}  // namespace
}  // namespace epollscope
