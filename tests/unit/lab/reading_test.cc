#include "core/lab/reading.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>

namespace epollscope::lab {
namespace {

std::atomic<int> handled, made_again;

void look(int /*signal*/, siginfo_t* /*info*/, void* context) {
  made_again = is_made_again(context) ? 1 : 0;
  ++handled;
}

class AHandler : public testing::Test {
 protected:
  void SetUp() override {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << "ThreadSanitizer puts handlers off until a call of the C library";
#endif
    handled = 0;
    made_again = -1;
    struct sigaction action{};
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    action.sa_sigaction = look;
    ASSERT_EQ(sigaction(SIGUSR1, &action, &before_), 0);
  }
  void TearDown() override { sigaction(SIGUSR1, &before_, nullptr); }

 private:
  struct sigaction before_{};
};

TEST_F(AHandler, KnowsThatACallIsMadeAgain) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  std::atomic<pid_t> reader = 0;
  long got = -1;
  std::thread thread([&] {
    char byte = 0;
    reader = static_cast<pid_t>(syscall(SYS_gettid));
    got = syscall(SYS_read, ends[0], &byte, 1);
  });
  while (reader == 0) std::this_thread::yield();
  // In front of its call or behind it would say no: until it says yes.
  constexpr int kMostTries = 1'000'000;
  for (int i = 0; made_again != 1 && i < kMostTries; ++i) {
    syscall(SYS_tgkill, getpid(), reader.load(), SIGUSR1);
    std::this_thread::yield();
  }
  EXPECT_EQ(made_again, 1);
  EXPECT_EQ(write(ends[1], "x", 1), 1);
  thread.join();
  EXPECT_EQ(got, 1);
  close(ends[0]);
  close(ends[1]);
}

TEST_F(AHandler, KnowsThatACallIsOver) {
  syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGUSR1);  // comes before tgkill returns
  EXPECT_EQ(handled, 1);
  EXPECT_EQ(made_again, 0);
}

}  // namespace
}  // namespace epollscope::lab
