#include "core/script/resolve.h"

#include <fcntl.h>
#include <sys/epoll.h>

#include "tests/unit/script/parse.h"

namespace epollscope {
namespace {

const std::map<std::string, Fd> kBound = {{"ep", Fd{3}}, {"a", Fd{4}}, {"gone", Fd{-1}}};

template <class T>
T operation(std::string_view text) {
  const auto r = resolve(call(text).call, kBound);
  if (!r) ADD_FAILURE() << text << ": " << r.error().what;
  return r ? std::get<T>(r->request.op) : T{};
}
std::optional<DataName> data_name(std::string_view text) {
  const auto r = resolve(call(text).call, kBound);
  return r ? r->data_name : std::nullopt;
}

TEST(Resolve, NamesBecomeDescriptors) {
  EXPECT_EQ(operation<Close>("close(a)").fd, Fd{4});
  EXPECT_EQ(operation<Close>("close(17)").fd, Fd{17});
  EXPECT_EQ(operation<Close>("close(-1)").fd, Fd{-1});
}

TEST(Resolve, AFailedCreationIsMinusOne) { EXPECT_EQ(operation<Close>("close(gone)").fd, Fd{-1}); }

TEST(Resolve, AnUnboundNameIsAnError) {
  const auto r = resolve(call("close(nobody)").call, kBound);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().what, "nobody is not bound to anything yet");
}

TEST(Resolve, ABareMaskCarriesTheDescriptorAsData) {
  const auto op = operation<EpollCtl>("epoll_ctl(ep, ADD, a, IN|ET)");
  EXPECT_EQ(op.op, EPOLL_CTL_ADD);
  ASSERT_TRUE(op.event);
  EXPECT_EQ(op.event->events, static_cast<std::uint32_t>(EPOLLIN | EPOLLET));
  EXPECT_EQ(op.event->data, 4U);
  EXPECT_EQ(data_name("epoll_ctl(ep, ADD, a, IN)")->text, "a");
}

TEST(Resolve, DataIsRememberedAsItWasWritten) {
  EXPECT_EQ(data_name("epoll_ctl(ep, ADD, a, {events=IN, data=ep})")->text, "ep");
  EXPECT_EQ(data_name("epoll_ctl(ep, ADD, a, {events=IN, data=ep})")->value, 3U);
  EXPECT_EQ(data_name("epoll_ctl(ep, ADD, a, {events=IN, data=0x10})")->text, "16");
  EXPECT_EQ(operation<EpollCtl>("epoll_ctl(ep, ADD, a, {events=IN, data=-1})").event->data,
            UINT64_MAX);
}

TEST(Resolve, NullIsNoEvent) {
  EXPECT_FALSE(operation<EpollCtl>("epoll_ctl(ep, DEL, a, NULL)").event);
  EXPECT_FALSE(data_name("epoll_ctl(ep, DEL, a, NULL)"));
}

TEST(Resolve, TimeoutsAreMillisecondsRoundedUp) {
  EXPECT_EQ(operation<EpollWait>("epoll_wait(ep, 8, 50)").timeout_ms, 50);
  EXPECT_EQ(operation<EpollWait>("epoll_wait(ep, 8, 50ms)").timeout_ms, 50);
  EXPECT_EQ(operation<EpollWait>("epoll_wait(ep, 8, 1us)").timeout_ms, 1);
  EXPECT_EQ(operation<EpollWait>("epoll_wait(ep, 8, 0s)").timeout_ms, 0);
  EXPECT_EQ(operation<EpollWait>("epoll_wait(ep, 8, -1)").timeout_ms, -1);
  EXPECT_EQ(operation<EpollWait>("epoll_wait(ep, 8, 99999999s)").timeout_ms, INT32_MAX);
}

TEST(Resolve, ABufferMayBeMissing) {
  EXPECT_TRUE(operation<EpollWait>("epoll_wait(ep, 8, 0, events=NULL)").null_buffer);
  EXPECT_FALSE(operation<EpollWait>("epoll_wait(ep, 8, 0)").null_buffer);
}

TEST(Resolve, WritesTextOrAnAmount) {
  const auto r = resolve(call("write(a, \"hi\")").call, kBound);
  ASSERT_TRUE(r);
  EXPECT_TRUE(std::holds_alternative<WriteBytes>(r->request.op));
  EXPECT_EQ(r->request.bytes, "hi");
  EXPECT_EQ(operation<WriteAmount>("write(a, 2k)").n, 2048U);
}

TEST(Resolve, FcntlTakesFlagsAndSizes) {
  EXPECT_EQ(operation<Fcntl>("fcntl(a, F_SETFL, O_NONBLOCK)").arg, O_NONBLOCK);
  EXPECT_EQ(operation<Fcntl>("fcntl(a, F_SETPIPE_SZ, 4k)").arg, 4096);
  EXPECT_EQ(operation<Fcntl>("fcntl(a, F_GETFL)").arg, 0);
}

TEST(Resolve, PipeIsPipe2WithoutFlags) {
  EXPECT_EQ(operation<Pipe2>("pipe()").flags, 0);
  EXPECT_EQ(operation<Pipe2>("pipe2(O_NONBLOCK)").flags, O_NONBLOCK);
  EXPECT_EQ(operation<Sleep>("sleep(3us)").ns, 3'000);
}

// A call made by hand, not by the parser, may lack arguments.
TEST(Resolve, TooFewArgumentsAreAnError) {
  EXPECT_FALSE(resolve(Call{CallName::close, {}}, kBound));
  EXPECT_FALSE(resolve(Call{CallName::close, {Value{String{"x"}}}}, kBound));
}

TEST(Resolve, TheThreeFormsOfWaiting) {
  const auto plain = operation<EpollWait>("epoll_wait(ep, 8, 5)");
  EXPECT_EQ(plain.form, EpollWait::Form::wait);
  EXPECT_EQ(plain.timeout_ns(), 5'000'000);
  const auto masked = operation<EpollWait>("epoll_pwait(ep, 8, -1, [SIGHUP, SIGUSR1])");
  EXPECT_EQ(masked.form, EpollWait::Form::pwait);
  EXPECT_EQ(masked.sigmask, 1U | 1U << 9U);
  EXPECT_FALSE(masked.timeout_ns());
  EXPECT_EQ(operation<EpollWait>("epoll_pwait(ep, 8, 0, [])").sigmask, 0U);
  const auto fine = operation<EpollWait>("epoll_pwait2(ep, 8, 3us, NULL, events=NULL)");
  EXPECT_EQ(fine.form, EpollWait::Form::pwait2);
  EXPECT_EQ(fine.timeout_ns(), 3'000);
  EXPECT_TRUE(fine.null_buffer);
  EXPECT_FALSE(fine.sigmask);
  EXPECT_FALSE(operation<EpollWait>("epoll_pwait2(ep, 8, -1, NULL)").timeout_ns());
}

}  // namespace
}  // namespace epollscope
