// What counts as asleep, shown on a thread of this process in the place of an actor.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <new>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include "core/lab/rest.h"
#include "core/observe/observe.h"

namespace epollscope::lab {
namespace {

class Detector : public testing::Test {
 protected:
  Detector() {
    const OwnedFd memory(memfd_create("detector", MFD_CLOEXEC));
    EXPECT_EQ(ftruncate(memory.get(), static_cast<off_t>(Area::bytes_for(2))), 0);
    area_ = *Area::map(memory.get(), 2);
    new (&area_.header()) Header{};
    for (std::size_t i = 0; i <= 2; ++i) new (&area_.slot(i)) Slot{};
    EXPECT_EQ(pipe2(pipe_, O_CLOEXEC), 0);
  }
  ~Detector() override {
    for (const int fd : pipe_) close(fd);
    area_.unmap();
  }

  // Runs `work` as the thread of a slot, in the given phase.
  std::jthread act(Phase phase, std::function<void()> work, std::size_t slot = 1) {
    Slot& s = area_.slot(slot);
    std::jthread thread([&s, work = std::move(work)] {
      s.tid = static_cast<std::uint32_t>(syscall(SYS_gettid));
      s.tid.notify_all();
      work();
    });
    s.tid.wait(0);
    s.phase = phase;
    return thread;
  }
  void read_a_byte() {
    char c = 0;
    static_cast<void>(!syscall(SYS_read, pipe_[0], &c, 1));
  }
  void let_go() { static_cast<void>(!write(pipe_[1], "x", 1)); }
  // Waits, by other means than the detector's, until the actor sleeps.
  void until_asleep() {
    const int tid = static_cast<int>(area_.slot(1).tid);
    while (read_task(getpid(), tid)->state != 'S') std::this_thread::yield();
  }

