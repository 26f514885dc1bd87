// The probe of the kernel's traits, on the kernel that runs the test.
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "core/observe/observe.h"

namespace epollscope {
namespace {

TEST(Probe, LeavesNoDescriptorBehind) {
  const auto before = read_descriptors(getpid());
  probe_traits();
  const auto after = read_descriptors(getpid());
  ASSERT_TRUE(before && after);
  EXPECT_EQ(before->size(), after->size());
}

TEST(Probe, SaysWhichArgumentEpollWaitLooksAtFirst) {
  epoll_event e{};
  ASSERT_EQ(epoll_wait(-1, &e, 0, 0), -1);
  EXPECT_EQ(probe_traits().wait_checks_fd_first, errno == EBADF);
}

TEST(Probe, FindsTheDefaultsOnTheKernelTheyAreTakenFrom) {
  utsname u{};
  ASSERT_EQ(uname(&u), 0);
  if (!std::string_view(u.release).starts_with("6.18.")) GTEST_SKIP() << "this is " << u.release;
  for (const TraitRow& row : kKernelTraits) {
    EXPECT_EQ(probe_traits().*row.value, KernelTraits{}.*row.value) << row.name;
  }
}

TEST(Traits, EachHasARowOfItsOwn) {
  KernelTraits none;
  for (const TraitRow& row : kKernelTraits) none.*row.value = false;
  EXPECT_EQ(sizeof(KernelTraits), kKernelTraits.size() * sizeof(bool));
  for (const TraitRow& row : kKernelTraits) {
    none.*row.value = true;
    EXPECT_FALSE(row.present.empty() || row.absent.empty() || row.since.empty()) << row.name;
  }
  EXPECT_EQ(none, KernelTraits{});
}

}  // namespace
}  // namespace epollscope
