// "At rest" is said when nothing moves any more, and never earlier.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <stop_token>
#include <thread>

#include "core/base/owned_fd.h"
#include "tests/unit/lab/driver.h"

namespace epollscope {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(LabRest, ABlockedCallIsSaidToBeBlocked) {
  Driver d;
  const Fd ep = d.epoll();
  const auto [r, w] = d.pipe();
  d.add(ep, r, EPOLLIN);
  const Seen asleep = d.run(thread(2), EpollWait{ep, 8, -1});
  EXPECT_THAT(asleep.returns, IsEmpty());
  EXPECT_THAT(asleep.blocked, ElementsAre(thread(2)));
  const Seen woken = d.run(thread(1), WriteBytes{w}, "x");
  EXPECT_TRUE(woken.returned(thread(1)));
  EXPECT_TRUE(woken.returned(thread(2)));
  EXPECT_THAT(woken.blocked, IsEmpty());
}

TEST(LabRest, OneRestForEachCall) {
  Driver d;
  d.submit(thread(1), EpollCreate1{0});
  EXPECT_EQ(d.next().kind, Notification::Kind::returned);
  EXPECT_EQ(d.next().kind, Notification::Kind::at_rest);
  EXPECT_FALSE(d.lab().take());
  d.submit(thread(1), Sleep{2'000'000});
  Notification n = d.next();
  if (n.kind == Notification::Kind::at_rest) {  // it was seen asleep, as it should be
    EXPECT_THAT(n.blocked, ElementsAre(thread(1)));
    n = d.next();
  }
  EXPECT_EQ(n.kind, Notification::Kind::returned);
  EXPECT_EQ(d.next().kind, Notification::Kind::at_rest);
  EXPECT_FALSE(d.lab().take());
}

// Datagrams to itself, as fast as it can, until it is destroyed.
class Traffic {
 public:
  Traffic() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const name = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(socket_.get(), name, size), 0);
    EXPECT_EQ(getsockname(socket_.get(), name, &size), 0);
    EXPECT_EQ(connect(socket_.get(), name, size), 0);
    sender_ = std::jthread([this](const std::stop_token& stop) {
      while (!stop.stop_requested()) send(socket_.get(), "x", 1, MSG_DONTWAIT);
    });
  }

 private:
  OwnedFd socket_{socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  std::jthread sender_;  // ends before its socket
};

TEST(LabRest, ComesBesidePacketsOfOtherPrograms) {
  Driver d;
  d.call(Socket{AF_INET, SOCK_STREAM});  // from here on packets are waited for
  const Traffic traffic;
  for (int i = 0; i < 2'000; ++i) {
    const Seen seen = d.run(thread(1), EventFd{0, EFD_NONBLOCK});
    ASSERT_FALSE(seen.death) << *seen.death << ", round " << i;
    d.run(thread(1), Close{seen.only().created.at(0)});
  }
}

TEST(LabRest, ATimeoutComesByItself) {
  Driver d;
  const Fd ep = d.epoll();
  Seen s = d.run(thread(3), EpollWait{ep, 8, 50});
  EXPECT_THAT(s.blocked, ElementsAre(thread(3)));
  s = d.settle();
  EXPECT_EQ(s.only(thread(3)).returned, 0);
  EXPECT_GE(s.returns[0].second.elapsed_ns, 50'000'000);
  EXPECT_THAT(s.blocked, IsEmpty());
}

// Of two that a timer wakes one finds something, and the other sleeps again.
TEST(LabRest, WhoWasWokenSinceIsNotStillAsleep) {
  Driver d;
  const Fd timer = d.call(TimerfdCreate{CLOCK_MONOTONIC, 0}).created.at(0);
  const Fd ep = d.epoll();
  for (const int t : {2, 3}) d.run(thread(t), Read{timer, 8});
  d.run(thread(4), EpollWait{ep, 8, -1});
  d.call(TimerfdSettime{timer, 500'000'000, 0});
  Lab& lab = d.lab();
  const auto sleepers = [&] {
    return std::vector{lab.still_sleeps(thread(1)), lab.still_sleeps(thread(2)),
                       lab.still_sleeps(thread(3)), lab.still_sleeps(thread(4))};
  };
  EXPECT_THAT(sleepers(), ElementsAre(false, true, true, true));
  constexpr int kMostLooks = 20'000;  // a millisecond apart, and more
  for (int i = 0; (lab.still_sleeps(thread(2)) || lab.still_sleeps(thread(3))) && i < kMostLooks;
       ++i)
    usleep(1000);
  EXPECT_THAT(sleepers(), ElementsAre(false, false, false, true));
  const Seen s = d.settle();
  ASSERT_EQ(s.returns.size(), 1U);
  const bool second = s.returned(thread(2));
  EXPECT_THAT(sleepers(), ElementsAre(false, !second, second, true));
}

