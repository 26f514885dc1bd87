// The meter on the kernel at hand: its numbers have the order that the kernel's work has, and
// whatever ends it early is said.
#include "core/meter/meter.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

namespace epollscope {
namespace {

// Hears it until its process is gone.
const MeterReadings& all_of(Meter& meter) {
  while (meter.wait_fd() >= 0) {
    pollfd p{.fd = meter.wait_fd(), .events = POLLIN, .revents = 0};
    poll(&p, 1, -1);
    meter.hear();
  }
  return meter.readings();
}

std::ptrdiff_t open_descriptors() {
  const std::filesystem::directory_iterator list("/proc/self/fd");
  return std::distance(begin(list), end(list));
}

TEST(Meter, MeasuresEachCallOnEachCount) {
  const auto before = open_descriptors();
  Meter meter;
  EXPECT_FALSE(meter.running());
  EXPECT_EQ(meter.wait_fd(), -1);
  meter.start(100);
  EXPECT_TRUE(meter.running());
  const MeterReadings& readings = all_of(meter);
  EXPECT_EQ(readings.trouble, "");
  EXPECT_EQ(readings.points.size(), 9U);
  for (const MeteredCall call : kMeteredCalls) {
    for (const int n : {10, 30, 100}) {
      const double ns = readings.ns_of(call, n).value_or(0);
      EXPECT_GT(ns, 10) << name_of(call) << " of " << n;  // no system call is shorter
      EXPECT_LT(ns, 1e9) << name_of(call) << " of " << n;
    }
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST(Meter, PollGrowsWithWhatIsWatchedAndEpollWaitDoesNot) {
  Meter meter;
  meter.start(3000);
  const MeterReadings& readings = all_of(meter);
  ASSERT_EQ(readings.trouble, "");
  const auto growth = [&](MeteredCall call) {
    return readings.ns_of(call, 1000).value_or(0) / readings.ns_of(call, 10).value_or(1);
  };
  EXPECT_GT(growth(MeteredCall::poll), 3 * growth(MeteredCall::epoll_wait));
  EXPECT_GT(growth(MeteredCall::select), 3 * growth(MeteredCall::epoll_wait));
  // A set of select() holds the numbers below FD_SETSIZE.
  EXPECT_FALSE(readings.ns_of(MeteredCall::select, 3000));
  EXPECT_TRUE(readings.ns_of(MeteredCall::poll, 3000));
}

TEST(Meter, MeasuresAnew) {
  Meter meter;
  meter.start(10);
  all_of(meter);
  meter.start(30);
  EXPECT_TRUE(meter.readings().points.empty());
  EXPECT_EQ(all_of(meter).points.size(), 6U);
}

TEST(Meter, AKilledMeterIsSaid) {
  Meter meter;
  meter.start();
  ASSERT_GT(meter.pid(), 1);
  ASSERT_EQ(kill(meter.pid(), SIGKILL), 0);
  const MeterReadings& readings = all_of(meter);
  EXPECT_TRUE(readings.done);
  EXPECT_EQ(readings.trouble, "the meter was killed by signal 9 (SIGKILL)");
}

TEST(Meter, StoppedItLeavesNobodyBehind) {
  Meter meter;
  meter.start();
  const pid_t pid = meter.pid();
  meter.stop();
  EXPECT_FALSE(meter.running());
  EXPECT_EQ(meter.wait_fd(), -1);
  EXPECT_EQ(waitpid(pid, nullptr, WNOHANG), -1);
  EXPECT_EQ(kill(pid, 0), -1);
}

// Whether this holds of what a meter says where so many descriptors are allowed. In a process of
// its own: nobody raises a hard limit again.
bool holds_within(rlim_t hard_limit, bool (*holds)(const MeterReadings&)) {
  const pid_t pid = fork();
  if (pid == 0) {
    close_range(3, ~0U, 0);  // whatever this process was given to hold
    const rlimit low{.rlim_cur = hard_limit, .rlim_max = hard_limit};
    if (setrlimit(RLIMIT_NOFILE, &low) != 0) _exit(2);
    Meter meter;
    meter.start(100);
    _exit(holds(all_of(meter)) ? 0 : 1);
  }
  int status = -1;
  EXPECT_EQ(waitpid(pid, &status, 0), pid);
  return status == 0;
}

TEST(Meter, GoesAsFarAsTheHardLimit) {
  EXPECT_TRUE(holds_within(64, [](const MeterReadings& r) {
    return r.trouble.empty() && r.descriptor_limit == 64 && r.points.size() == 6 &&
           r.points.back().descriptors == 30;
  }));
}

TEST(Meter, SaysThatThereAreTooFewDescriptorsForAnything) {
  EXPECT_TRUE(holds_within(12, [](const MeterReadings& r) {
    return r.points.empty() && r.trouble.find("12 descriptors") != std::string::npos;
  }));
}

TEST(Meter, SaysThatItCannotBegin) {
  EXPECT_TRUE(holds_within(4, [](const MeterReadings& r) {
    return r.done && r.points.empty() && r.trouble.find("no pipe") != std::string::npos;
  }));
}

}  // namespace
}  // namespace epollscope
