// Sizes a scenario may write although no buffer has them.
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <climits>

#include "tests/unit/lab/driver.h"

namespace epollscope {
namespace {

constexpr int kMostEvents = INT_MAX / static_cast<int>(sizeof(epoll_event));  // EP_MAX_EVENTS

TEST(LabSizes, MaxeventsReachesTheKernelAsItIs) {
  Driver d;
  const Fd ep = d.epoll();
  const auto [r, w] = d.pipe();
  d.add(ep, r, EPOLLIN);
  d.call(WriteBytes{w}, "x");
  for (const int max : {1, 174762, 174763, 1'000'000, kMostEvents}) {
    const Outcome o = d.call(EpollWait{ep, max, 0});
    EXPECT_EQ(o.returned, 1) << max;
    ASSERT_EQ(o.events.size(), 1U) << max;
    EXPECT_EQ(o.events[0].data, static_cast<std::uint64_t>(r.value)) << max;
  }
  EXPECT_EQ(d.call(EpollWait{ep, kMostEvents + 1, 0}).error, EINVAL);
  EXPECT_EQ(d.call(EpollWait{ep, INT_MAX, 0}).error, EINVAL);
  EXPECT_EQ(d.call(EpollWait{ep, -1, 0}).error, EINVAL);
}

TEST(LabSizes, ReadsAskForWhatTheyWereTold) {
  Driver d;
  const auto [r, w] = d.pipe();
  for (const std::uint64_t n : {std::uint64_t{1} << 20, std::uint64_t{1} << 31}) {
    EXPECT_EQ(d.call(WriteBytes{w}, "hello").returned, 5);
    const Outcome o = d.call(Read{r, n});
    EXPECT_EQ(o.returned, 5) << n;
    EXPECT_EQ(o.bytes, "hello") << n;
  }
  EXPECT_EQ(d.call(WriteBytes{w}, "").returned, 0);
  EXPECT_EQ(d.call(WriteBytes{w}, "hello").returned, 5);
  for (const std::uint64_t n : {std::uint64_t{1} << 46, std::uint64_t{1} << 63}) {
    EXPECT_EQ(d.call(Read{r, n}).error, EFAULT) << n;
    EXPECT_EQ(d.call(WriteAmount{w, n}).error, EFAULT) << n;
  }
  EXPECT_EQ(d.call(Read{r, 0}).returned, 0);
}

TEST(LabSizes, WritesOfAnySizeHoldFillerOnly) {
  Driver d;
  const Outcome pair = d.call(SocketPair{AF_UNIX, SOCK_STREAM});
  const Fd a = pair.created.at(0), b = pair.created.at(1);
  constexpr std::uint64_t kBytes = 3'000'000;  // more than one stretch of filler
  EXPECT_EQ(d.run(thread(2), WriteAmount{a, kBytes}).blocked.size(), 1U);
  std::uint64_t got = 0;
  while (got < kBytes) {
    const Seen s = d.run(thread(1), Read{b, 1 << 20});
    for (const auto& [actor, o] : s.returns) {
      if (actor != thread(1)) continue;
      ASSERT_GT(o.returned, 0);
      EXPECT_EQ(o.bytes, std::string(static_cast<std::size_t>(o.returned), kFillerByte));
      got += static_cast<std::uint64_t>(o.returned);
    }
  }
  EXPECT_EQ(got, kBytes);
}

TEST(LabSizes, TwoGigabytesAreWrittenInPart) {
  Driver d;
  const auto [r, w] = d.pipe(04000);  // O_NONBLOCK
  EXPECT_EQ(d.call(WriteAmount{w, INT_MAX}).returned, 65536);
  EXPECT_EQ(d.call(Read{r, 65536}).bytes, std::string(65536, kFillerByte));
}

TEST(LabSizes, AStringTooLongForTheTransportIsRefused) {
  Driver d;
  const auto [r, w] = d.pipe();
  const Outcome o = d.call(WriteBytes{w}, std::string((2 << 20) + 1, 'a'));
  EXPECT_EQ(o.returned, -1);
  EXPECT_EQ(o.error, EMSGSIZE);
  EXPECT_EQ(d.lab().levels({r})->at(0).readable_bytes, 0) << "nothing was written";
}

TEST(LabSizes, ThousandsOfDescriptors) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t wanted = 10'000;
  if (limit.rlim_max < 2 * wanted) GTEST_SKIP() << "the hard limit is " << limit.rlim_max;
  Driver d;
  const Fd ep = d.epoll();
  for (rlim_t i = 0; i < wanted; ++i) {
    const Fd e = d.call(EventFd{1, 0}).created.at(0);
    d.add(ep, e, EPOLLIN);
  }
  const Outcome o = d.call(EpollWait{ep, INT_MAX / 12, 0});
  EXPECT_EQ(o.returned, static_cast<std::int64_t>(wanted));
  EXPECT_EQ(o.events.size(), wanted);
}

}  // namespace
}  // namespace epollscope