TEST(LabRest, ReadersAndWritersBlockToo) {
  Driver d;
  const auto [r, w] = d.pipe();
  EXPECT_THAT(d.run(thread(2), Read{r, 10}).blocked, ElementsAre(thread(2)));
  const Seen s = d.run(thread(1), WriteBytes{w}, "abc");
  EXPECT_EQ(s.returns.size(), 2U);
  d.call(Fill{w});
  EXPECT_THAT(d.run(thread(3), WriteBytes{w}, "z").blocked, ElementsAre(thread(3)));
  const Seen drained = d.run(thread(1), Drain{r});
  EXPECT_TRUE(drained.returned(thread(3)));
}

// A thread that is woken, finds nothing and sleeps again never returns: rest must come all the
// same.
TEST(LabRest, AThreadWokenInVainSleepsOn) {
  Driver d;
  const Fd ep = d.epoll();
  const Fd e = d.call(EventFd{0, 0}).created.at(0);
  d.add(ep, e, EPOLLIN | EPOLLET);
  EXPECT_THAT(d.run(thread(2), EpollWait{ep, 1, -1}).blocked, ElementsAre(thread(2)));
  for (int i = 0; i < 100; ++i) {
    const Seen s = d.run(thread(1), WriteAmount{e, 0});
    EXPECT_EQ(s.only().returned, 8);
    EXPECT_THAT(s.blocked, ElementsAre(thread(2)));
  }
}

// One write, level-triggered, nobody reads: each waiter wakes the next. All must have returned
// when rest is said, in every round; one pass over the thread states fails here.
TEST(LabRest, AChainOfWaitersIsAwaitedToItsEnd) {
  constexpr int kWaiters = 4;
  constexpr int kRounds = 300;
  Driver d;
  const Fd ep = d.epoll();
  const auto [r, w] = d.pipe();
  d.add(ep, r, EPOLLIN);
  for (int round = 0; round < kRounds; ++round) {
    for (int t = 2; t < 2 + kWaiters; ++t) {
      ASSERT_EQ(d.run(thread(t), EpollWait{ep, 8, -1}).blocked.size(),
                static_cast<std::size_t>(t - 1));
    }
    const Seen s = d.run(thread(1), WriteBytes{w}, "x");
    ASSERT_EQ(s.returns.size(), 1U + kWaiters) << "round " << round;
    ASSERT_THAT(s.blocked, IsEmpty()) << "round " << round;
    for (const auto& [actor, o] : s.returns) ASSERT_EQ(o.returned, 1);
    ASSERT_EQ(d.call(Drain{r}).returned, 1);
  }
}

// T3 is inside one long write() all the time: woken by a read, it fills the pipe, which wakes T2,
// and sleeps again without having returned. Whoever looks at T2 first and at T3 last, once, sees
// two sleepers although T2 is about to return.
TEST(LabRest, AWakerThatNeverReturnsIsSeenThrough) {
  constexpr int kRounds = 300;
  constexpr std::uint64_t kPipe = 65536;
  Driver d;
  const Fd ep = d.epoll();
  const auto [r, w] = d.pipe();
  d.add(ep, r, EPOLLIN | EPOLLET);
  d.run(thread(2), EpollWait{ep, 8, -1});
  d.run(thread(3), WriteAmount{w, kPipe * (kRounds + 2)});
  for (int round = 0; round < kRounds; ++round) {
    ASSERT_EQ(d.run(thread(2), EpollWait{ep, 8, -1}).blocked.size(), 2U) << "round " << round;
    const Seen s = d.run(thread(1), Read{r, kPipe});
    ASSERT_EQ(s.returns.size(), 2U) << "round " << round;
    ASSERT_TRUE(s.returned(thread(2))) << "round " << round;
    ASSERT_THAT(s.blocked, ElementsAre(thread(3))) << "round " << round;
  }
}

