#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "core/observe/observe.h"

namespace epollscope {
namespace {

TEST(ReadTask, WhoeverReadsItselfRuns) {
  const auto look = read_task(getpid(), static_cast<int>(syscall(SYS_gettid)));
  ASSERT_TRUE(look) << look.error().what;
  EXPECT_EQ(look->state, 'R');
}

// Ends a child whatever a test finds: one that is left holds the output of its parent open.
struct Child {
  pid_t pid;
  ~Child() {
    if (pid > 0 && kill(pid, SIGKILL) == 0) waitpid(pid, nullptr, 0);
  }
};

TEST(ReadTask, AStoppedProcessKeepsItsCount) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    for (;;) pause();
  }
  Child guard{child};
  ASSERT_EQ(kill(child, SIGSTOP), 0);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, WUNTRACED), child);
  const auto first = read_task(child, child);
  const auto second = read_task(child, child);
  ASSERT_TRUE(first) << first.error().what;
  ASSERT_TRUE(second);
  EXPECT_EQ(first->state, 'T');
  EXPECT_EQ(first->voluntary_switches, second->voluntary_switches);
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  guard.pid = -1;
  const auto gone = read_task(child, child);
  ASSERT_FALSE(gone);
  EXPECT_FALSE(gone.error().remedy.empty());
}

// Every blocking read of a pipe is one voluntary switch more.
TEST(ReadTask, SleepingCounts) {
  int ask[2], answer[2];
  ASSERT_EQ(pipe2(ask, O_CLOEXEC), 0);
  ASSERT_EQ(pipe2(answer, O_CLOEXEC), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    close(ask[1]);
    char c = 0;
    while (read(ask[0], &c, 1) == 1) static_cast<void>(!write(answer[1], &c, 1));
    _exit(0);
  }
  const Child guard{child};
  const auto asleep = [&] {
    for (;;) {  // until the child sleeps in its read, however long that takes
      const auto look = read_task(child, child);
      if (!look || look->state == 'S') return look;
    }
  };
  const auto before = asleep();
  ASSERT_TRUE(before) << before.error().what;
  char c = 'x';
  ASSERT_EQ(write(ask[1], &c, 1), 1);
  ASSERT_EQ(read(answer[0], &c, 1), 1);
  const auto after = asleep();
  ASSERT_TRUE(after);
  EXPECT_GE(after->voluntary_switches, before->voluntary_switches);
  for (const int fd : {ask[0], ask[1], answer[0], answer[1]}) close(fd);
}

}  // namespace
}  // namespace epollscope
