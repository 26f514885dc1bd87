#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "core/observe/observe.h"

namespace epollscope {
namespace {

class PipeOfThisProcess : public testing::Test {
 protected:
  PipeOfThisProcess() { EXPECT_EQ(pipe2(ends_.data(), O_CLOEXEC), 0); }
  ~PipeOfThisProcess() override {
    for (const int fd : ends_) close(fd);
  }
  std::array<int, 2> ends_{};
};

using SameOpenFile = PipeOfThisProcess;
using ReadDescriptors = PipeOfThisProcess;

TEST_F(SameOpenFile, ADuplicateSharesItsFileTheOtherEndDoesNot) {
  const int copy = dup(ends_[0]);
  const auto same = same_open_file(getpid(), Fd{ends_[0]}, Fd{copy});
  ASSERT_TRUE(same) << same.error().what;
  EXPECT_TRUE(*same);
  EXPECT_FALSE(*same_open_file(getpid(), Fd{ends_[0]}, Fd{ends_[1]}));
  close(copy);
  const auto closed = same_open_file(getpid(), Fd{ends_[0]}, Fd{copy});
  ASSERT_FALSE(closed);
  EXPECT_NE(closed.error().remedy.find("not open"), std::string::npos);
}

TEST_F(ReadDescriptors, NumbersInOrderWithWhatTheyReferTo) {
  const auto list = read_descriptors(getpid());
  ASSERT_TRUE(list) << list.error().what;
  EXPECT_TRUE(std::is_sorted(list->begin(), list->end(),
                             [](const OpenFd& a, const OpenFd& b) { return a.fd < b.fd; }));
  int found = 0;
  for (const OpenFd& f : *list) {
    if (f.fd.value != ends_[0] && f.fd.value != ends_[1]) continue;
    ++found;
    EXPECT_TRUE(f.target.starts_with("pipe:[")) << f.target;
  }
  EXPECT_EQ(found, 2);
}

TEST_F(ReadDescriptors, AProcessThatIsNotThereIsAnError) {
  const auto list = read_descriptors(0x7ffffffe);
  ASSERT_FALSE(list);
  EXPECT_FALSE(list.error().remedy.empty());
}

}  // namespace
}  // namespace epollscope