// Edge-triggered: one write wakes exactly one waiter, the others stay asleep.
TEST(LabRest, AnEdgeWakesOne) {
  constexpr int kWaiters = 4;
  Driver d;
  const Fd ep = d.epoll();
  const auto [r, w] = d.pipe();
  d.add(ep, r, EPOLLIN | EPOLLET);
  for (int t = 2; t < 2 + kWaiters; ++t) d.run(thread(t), EpollWait{ep, 8, -1});
  for (int left = kWaiters - 1; left >= 0; --left) {
    const Seen s = d.run(thread(1), WriteBytes{w}, "x");
    EXPECT_EQ(s.returns.size(), 2U);
    EXPECT_EQ(s.blocked.size(), static_cast<std::size_t>(left));
  }
}

// A relay over pipes: thread n copies what it gets to the next, each read wakes one thread only.
// Random lengths of the chain and random order of falling asleep.
TEST(LabRest, RandomWakeups) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  Driver d;
  struct Pipe {
    Fd r, w;
  };
  std::vector<Pipe> pipes;
  for (int i = 0; i < 6; ++i) {
    const auto [r, w] = d.pipe();
    pipes.push_back({r, w});
  }
  std::vector<int> waits(pipes.size(), -1);  // which thread sleeps on the pipe
  for (int step = 0; step < 600; ++step) {
    const std::size_t i = random() % pipes.size();
    const int t = static_cast<int>(i) + 2;
    if (waits[i] < 0) {
      const Seen s = d.run(thread(t), Read{pipes[i].r, 100});
      ASSERT_THAT(s.returns, IsEmpty()) << "step " << step;
      waits[i] = t;
    } else {
      const Seen s = d.run(thread(1), WriteBytes{pipes[i].w}, "x");
      ASSERT_EQ(s.returns.size(), 2U) << "step " << step;
      ASSERT_TRUE(s.returned(thread(waits[i]))) << "step " << step;
      ASSERT_EQ(static_cast<long>(s.blocked.size()),
                std::count_if(waits.begin(), waits.end(), [](int x) { return x > 0; }) - 1);
      waits[i] = -1;
    }
  }
}

TEST(LabRest, SixtyFourThreadsAndNotOneMore) {
  Driver d;
  const Fd ep = d.epoll();
  const auto [r, w] = d.pipe();
  d.add(ep, r, EPOLLIN);
  for (int t = 2; t <= 64; ++t) {
    ASSERT_EQ(d.run(thread(t), EpollWait{ep, 1, -1}).blocked.size(),
              static_cast<std::size_t>(t - 1));
  }
  EXPECT_EQ(d.run(thread(65), EpollCreate1{0}).only(thread(65)).error, EAGAIN);
  const Seen s = d.run(thread(1), WriteBytes{w}, "x");
  EXPECT_EQ(s.returns.size(), 64U);
  EXPECT_THAT(s.blocked, IsEmpty());
}

TEST(LabRest, ReturnsComeInTheOrderInWhichTheyHappened) {
  Driver d;
  const auto [r1, w1] = d.pipe();
  for (int i = 0; i < 50; ++i) {
    d.run(thread(2), Read{r1, 1});
    const Seen s = d.run(thread(1), WriteBytes{w1}, "x");
    ASSERT_EQ(s.returns.size(), 2U);
    EXPECT_TRUE(s.returned(thread(2)));
  }
  // T3 sleeps longer than T2: both end before they are asked for.
  d.submit(thread(3), Sleep{30'000'000});
  d.submit(thread(2), Sleep{10'000'000});
  std::vector<ActorId> order;
  while (order.size() < 2) {
    const Notification n = d.next();
    ASSERT_NE(n.kind, Notification::Kind::died);
    if (n.kind == Notification::Kind::returned) order.push_back(n.actor);
  }
  EXPECT_THAT(order, ElementsAre(thread(2), thread(3)));
}

}  // namespace
}  // namespace epollscope
