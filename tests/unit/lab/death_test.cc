// A lab that dies is reported; it never hangs its parent, and never outlives it.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "tests/unit/lab/driver.h"

namespace epollscope {
namespace {

using ::testing::HasSubstr;

TEST(LabDeath, KilledFromOutsideWhileACallIsBlocked) {
  Driver d;
  const Fd ep = d.epoll();
  EXPECT_EQ(d.run(thread(1), EpollWait{ep, 1, -1}).blocked.size(), 1U);
  ASSERT_EQ(kill(d.lab().pid(), SIGKILL), 0);
  const Notification n = d.next();
  EXPECT_EQ(n.kind, Notification::Kind::died);
  EXPECT_EQ(n.text, "the lab was killed by signal 9 (SIGKILL)");
}

TEST(LabDeath, ADeadLabAnswersEveryRequestWithItsDeath) {
  Driver d;
  ASSERT_EQ(kill(d.lab().pid(), SIGABRT), 0);
  const Seen seen = d.run(thread(1), EpollCreate1{0});
  // The call may have won the race; then the death comes next.
  const std::string text = seen.death ? *seen.death : d.next().text;
  EXPECT_THAT(text, HasSubstr("signal 6 (SIGABRT)"));
  EXPECT_TRUE(d.run(thread(1), EpollCreate1{0}).death);
  EXPECT_TRUE(d.run(thread(2), EpollCreate1{0}).death);
  const auto levels = d.lab().levels({Fd{3}});
  ASSERT_FALSE(levels);
  EXPECT_THAT(levels.error().what, HasSubstr("SIGABRT"));
}

TEST(LabDeath, AStoppedLabDoesNotHangItsParent) {
  Driver d;
  ASSERT_EQ(kill(d.lab().pid(), SIGSTOP), 0);
  siginfo_t stopped{};  // kill() returns before the last thread has stopped
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(d.lab().pid()), &stopped, WSTOPPED | WNOWAIT), 0);
  d.submit(thread(1), EpollCreate1{0});
  EXPECT_FALSE(d.lab().take());
  ASSERT_EQ(kill(d.lab().pid(), SIGCONT), 0);
  EXPECT_EQ(d.settle().only().returned, 3);
}

TEST(LabDeath, TheDestructorReapsIt) {
  int pid = 0;
  {
    Driver d;
    pid = d.lab().pid();
    d.run(thread(1), Sleep{3'600'000'000'000});
  }
  EXPECT_EQ(waitpid(pid, nullptr, WNOHANG), -1);
  EXPECT_EQ(kill(pid, 0), -1);
}

// A parent in between starts a lab and is killed; its lab must go as well.
TEST(LabDeath, ALabDiesWithItsParent) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);  // orphans come to us, so that their end can be awaited
  int say[2];
  ASSERT_EQ(pipe2(say, O_CLOEXEC), 0);
  const pid_t parent = fork();
  ASSERT_GE(parent, 0);
  if (parent == 0) {
    auto lab = start_lab();
    const int pid = lab ? (*lab)->pid() : -1;
    if (lab) (*lab)->submit(thread(1), Request{Sleep{3'600'000'000'000}, {}});
    static_cast<void>(!write(say[1], &pid, sizeof pid));
    pause();
    _exit(0);
  }
  int lab_pid = -1;
  ASSERT_EQ(read(say[0], &lab_pid, sizeof lab_pid), static_cast<ssize_t>(sizeof lab_pid));
  ASSERT_GT(lab_pid, 0);
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, lab_pid, 0));
  ASSERT_GE(pidfd, 0);
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  pollfd p{.fd = pidfd, .events = POLLIN, .revents = 0};
  EXPECT_EQ(poll(&p, 1, 60'000), 1) << "the lab lives on";
  int status = 0;
  EXPECT_EQ(waitpid(lab_pid, &status, 0), lab_pid);
  close(pidfd);
  close(say[0]);
  close(say[1]);
  prctl(PR_SET_CHILD_SUBREAPER, 0);
}

TEST(LabDeath, ManyLabsInARowLeakNothing) {
  const auto count = [] {
    const std::filesystem::directory_iterator list("/proc/self/fd");
    return std::distance(begin(list), end(list));
  };
  {
    Driver warm_up;
  }
  const auto before = count();
  for (int i = 0; i < 5; ++i) Driver d;
  EXPECT_EQ(count(), before);
}

}  // namespace
}  // namespace epollscope
