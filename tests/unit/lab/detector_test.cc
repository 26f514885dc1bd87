// What counts as asleep, shown on a thread of this process in the place of an actor.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <new>
#include <thread>

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

  // Runs `work` as the thread of slot 1, in the given phase.
  std::jthread act(Phase phase, std::function<void()> work) {
    std::jthread thread([this, work = std::move(work)] {
      area_.slot(1).tid = static_cast<std::uint32_t>(syscall(SYS_gettid));
      area_.slot(1).tid.notify_all();
      work();
    });
    area_.slot(1).tid.wait(0);
    area_.slot(1).phase = phase;
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

}  // namespace
}  // namespace epollscope::lab
