// Pseudoterminals: what the kernel's work queue carries has arrived once the lab is at rest.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include <cerrno>
#include <filesystem>

#include "tests/unit/lab/driver.h"

namespace epollscope {
namespace {

struct Terminal : Driver {
  Fd m, s;
  Terminal() {
    const Outcome made = call(Openpty{});
    if (made.created.size() != 2) return;
    m = made.created[0];
    s = made.created[1];
    for (const Fd fd : {m, s}) call(Fcntl{fd, F_SETFL, O_NONBLOCK});
  }
};

class LabTerminals : public testing::Test {
 protected:
  void SetUp() override {
    if (!lab_offers_terminals()) GTEST_SKIP() << "this machine has no /dev/ptmx, or no Landlock";
  }
};

TEST_F(LabTerminals, TakeTheLowestNumbers) {
  Terminal d;
  EXPECT_EQ(d.m, Fd{3});
  EXPECT_EQ(d.s, Fd{4});
  EXPECT_EQ(d.call(Fcntl{d.s, F_GETFL, 0}).returned, O_RDWR | O_NONBLOCK);
  const std::string fds = "/proc/" + std::to_string(d.lab().pid()) + "/fd/";
  EXPECT_EQ(std::filesystem::read_symlink(fds + "4").string().find("/dev/pts/"), 0U);
}

TEST_F(LabTerminals, RestOnceAllHasArrived) {
  Terminal d;
  const Fd ep = d.epoll();
  for (const Fd fd : {d.m, d.s}) d.add(ep, fd, EPOLLIN | EPOLLET);
  for (int i = 0; i < 500; ++i) {
    EXPECT_EQ(d.call(WriteBytes{d.m}, "x\n").returned, 2);
    EXPECT_EQ(d.call(EpollWait{ep, 8, 0}).returned, 2) << "the line, and its echo";
    EXPECT_EQ(d.call(EpollWait{ep, 8, 0}).returned, 0) << "and nothing comes later";
    EXPECT_EQ(d.call(Read{d.s, 8}).bytes, "x\n");
    EXPECT_EQ(d.call(Read{d.m, 8}).bytes, "x\r\n");
  }
}

TEST_F(LabTerminals, LevelsAreThoseOfTheLineDiscipline) {
  Terminal d;
  d.call(WriteBytes{d.m}, "line\npart");
  const auto levels = d.lab().levels({d.m, d.s});
  ASSERT_TRUE(levels);
  EXPECT_EQ(levels->at(0).readable_bytes, 10);
  EXPECT_EQ(levels->at(1).readable_bytes, 5);
  EXPECT_EQ(levels->at(1).revents, std::uint32_t{EPOLLIN | EPOLLOUT});
}

TEST_F(LabTerminals, ADuplicateIsCountedAsTheSameTerminal) {
  Terminal d;
  const Fd copy = d.call(Dup{d.m}).created.at(0);
  d.call(Close{d.m});
  for (int i = 0; i < 100; ++i) {
    d.call(WriteBytes{d.s}, "ab\n");
    EXPECT_EQ(d.call(Read{copy, 8}).bytes, "ab\r\n");
  }
}

TEST_F(LabTerminals, AreLimitedByDescriptors) {
  Driver d;
  d.call(Setrlimit{RLIMIT_NOFILE, 4});
  EXPECT_EQ(d.call(Openpty{}).error, EMFILE);
  EXPECT_EQ(d.call(EventFd{0, 0}).created.at(0), Fd{3}) << "nothing is left of it";
}

}  // namespace
}  // namespace epollscope
