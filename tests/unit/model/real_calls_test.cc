// How long the tests' real calls wait for the kernel, and for what.
#include "tests/unit/model/real_calls.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <sys/socket.h>

#include <cerrno>

#include "core/call/flags.h"

namespace epollscope::test {
namespace {

constexpr int kImpatient = 50;

class RealSockets : public testing::Test {
 protected:
  explicit RealSockets(int patience = RealCalls::kPatience) : real_(patience) {
    const Fd listener = made(Socket{AF_INET, SOCK_STREAM});
    EXPECT_EQ(run(Listen{listener, 8}).returned, 0);
    client_ = made(Socket{AF_INET, SOCK_STREAM});
    EXPECT_EQ(run(Connect{client_, listener}).returned, 0);
    server_ = made(Accept4{listener, SOCK_NONBLOCK});
  }

  Outcome run(const Operation& op, const std::string& bytes = {}) {
    return real_.call({op, bytes});
  }
  Fd made(const Operation& op) { return run(op).created.at(0); }
  void fill() {
    Outcome sent;
    while (!sent.failed()) sent = run(SendAmount{client_, 1 << 20, MSG_DONTWAIT});
    EXPECT_EQ(sent.error, EAGAIN);
  }

  RealCalls real_;
  Fd client_, server_;
};

class ImpatientSockets : public RealSockets {
 protected:
  ImpatientSockets() : RealSockets(kImpatient) {}

  // The server's kernel drops what comes: nobody acknowledges it any more. False: it lets this user
  // attach no filter.
  bool drop_all() {
    sock_filter nothing[] = {{BPF_RET | BPF_K, 0, 0, 0}};
    const sock_fprog program{.len = 1, .filter = nothing};
    return setsockopt(real_.real(server_), SOL_SOCKET, SO_ATTACH_FILTER, &program,
                      sizeof program) == 0;
  }
};

TEST_F(RealSockets, AClosedWindowIsNotWaitedFor) {
  fill();
  EXPECT_EQ(run(Shutdown{client_, SHUT_WR}).returned, 0) << "the FIN cannot leave";
  EXPECT_EQ(run(Shutdown{server_, SHUT_WR}).returned, 0);
}

TEST_F(RealSockets, TheAcknowledgementThatHoldsBackASegmentIs) {
  for (const char* text : {"a", "b", "c"}) EXPECT_EQ(run(WriteBytes{client_}, text).returned, 1);
  EXPECT_EQ(real_.readable(server_), 3);
}

TEST_F(ImpatientSockets, WhatIsNeverAcknowledgedFailsATest) {
  if (!drop_all()) GTEST_SKIP() << "this user may attach no filter to a socket";
  EXPECT_EQ(run(WriteBytes{client_}, "a").returned, 1);
  EXPECT_NONFATAL_FAILURE(run(WriteBytes{client_}, "b"),
                          "in ESTABLISHED: 1 segments are not acknowledged, 1 bytes not sent");
}

TEST_F(ImpatientSockets, NorIsItWaitedForTwice) {
  if (!drop_all()) GTEST_SKIP() << "this user may attach no filter to a socket";
  EXPECT_NONFATAL_FAILURE(run(Shutdown{client_, SHUT_WR}), "in FIN_WAIT1: 1 segments");
  EXPECT_NONFATAL_FAILURE(real_.await_quiet(), "in FIN_WAIT1");
}

}  // namespace
}  // namespace epollscope::test
