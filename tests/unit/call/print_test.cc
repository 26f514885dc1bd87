#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>

#include "core/call/call.h"

namespace epollscope {
namespace {

Value integer(std::int64_t n) { return {Integer::of(n)}; }
Value events(std::uint64_t bits) { return {Mask{FlagSet::epoll_events, bits}}; }

TEST(PrintValue, EveryKind) {
  EXPECT_EQ(print(Value{Null{}}), "NULL");
  EXPECT_EQ(print(integer(-5)), "-5");
  EXPECT_EQ(print(Value{Integer{UINT64_MAX, false}}), "18446744073709551615");
  EXPECT_EQ(print(Value{String{"a\n"}}), R"("a\n")");
  EXPECT_EQ(print(events(EPOLLIN | EPOLLET)), "EPOLLIN|EPOLLET");
  EXPECT_EQ(print(events(EPOLLIN | EPOLLET), FlagStyle::brief), "IN|ET");
  EXPECT_EQ(print(Value{Ref{"a[7]"}}), "a[7]");
  EXPECT_EQ(print(Value{Set{{integer(4), integer(5)}}}), "[4, 5]");
  EXPECT_EQ(print(Value{Set{}}), "[]");
  const Value event{Struct{{{"events", events(EPOLLIN)}, {"data", Value{Ref{"a"}}}}}};
  EXPECT_EQ(print(event), "{events=EPOLLIN, data=a}");
  EXPECT_EQ(print(event, FlagStyle::brief), "{events=IN, data=a}");
}

TEST(PrintValue, AQuestionMarkFollowsWhatIsNotCompared) {
  EXPECT_EQ(print(Value{Integer::of(3), true}), "3?");
  EXPECT_EQ(print(Value{Struct{{{"value", Value{Integer::of(3), true}}}}}), "{value=3?}");
}

TEST(PrintValue, DurationsUseTheLargestUnitThatIsExact) {
  EXPECT_EQ(print(Value{Duration{20'000'000}}), "20ms");
  EXPECT_EQ(print(Value{Duration{3'000'000'000}}), "3s");
  EXPECT_EQ(print(Value{Duration{1'500'000}}), "1500us");
  EXPECT_EQ(print(Value{Duration{7}}), "7ns");
  EXPECT_EQ(print(Value{Duration{0}}), "0ns");
}

TEST(PrintCall, LooksLikeC) {
  EXPECT_EQ(print(Call{CallName::pipe, {}}), "pipe()");
  const Call ctl{CallName::epoll_ctl,
                 {Value{Ref{"ep"}}, Value{Mask{FlagSet::ctl_op, EPOLL_CTL_ADD}}, Value{Ref{"a"}},
                  events(EPOLLIN)}};
  EXPECT_EQ(print(ctl), "epoll_ctl(ep, EPOLL_CTL_ADD, a, EPOLLIN)");
  EXPECT_EQ(print(ctl, FlagStyle::brief), "epoll_ctl(ep, ADD, a, IN)");
}

TEST(PrintCall, NamesTheNullBuffer) {
  const Call wait{CallName::epoll_wait, {Value{Ref{"ep"}}, integer(8), integer(0), Value{Null{}}}};
  EXPECT_EQ(print(wait), "epoll_wait(ep, 8, 0, events=NULL)");
}

TEST(PrintActor, IsItsName) {
  EXPECT_EQ(print(ActorId{}), "T1");
  EXPECT_EQ(print(ActorId{'T', 12}), "T12");
}

}  // namespace
}  // namespace epollscope
