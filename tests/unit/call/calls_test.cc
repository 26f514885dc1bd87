#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "core/call/call.h"
#include "core/call/request.h"

namespace epollscope {
namespace {

TEST(Calls, EveryRowIsFoundByItsNameAndByItsNumber) {
  std::set<std::string_view> names;
  for (const CallSpec& spec : all_calls()) {
    EXPECT_EQ(find_call(spec.name), &spec);
    EXPECT_EQ(&spec_of(spec.call), &spec);
    EXPECT_TRUE(names.insert(spec.name).second) << spec.name;
  }
  EXPECT_EQ(names.size(), 46U);
  EXPECT_EQ(find_call("vfork"), nullptr);
  EXPECT_EQ(find_call(""), nullptr);
}

TEST(Calls, OptionalParametersComeLast) {
  for (const CallSpec& spec : all_calls()) {
    bool optional_seen = false;
    for (const Param& p : spec.params) {
      EXPECT_FALSE(optional_seen && !p.optional) << spec.name << ' ' << p.name;
      optional_seen = optional_seen || p.optional;
    }
  }
  EXPECT_EQ(spec_of(CallName::epoll_wait).required(), 3U);
  EXPECT_EQ(spec_of(CallName::fcntl).required(), 2U);
  EXPECT_EQ(spec_of(CallName::pipe).required(), 0U);
  EXPECT_EQ(spec_of(CallName::pipe).most(), 0U);
  EXPECT_EQ(spec_of(CallName::poll).required(), 1U);
  EXPECT_EQ(spec_of(CallName::poll).most(), kMostPolled);
}

// What the builder shows first must itself be something it offers.
TEST(Calls, InitialValuesLieWithinWhatIsOffered) {
  for (const CallSpec& spec : all_calls()) {
    for (const Param& p : spec.params) {
      SCOPED_TRACE(std::string(spec.name) + ' ' + std::string(p.name));
      const bool takes_flags = p.kind == ParamKind::flags || p.kind == ParamKind::event;
      EXPECT_EQ(takes_flags || p.kind == ParamKind::fcntl_arg, p.flags != FlagSet::none);
      if (p.max > 0) {
        EXPECT_LE(p.min, p.initial);
        EXPECT_LE(p.initial, p.max);
      }
      if (is_enumeration(p.flags)) {
        EXPECT_NE(print_flags(p.flags, static_cast<std::uint64_t>(p.initial)).front(), '0');
      }
    }
  }
}

TEST(Calls, OnlyCreatorsBindNames) {
  for (const CallSpec& spec : all_calls()) {
    const bool pair = spec.call == CallName::pipe || spec.call == CallName::pipe2 ||
                      spec.call == CallName::socketpair || spec.call == CallName::openpty;
    constexpr std::array kSingle{
        CallName::epoll_create,   CallName::epoll_create1, CallName::eventfd,
        CallName::timerfd_create, CallName::signalfd,      CallName::inotify,
        CallName::memfd_create,   CallName::socket,        CallName::accept,
        CallName::accept4,        CallName::dup,           CallName::dup2,
        CallName::pidfd};
    const bool single = std::ranges::find(kSingle, spec.call) != kSingle.end();
    EXPECT_EQ(spec.creates, pair ? 2 : single ? 1 : 0) << spec.name;
  }
}

TEST(Integer, CoversBothSigns) {
  EXPECT_EQ(Integer::of(-1).as_signed(), -1);
  EXPECT_EQ(Integer::of(-1).magnitude, 1U);
  EXPECT_EQ(Integer::of(INT64_MIN).as_signed(), INT64_MIN);
  EXPECT_EQ((Integer{UINT64_MAX, false}).as_signed(), -1);
  EXPECT_NE(Integer::of(-1), (Integer{UINT64_MAX, false}));
}

}  // namespace
}  // namespace epollscope
