// The model with each trait of the kernel present and absent.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

#include "tests/unit/model/desk.h"

namespace epollscope {
namespace {

using test::Desk;
using test::Numbers;

MachineInputs without(bool KernelTraits::* trait) {
  MachineInputs inputs;
  inputs.traits.*trait = false;
  return inputs;
}

struct OldDesk : Desk {
  explicit OldDesk(bool KernelTraits::* absent) { m = Machine(without(absent)); }
};

TEST(Traits, WaitChecksFdFirst) {
  Desk now;
  OldDesk old(&KernelTraits::wait_checks_fd_first);
  EXPECT_EQ(now.run(EpollWait{Fd{-1}, 0, 0}), -EBADF);
  EXPECT_EQ(old.run(EpollWait{Fd{-1}, 0, 0}), -EINVAL);
  EXPECT_EQ(old.run(EpollWait{Fd{-1}, 1, 0}), -EBADF);
  EXPECT_EQ(old.run(EpollWait{old.epoll(), 0, 0}), -EINVAL);
}

Numbers reported_after_second_write(Desk& d) {
  const Fd ep = d.epoll();
  const auto [r, w] = d.pipe();
  d.add(ep, r, EPOLLIN | EPOLLET);
  d.write(w);
  EXPECT_EQ(d.take(ep), (Numbers{r.value}));
  d.write(w);
  return d.take(ep);
}

TEST(Traits, PipeWakesOnEveryWrite) {
  Desk now;
  OldDesk old(&KernelTraits::pipe_wakes_on_every_write);
  EXPECT_EQ(reported_after_second_write(now).size(), 1U);
  EXPECT_TRUE(reported_after_second_write(old).empty());
}

// The write end is queued or not after one byte was read from a full pipe.
Numbers queued_by_reading_a_byte(Desk& d) {
  const Fd ep = d.epoll();
  const auto [r, w] = d.pipe();
  d.run(Fill{w});
  d.add(ep, w, EPOLLOUT | EPOLLET);
  d.read(r, 1);
  Numbers queued = d.ready(ep);
  EXPECT_TRUE(d.take(ep).empty());
  d.read(r, 4095);
  EXPECT_EQ(d.take(ep), (Numbers{w.value}));
  d.read(r, 8192);
  EXPECT_TRUE(d.ready(ep).empty());  // it was not full any more
  return queued;
}

TEST(Traits, PipeReadWakesWhenSlotFreed) {
  Desk now;
  OldDesk old(&KernelTraits::pipe_read_wakes_when_slot_freed);
  EXPECT_TRUE(queued_by_reading_a_byte(now).empty());
  EXPECT_EQ(queued_by_reading_a_byte(old).size(), 1U);
}

// How many instances a chain may have, and what one more gives.
std::pair<int, std::int64_t> longest_chain(Desk& d, bool outward, bool leaf) {
  Fd last = d.epoll();
  if (leaf && outward) d.add(last, d.eventfd(), EPOLLIN);
  for (int length = 1; length < 20; ++length) {
    const Fd next = d.epoll();
    const std::int64_t r = outward ? d.add(next, last, EPOLLIN) : d.add(last, next, EPOLLIN);
    if (r != 0) return {length, r};
    last = next;
  }
  return {20, 0};
}

using Chain = std::pair<int, std::int64_t>;

TEST(Traits, NestLimitCountsBothDirections) {
  for (const bool leaf : {false, true}) {
    Desk outward;
    EXPECT_EQ(longest_chain(outward, true, leaf), (Chain{5, -ELOOP}));
  }
  Desk inward;
  EXPECT_EQ(longest_chain(inward, false, false), (Chain{5, -ELOOP}));
}

TEST(Traits, NestLimitCountedDownwardOnly) {
  constexpr auto kTrait = &KernelTraits::nest_limit_counts_both_directions;
  OldDesk outward(kTrait);
  EXPECT_EQ(longest_chain(outward, true, false), (Chain{7, -ELOOP}));  // six links
  OldDesk with_leaf(kTrait);
  EXPECT_EQ(longest_chain(with_leaf, true, true), (Chain{5, -EINVAL}));
  OldDesk inward(kTrait);
  EXPECT_EQ(longest_chain(inward, false, false), (Chain{20, 0}));
}

TEST(Traits, ACircleIsRefusedEitherWay) {
  Desk now;
  OldDesk old(&KernelTraits::nest_limit_counts_both_directions);
  for (Desk* d : {&now, static_cast<Desk*>(&old)}) {
    const Fd a = d->epoll();
    const Fd b = d->epoll();
    EXPECT_EQ(d->add(a, b, EPOLLIN), 0);
    EXPECT_EQ(d->add(b, a, EPOLLIN), -ELOOP);
  }
}

TEST(Traits, HasEpollPwait2) {
  Desk now;
  OldDesk old(&KernelTraits::has_epoll_pwait2);
  EpollWait op{now.epoll(), 1, 0, false, EpollWait::Form::pwait2};
  op.timespec_ns = 0;
  EXPECT_EQ(now.run(op), 0);
  op.epfd = old.epoll();
  EXPECT_EQ(old.run(op), -ENOSYS);
  op.form = EpollWait::Form::pwait;
  EXPECT_EQ(old.run(op), 0);
}

// A message that goes nowhere is made first, and its sender hears it go, or not made at all.
TEST(Traits, DgramLooksForPeerLast) {
  Desk now;
  OldDesk old(&KernelTraits::dgram_looks_for_peer_last);
  const auto made = [](Desk& d, std::uint64_t bytes, std::int64_t expected) {
    const Fd s = d.call(Socket{AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK}).outcome.created.at(0);
    const Fd ep = d.epoll();
    d.add(ep, s, EPOLLOUT | EPOLLET);
    EXPECT_EQ(d.take(ep).size(), 1U);
    EXPECT_EQ(d.run(WriteAmount{s, bytes}), expected);
    return !d.take(ep).empty();
  };
  EXPECT_TRUE(made(now, 1, -ENOTCONN));
  EXPECT_FALSE(made(old, 1, -ENOTCONN));
  Desk again;
  OldDesk once(&KernelTraits::dgram_looks_for_peer_last);
  EXPECT_FALSE(made(again, 1 << 20, -EMSGSIZE));
  EXPECT_FALSE(made(once, 1 << 20, -ENOTCONN));
}

}  // namespace
}  // namespace epollscope
