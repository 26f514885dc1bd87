// Every call of the vocabulary gives the kernel's own answer.
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include "tests/unit/lab/driver.h"

namespace epollscope {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

void expect_error(const Outcome& o, int error) {
  EXPECT_EQ(o.returned, -1);
  EXPECT_EQ(o.error, error) << strerror(o.error);
  EXPECT_TRUE(o.failed());
}

TEST(LabCalls, TheFirstDescriptorIsThree) {
  Driver d;
  const Outcome ep = d.call(EpollCreate1{0});
  EXPECT_EQ(ep.returned, 3);
  EXPECT_EQ(ep.error, 0);
  EXPECT_THAT(ep.created, ElementsAre(Fd{3}));
  const Outcome p = d.call(Pipe2{0});
  EXPECT_EQ(p.returned, 0);
  EXPECT_THAT(p.created, ElementsAre(Fd{4}, Fd{5}));
  EXPECT_EQ(d.call(Close{Fd{4}}).returned, 0);
  EXPECT_THAT(d.call(EventFd{0, 0}).created, ElementsAre(Fd{4}));
}

TEST(LabCalls, EventsCarryMaskAndData) {
  Driver d;
  const Fd ep = d.epoll();
  const auto [r, w] = d.pipe();
  constexpr std::uint64_t kData = 0x8877665544332211;
  EXPECT_EQ(d.call(EpollCtl{ep, EPOLL_CTL_ADD, r, EventArg{EPOLLIN | EPOLLET, kData}}).returned, 0);
  EXPECT_EQ(d.call(EpollWait{ep, 8, 0}).events.size(), 0U);
  EXPECT_EQ(d.call(WriteBytes{w}, "hello").returned, 5);
  const Outcome o = d.call(EpollWait{ep, 8, 0});
  EXPECT_EQ(o.returned, 1);
  EXPECT_THAT(o.events, ElementsAre(Event{EPOLLIN, kData}));
  EXPECT_THAT(d.call(EpollWait{ep, 8, 0}).events, IsEmpty());
  const Outcome read = d.call(Read{r, 100});
  EXPECT_EQ(read.returned, 5);
  EXPECT_EQ(read.bytes, "hello");
  EXPECT_FALSE(read.value);
}

TEST(LabCalls, FailuresAreTheKernelsOwn) {
  Driver d;
  const Fd ep = d.epoll();
  const auto [r, w] = d.pipe();
  d.add(ep, r, EPOLLIN);
  const EventArg in{EPOLLIN, 0};
  expect_error(d.call(EpollCtl{ep, EPOLL_CTL_ADD, r, in}), EEXIST);
  expect_error(d.call(EpollCtl{ep, EPOLL_CTL_MOD, w, in}), ENOENT);
  expect_error(d.call(EpollCtl{ep, EPOLL_CTL_ADD, ep, in}), EINVAL);
  expect_error(d.call(EpollCtl{ep, EPOLL_CTL_ADD, w, std::nullopt}), EFAULT);
  expect_error(d.call(EpollCtl{ep, EPOLL_CTL_ADD, Fd{0}, in}), EPERM);  // /dev/null has no poll
  expect_error(d.call(EpollCtl{ep, EPOLL_CTL_ADD, Fd{99}, in}), EBADF);
  expect_error(d.call(EpollCreate{0}), EINVAL);
  expect_error(d.call(EpollCreate1{1}), EINVAL);
  expect_error(d.call(Close{Fd{99}}), EBADF);
  expect_error(d.call(Close{Fd{-1}}), EBADF);
  expect_error(d.call(EpollWait{ep, 0, 0}), EINVAL);
  expect_error(d.call(Read{w, 1}), EBADF);
  expect_error(d.call(Drain{w}), EBADF);
  expect_error(d.call(SocketPair{AF_INET, SOCK_STREAM}), EOPNOTSUPP);
  expect_error(d.call(Fcntl{r, 9999, 0}), EINVAL);
  expect_error(d.call(Sleep{-1}), EINVAL);
}

TEST(LabCalls, ANullBufferFaultsOnlyWhenAnEventMustBeStored) {
  Driver d;
  const Fd ep = d.epoll();
  const auto [r, w] = d.pipe();
  d.add(ep, r, EPOLLIN);
  EXPECT_EQ(d.call(EpollWait{ep, 1, 0, true}).returned, 0);
  d.call(WriteBytes{w}, "x");
  expect_error(d.call(EpollWait{ep, 1, 0, true}), EFAULT);
  EXPECT_EQ(d.call(EpollWait{ep, 1, 0}).returned, 1);
}

TEST(LabCalls, ABrokenPipeIsAResultAndNoSignal) {
  Driver d;
  const auto [r, w] = d.pipe();
  d.call(Close{r});
  expect_error(d.call(WriteBytes{w}, "x"), EPIPE);
  EXPECT_EQ(d.call(EpollCreate1{0}).error, 0) << "the lab lives on";
}

TEST(LabCalls, AnEventfdCounts) {
  Driver d;
  const Fd e = d.call(EventFd{2, EFD_NONBLOCK}).created.at(0);
  EXPECT_EQ(d.call(WriteAmount{e, 40}).returned, 8);
  const Outcome o = d.call(Read{e, 8});
  EXPECT_EQ(o.returned, 8);
  EXPECT_EQ(o.value, 42U);
  EXPECT_EQ(o.bytes, "");
  expect_error(d.call(Read{e, 8}), EAGAIN);
  expect_error(d.call(Read{e, 7}), EINVAL);
  expect_error(d.call(WriteAmount{e, ~std::uint64_t{0}}), EINVAL);
}

TEST(LabCalls, AnEventfdIsKnownByItsFileNotByItsNumber) {
  Driver d;
  const Fd e = d.call(EventFd{0, 0}).created.at(0);
  const Fd copy = d.call(Dup{e}).created.at(0);
  d.call(Close{e});
  const auto [r, w] = d.pipe();
  ASSERT_EQ(r, e) << "the number is used again, by a pipe";
  EXPECT_EQ(d.call(WriteAmount{copy, 7}).returned, 8);
  EXPECT_EQ(d.call(Read{copy, 100}).value, 7U);
  EXPECT_EQ(d.call(WriteAmount{w, 8}).returned, 8);
  const Outcome o = d.call(Read{r, 100});
  EXPECT_FALSE(o.value);
  EXPECT_EQ(o.bytes, std::string(8, kFillerByte));
}

TEST(LabCalls, SocketPairsAndShutdown) {
  Driver d;
  const Outcome pair = d.call(SocketPair{AF_UNIX, SOCK_STREAM});
  const Fd a = pair.created.at(0), b = pair.created.at(1);
  EXPECT_EQ(d.call(WriteBytes{a}, "ping").returned, 4);
  EXPECT_EQ(d.call(Shutdown{a, SHUT_WR}).returned, 0);
  EXPECT_EQ(d.call(Drain{b}).returned, 4);
  EXPECT_EQ(d.call(Read{b, 10}).returned, 0);
  expect_error(d.call(WriteBytes{a}, "x"), EPIPE);
}

TEST(LabCalls, DrainAndFillLeaveTheFlagsAsTheyWere) {
  Driver d;
  const auto [r, w] = d.pipe();
  EXPECT_EQ(d.call(Fill{w}).returned, 65536);
  EXPECT_EQ(d.call(Fcntl{w, F_GETFL, 0}).returned & O_NONBLOCK, 0);
  EXPECT_EQ(d.call(Fill{w}).returned, 0);
  EXPECT_EQ(d.call(Drain{r}).returned, 65536);
  EXPECT_EQ(d.call(Fcntl{r, F_SETFL, O_NONBLOCK}).returned, 0);
  EXPECT_EQ(d.call(Drain{r}).returned, 0);
  EXPECT_NE(d.call(Fcntl{r, F_GETFL, 0}).returned & O_NONBLOCK, 0);
}

// Writes of 4 KiB to a counter: refused since Linux 6.7, values of filler before.
TEST(LabCalls, ShorthandsOnAnEventfd) {
  Driver d;
  const Fd e = d.call(EventFd{5, 0}).created.at(0);
  EXPECT_EQ(d.call(Drain{e}).returned, 8);
  const Outcome o = d.call(Fill{e});
  if (o.failed()) {
    EXPECT_EQ(o.error, EINVAL);
  } else {
    EXPECT_EQ(o.returned % 8, 0);
  }
  EXPECT_EQ(d.call(Fcntl{e, F_GETFL, 0}).returned & O_NONBLOCK, 0);
}

TEST(LabCalls, TheControlChannelDoesNotExistForAScenario) {
  Driver d;
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const int top = static_cast<int>(std::min<rlim_t>(limit.rlim_max, 65536));
  for (int fd = top - 4; fd <= top; ++fd) {
    expect_error(d.call(Close{Fd{fd}}), EBADF);
    expect_error(d.call(Read{Fd{fd}, 1}), EBADF);
    expect_error(d.call(Dup{Fd{fd}}), EBADF);
    EXPECT_EQ(d.lab().levels({Fd{fd}})->at(0).revents, static_cast<std::uint32_t>(POLLNVAL));
  }
  EXPECT_EQ(d.call(Fcntl{Fd{0}, F_DUPFD, 3}).returned, 3) << "the lab lives on";
}

TEST(LabCalls, TimeIsMeasuredAroundTheCall) {
  Driver d;
  const Outcome o = [&] {
    Seen s = d.run(thread(1), Sleep{3'000'000});
    if (s.returns.empty()) s = d.settle();
    return s.only();
  }();
  EXPECT_EQ(o.returned, 0);
  EXPECT_GE(o.elapsed_ns, 3'000'000);
}

TEST(LabCalls, LevelsShowWithoutChanging) {
  Driver d;
  const Fd ep = d.epoll();
  const auto [r, w] = d.pipe();
  const Fd e = d.call(EventFd{5, 0}).created.at(0);
  const Outcome pair = d.call(SocketPair{AF_UNIX, SOCK_STREAM});
  const Fd a = pair.created.at(0), b = pair.created.at(1);
  d.call(WriteBytes{w}, "abc");
  d.call(WriteBytes{a}, "four");
  const auto levels = d.lab().levels({r, w, e, b, ep, Fd{77}});
  ASSERT_TRUE(levels) << levels.error().what;
  ASSERT_EQ(levels->size(), 6U);
  const auto& l = *levels;
  EXPECT_EQ(l[0].fd, r);
  EXPECT_EQ(l[0].revents, static_cast<std::uint32_t>(POLLIN));
  EXPECT_EQ(l[0].readable_bytes, 3);
  EXPECT_EQ(l[0].capacity, 65536);
  EXPECT_EQ(l[1].revents, static_cast<std::uint32_t>(POLLOUT));
  EXPECT_EQ(l[2].revents, static_cast<std::uint32_t>(POLLIN | POLLOUT));
  EXPECT_EQ(l[2].readable_bytes, 5);
  EXPECT_EQ(l[3].revents, static_cast<std::uint32_t>(POLLIN | POLLOUT));
  EXPECT_EQ(l[3].readable_bytes, 4);
  EXPECT_GT(l[3].capacity, 0);
  EXPECT_EQ(l[4].revents, 0U) << "an epoll instance is never polled";
  EXPECT_EQ(l[5].revents, static_cast<std::uint32_t>(POLLNVAL));
  EXPECT_EQ(d.call(Read{r, 10}).bytes, "abc");
}

// To poll a full one would arm its wakeup.
TEST(LabCalls, AFullTcpSocketIsKnownWithoutAPoll) {
  Driver d;
  const Fd listener = d.call(Socket{AF_INET, SOCK_STREAM}).created.at(0);
  const Fd out = d.call(Socket{AF_INET, SOCK_STREAM | SOCK_NONBLOCK}).created.at(0);
  d.call(Listen{listener, 8});
  d.call(Connect{out, listener});
  const Fd in = d.call(Accept4{listener, 0}).created.at(0);
  const auto level = [&] { return d.lab().levels({out})->at(0); };
  EXPECT_FALSE(level().full);
  EXPECT_EQ(level().unsent_bytes, 0);
  EXPECT_NE(level().revents & POLLOUT, 0U);
  const std::int64_t written = d.call(Fill{out}).returned;
  EXPECT_TRUE(level().full);
  EXPECT_EQ(level().revents, 0U);
  EXPECT_GT(level().unsent_bytes, 0);
  EXPECT_LT(level().unsent_bytes, written);
  // A drain() ends where the next segment has not come yet; the lab rests once it has.
  std::int64_t read = 0;
  for (std::int64_t got = 1; got > 0 && read < written; read += got) {
    got = d.call(Drain{in}).returned;
  }
  EXPECT_EQ(read, written);
  EXPECT_FALSE(level().full);
  EXPECT_EQ(level().unsent_bytes, 0);
}

// To ask one whose peer is full for OUT would put it among those who are told of a place there.
TEST(LabCalls, ADatagramSocketIsNotAskedForOut) {
  Driver d;
  const auto socket = [&] {
    return d.call(Socket{AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK}).created.at(0);
  };
  const Fd to = socket(), one = socket(), other = socket(), ep = d.epoll();
  d.call(Bind{to});
  const auto level = [&] { return d.lab().levels({other})->at(0); };
  EXPECT_NE(level().revents & POLLOUT, 0U) << "while nobody sends to anybody there is no danger";
  for (const Fd from : {one, other}) EXPECT_EQ(d.call(Connect{from, to}).returned, 0);
  d.add(ep, other, EPOLLOUT | EPOLLET);
  EXPECT_EQ(d.call(EpollWait{ep, 8, 0}).returned, 1);
  while (!d.call(WriteAmount{one, 1}).failed()) {
  }
  EXPECT_EQ(level().unseen, static_cast<std::uint32_t>(POLLOUT));
  EXPECT_EQ(level().revents, 0U);
  EXPECT_EQ(d.call(Read{to, 8}).returned, 1);
  EXPECT_EQ(d.call(EpollWait{ep, 8, 0}).returned, 0) << "it was looked at, which nobody may notice";
}

// The mask a thread sleeps with is shown in its status.
TEST(LabCalls, SignalMasksReachTheKernel) {
  Driver d;
  const Fd ep = d.epoll();
  constexpr std::uint64_t kUser1 = 1U << 9U;
  EpollWait op{ep, 8, -1, false, EpollWait::Form::pwait, kUser1};
  const auto mask_of = [&](ActorId actor) {
    std::ifstream status(
        fmt::format("/proc/{}/task/{}/status", d.lab().pid(), d.lab().tid_of(actor)));
    std::string word;
    while (status >> word && word != "SigBlk:") {
    }
    std::uint64_t mask = 0;
    status >> std::hex >> mask;
    return mask;
  };
  d.run(thread(2), op);
  EXPECT_EQ(mask_of(thread(2)), kUser1);
  op.form = EpollWait::Form::pwait2;
  op.sigmask = kUser1 << 2U;
  d.run(thread(3), op);
  EXPECT_EQ(mask_of(thread(3)), kUser1 << 2U);
  op.sigmask.reset();
  d.run(thread(4), op);
  EXPECT_EQ(mask_of(thread(4)), 0U);
}

TEST(LabCalls, WaitsInNanosecondsEnd) {
  Driver d;
  EpollWait op{d.epoll(), 8, -1, false, EpollWait::Form::pwait2};
  op.timespec_ns = 0;
  EXPECT_EQ(d.call(op).returned, 0);
  op.timespec_ns = 1'500;
  d.submit(thread(1), op);
  Seen seen = d.settle();
  if (!seen.returned(thread(1))) seen = d.settle();  // it was seen asleep
  EXPECT_EQ(seen.only().returned, 0);
  EXPECT_GE(seen.only().elapsed_ns, 1'500);
  op.maxevents = 0;
  EXPECT_EQ(d.call(op).error, EINVAL);
  op.epfd = Fd{99};
  EXPECT_EQ(d.call(op).error, EBADF);
}

// MSG_TRUNC gives the length of the whole message, and a stream reads nothing at all.
TEST(LabCalls, BytesThatWereNotReadAreNotShown) {
  Driver d;
  const std::vector<Fd> pair = d.call(SocketPair{AF_UNIX, SOCK_DGRAM}).created;
  EXPECT_EQ(d.call(WriteBytes{pair[0]}, "abcdef").returned, 6);
  const auto [r, w] = d.pipe();
  EXPECT_EQ(d.call(WriteBytes{w}, "ZYXWVU").returned, 6);
  const Outcome cut = d.call(Recv{pair[1], 3, MSG_TRUNC});
  EXPECT_EQ(cut.returned, 6);
  EXPECT_EQ(cut.bytes, "abc");

  const Fd listener = d.call(Socket{AF_INET, SOCK_STREAM}).created.at(0);
  d.call(Listen{listener, 1});
  const Fd out = d.call(Socket{AF_INET, SOCK_STREAM}).created.at(0);
  EXPECT_EQ(d.call(Connect{out, listener}).returned, 0);
  const Fd in = d.call(Accept4{listener, 0}).created.at(0);
  EXPECT_EQ(d.call(WriteBytes{out}, "abcdef").returned, 6);
  const Outcome thrown_away = d.call(Recv{in, 3, MSG_TRUNC});
  EXPECT_EQ(thrown_away.returned, 3);
  EXPECT_EQ(thrown_away.bytes, "");
}

}  // namespace
}  // namespace epollscope
