#include "app/platform/waker.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <semaphore>

namespace epollscope::platform {
namespace {

class WakerTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(::pipe(ends_.data()), 0); }
  void TearDown() override {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  void write_byte() { ASSERT_EQ(::write(ends_[1], "x", 1), 1); }

  std::array<int, 2> ends_{};
  std::atomic<int> count_ = 0;
  std::counting_semaphore<64> woken_{0};
  Waker waker_{[this] {
    ++count_;
    woken_.release();
  }};
};

TEST_F(WakerTest, WakesWhenTheDescriptorBecomesReadable) {
  waker_.arm({ends_[0]});
  write_byte();
  woken_.acquire();
  EXPECT_EQ(count_, 1);
}

TEST_F(WakerTest, WakesForADescriptorThatWasReadableBefore) {
  write_byte();
  waker_.arm({ends_[0]});
  woken_.acquire();
  EXPECT_EQ(count_, 1);
}

TEST_F(WakerTest, WakesOncePerArming) {
  write_byte();
  for (int round = 1; round <= 20; ++round) {
    waker_.arm({ends_[0]});  // the byte is still there
    woken_.acquire();
    EXPECT_EQ(count_, round);
  }
}

TEST_F(WakerTest, NobodyIsWokenAfterDisarming) {
  waker_.arm({ends_[0]});
  waker_.disarm();
  write_byte();
  std::array<int, 2> other{};
  ASSERT_EQ(::pipe(other.data()), 0);
  ASSERT_EQ(::write(other[1], "x", 1), 1);
  waker_.arm({other[0]});  // its wakeup comes after any that the first could have caused
  woken_.acquire();
  EXPECT_EQ(count_, 1);
  ::close(other[0]);
  ::close(other[1]);
}

TEST_F(WakerTest, WakesForAnyOfSeveral) {
  std::array<int, 2> other{};
  ASSERT_EQ(::pipe(other.data()), 0);
  waker_.arm({-1, other[0], ends_[0]});
  write_byte();
  woken_.acquire();
  EXPECT_EQ(count_, 1);
  ::close(other[0]);
  ::close(other[1]);
}

TEST_F(WakerTest, EndsWhileArmed) { waker_.arm({ends_[0]}); }

}  // namespace
}  // namespace epollscope::platform