  Area area_;
  int pipe_[2] = {-1, -1};
};

TEST_F(Detector, ASleeperInItsCallIsAsleep) {
  RestDetector detector(area_, getpid());
  detector.forget(1);
  const auto thread = act(in_call, [&] { read_a_byte(); });
  until_asleep();
  while (!detector.all_asleep({1})) std::this_thread::yield();
  EXPECT_TRUE(detector.all_asleep({1})) << "and it is so the next time";
  let_go();
}

TEST_F(Detector, ASleeperOutsideItsCallIsNot) {
  for (const Phase phase : {idle, asked, returned}) {
    RestDetector detector(area_, getpid());
    detector.forget(1);
    area_.slot(1).tid = 0;
    const auto thread = act(phase, [&] { read_a_byte(); });
    until_asleep();
    for (int i = 0; i < 10; ++i) EXPECT_FALSE(detector.all_asleep({1})) << "phase " << phase;
    let_go();
  }
}

TEST_F(Detector, AThreadThatRunsIsNot) {
  RestDetector detector(area_, getpid());
  detector.forget(1);
  std::atomic<bool> stop = false;
  const auto thread = act(in_call, [&] {
    while (!stop) {
    }
  });
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(detector.all_asleep({1}));
  stop = true;
}

// What tells a thread that slept on from one that ran and sleeps again.
TEST_F(Detector, ALookAfterRunningDiffersFromTheOneBefore) {
  const auto thread = act(in_call, [&] {
    read_a_byte();
    area_.slot(1).phase = returned;
    read_a_byte();
  });
  TaskEyes eyes;
  ASSERT_EQ(eyes.open(getpid(), static_cast<pid_t>(area_.slot(1).tid)), 0);
  until_asleep();
  std::optional<TaskLook> before, after;
  while (!before) before = eyes.asleep();
  EXPECT_EQ(before, eyes.asleep());
  let_go();
  while (area_.slot(1).phase != returned) std::this_thread::yield();
  until_asleep();
  while (!after) after = eyes.asleep();
  EXPECT_NE(after, before);
  let_go();
}

TEST_F(Detector, AThreadThatIsNotThereYetIsNot) {
  RestDetector detector(area_, getpid());
  detector.forget(2);
  EXPECT_FALSE(detector.all_asleep({2}));
}

TEST_F(Detector, WhoSleptAndRanIsLookedAtAgain) {
  RestDetector detector(area_, getpid());
  detector.forget(1);
  std::atomic<bool> stop = false;
  const auto thread = act(in_call, [&] {
    read_a_byte();
    while (!stop) {
    }
  });
  until_asleep();
  while (!detector.all_asleep({1})) std::this_thread::yield();
  let_go();
  while (read_task(getpid(), static_cast<int>(area_.slot(1).tid))->state == 'S') {
    std::this_thread::yield();
  }
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(detector.all_asleep({1}));
  stop = true;
}

// A thread calls itself asleep a moment before it leaves its CPU, when it has switched no more
// often than in its last sleep. Such a look, and a thread woken between two others of the same
// pass, make rest come too early; one of 10,000 looks at the right time is of that kind.
TEST_F(Detector, TwoEqualLooksMeanThatItSleptInBetween) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  using Clock = std::chrono::steady_clock;
  constexpr int kTrialRounds = 2'000, kRounds = 60'000;
  std::atomic<int> got = 0;
  const auto thread = act(in_call, [&] {
    for (; got < kRounds; ++got) read_a_byte();
  });
  TaskEyes eyes;
  ASSERT_EQ(eyes.open(getpid(), static_cast<pid_t>(area_.slot(1).tid)), 0);
  std::vector<Clock::duration> latencies;
  int ran_unseen = 0;
  for (int round = 1; round <= kRounds; ++round) {
    std::optional<TaskLook> before;
    while (!before) before = eyes.asleep();
    const auto start = Clock::now();
    let_go();
    if (round > kTrialRounds) {
      // When the thread sleeps again, give or take: a moment between half the usual time and twice.
      const auto usual = latencies[kTrialRounds / 2];
      const auto look_at = start + usual / 2 + usual * 3 / 2 * (random() % 1000) / 1000;
      while (Clock::now() < look_at) {
      }
      const auto after = eyes.asleep();
      ran_unseen += after == before && got == round ? 1 : 0;
    }
    while (got < round) {  // without giving way, or the moment is hit three times less often
    }
    if (round <= kTrialRounds) latencies.push_back(Clock::now() - start);
    if (round == kTrialRounds) std::ranges::sort(latencies);
  }
  EXPECT_EQ(ran_unseen, 0);
}

// A look at one and then at the other finds both asleep now and then; yet whoever falls asleep has
// woken the other first, so at no instant they are.
TEST_F(Detector, TwoThatWakeEachOtherAreNeverAtRest) {
  RestDetector detector(area_, getpid());
  detector.forget(1);
  detector.forget(2);
  int back[2];
  ASSERT_EQ(pipe2(back, O_CLOEXEC), 0);
  std::atomic<bool> stop = false;
  const auto pass_on = [&stop](int from, int to) {
    char token = 0;
    while (!stop) {
      static_cast<void>(!syscall(SYS_read, from, &token, 1));
      static_cast<void>(!syscall(SYS_write, to, &token, 1));
    }
    static_cast<void>(!syscall(SYS_write, to, &token, 1));  // the other may still sleep
  };
  {
    const auto one = act(in_call, [&] { pass_on(pipe_[0], back[1]); }, 1);
    const auto two = act(in_call, [&] { pass_on(back[0], pipe_[1]); }, 2);
    let_go();
    int rests = 0;
    for (int i = 0; i < 30'000; ++i) rests += detector.all_asleep({1, 2}) ? 1 : 0;
    stop = true;
    EXPECT_EQ(rests, 0);
  }
  for (const int fd : back) close(fd);
}

}  // namespace
}  // namespace epollscope::lab
