#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <csignal>

#include "tests/unit/script/parse.h"

namespace epollscope {
namespace {

TEST(Statement, BindsTheNamesOfACreation) {
  const CallStatement c = call("a, w = pipe() = 0 [4, 5]");
  EXPECT_EQ(c.names, (std::vector<std::string>{"a", "w"}));
  EXPECT_EQ(c.call, (Call{CallName::pipe, {}}));
  ASSERT_TRUE(c.expected);
  EXPECT_EQ(c.expected->returned, Integer::of(0));
  const auto& numbers = std::get<Set>(c.expected->payload->v).values;
  EXPECT_EQ(numbers, (std::vector<Value>{{Integer::of(4)}, {Integer::of(5)}}));
}

TEST(Statement, TakesShortAndFullFlags) {
  EXPECT_EQ(call("epoll_ctl(ep, ADD, a, IN|ET)"),
            call("epoll_ctl(ep, EPOLL_CTL_ADD, a, EPOLLET|EPOLLIN)"));
  const CallStatement c = call("epoll_ctl(ep, MOD, a, IN|0x1000000)");
  EXPECT_EQ(c.call.args[1].v, (Value{Mask{FlagSet::ctl_op, EPOLL_CTL_MOD}}.v));
  EXPECT_EQ(c.call.args[3].v, (Value{Mask{FlagSet::epoll_events, EPOLLIN | 0x1000000}}.v));
}

TEST(Statement, TakesTheEventInEveryForm) {
  const auto event = [](std::string_view text) {
    return call("epoll_ctl(ep, ADD, a, " + std::string(text) + ")").call.args.at(3);
  };
  EXPECT_TRUE(std::holds_alternative<Null>(event("NULL").v));
  EXPECT_EQ(event("0"), (Value{Mask{FlagSet::epoll_events, 0}}));
  const auto named = std::get<Struct>(event("{events=IN, data=b}").v);
  EXPECT_EQ(named.fields.at(1), (Field{"data", Value{Ref{"b"}}}));
  const auto number = std::get<Struct>(event("{data=0xDEAD, events=IN}").v);
  EXPECT_EQ(number.fields.at(0), (Field{"data", Value{Integer{0xDEAD, false}}}));
}

TEST(Statement, TakesUnits) {
  EXPECT_EQ(call("write(w, 4k)").call.args.at(1), (Value{Integer::of(4096)}));
  EXPECT_EQ(call("write(w, 1M)").call.args.at(1), (Value{Integer::of(1 << 20)}));
  EXPECT_EQ(call("sleep(20ms)").call.args.at(0), (Value{Duration{20'000'000}}));
  EXPECT_EQ(call("sleep(3us)").call.args.at(0), (Value{Duration{3'000}}));
  EXPECT_EQ(call("epoll_wait(ep, 8, 2s)").call.args.at(2), (Value{Duration{2'000'000'000}}));
  EXPECT_EQ(call("epoll_wait(ep, 8, -1)").call.args.at(2), (Value{Integer::of(-1)}));
  EXPECT_EQ(call("write(v, 18446744073709551615)").call.args.at(1),
            (Value{Integer{UINT64_MAX, false}}));
}

TEST(Statement, TakesSignalMasks) {
  const auto mask = [](std::string_view text) {
    return call("epoll_pwait(ep, 8, -1, " + std::string(text) + ")").call.args.at(3);
  };
  EXPECT_TRUE(std::holds_alternative<Null>(mask("NULL").v));
  EXPECT_EQ(mask("[]"), (Value{Set{}}));
  EXPECT_EQ(
      mask("[SIGUSR1, SIGINT]"),
      (Value{Set{{Value{Mask{FlagSet::signal, SIGUSR1}}, Value{Mask{FlagSet::signal, SIGINT}}}}}));
  for (const char* line : {"epoll_pwait(ep, 8, -1, [SIGUSR1, SIGTERM])",
                           "epoll_pwait2(ep, 8, 1500us, NULL, events=NULL)",
                           "epoll_pwait2(ep, 8, -1, [])", "epoll_pwait2(ep, 8, 0ns, NULL)"}) {
    EXPECT_EQ(print(call(line).call), line);
  }
}

TEST(Statement, TakesStringsWithEscapes) {
  EXPECT_EQ(call(R"(write(w, "a\n\x41\101\"#\\"))").call.args.at(1), (Value{String{"a\nAA\"#\\"}}));
  EXPECT_EQ(call(R"(write(w, "就绪"))").call.args.at(1), (Value{String{"就绪"}}));
  EXPECT_EQ(call(R"(write(w, ""))").call.args.at(1), (Value{String{""}}));
}

TEST(Statement, KnowsTheActorThatWasWritten) {
  EXPECT_FALSE(call("close(a)").actor_written);
  const CallStatement c = call("T12: close(a)");
  EXPECT_EQ(c.actor, (ActorId{'T', 12}));
  EXPECT_TRUE(c.actor_written);
}

TEST(Statement, TakesKeysThatNameTheirParameter) {
  EXPECT_EQ(call("epoll_wait(ep, maxevents=8, timeout=0)"), call("epoll_wait(ep, 8, 0)"));
  const CallStatement c = call("epoll_wait(ep, 8, 0, events=NULL)");
  EXPECT_EQ(c.call.args.size(), 4U);
  EXPECT_TRUE(std::holds_alternative<Null>(c.call.args.at(3).v));
}

TEST(Statement, TakesTheArgumentThatEachFcntlCommandWants) {
  EXPECT_EQ(call("fcntl(a, F_GETFL)").call.args.size(), 2U);
  EXPECT_EQ(call("fcntl(a, F_SETFL, O_NONBLOCK)").call.args.at(2),
            (Value{Mask{FlagSet::file_status, O_NONBLOCK}}));
  EXPECT_EQ(call("fcntl(a, F_SETPIPE_SZ, 4k)").call.args.at(2), (Value{Integer::of(4096)}));
}

TEST(Outcome, MayBeAnErrno) {
  const CallStatement c = call("epoll_ctl(ep, ADD, a, IN) = -1 EEXIST");
  EXPECT_EQ(c.expected->returned, Integer::of(-1));
  EXPECT_EQ(c.expected->error, EEXIST);
  EXPECT_EQ(call("read(a, 1) = -1 EWOULDBLOCK").expected->error, EAGAIN);
}

TEST(Outcome, MayCarryWhatWasRead) {
  EXPECT_EQ(call("read(a, 5) = 5 \"hello\"").expected->payload, (Value{String{"hello"}}));
  EXPECT_EQ(call("read(e, 8) = 8 {value=3}").expected->payload,
            (Value{Struct{{{"value", Value{Integer::of(3)}}}}}));
}

TEST(Outcome, MayListEvents) {
  const CallStatement c = call("epoll_wait(ep, 8, 0) = 1 [{events=EPOLLIN, data=a}]");
  const auto& events = std::get<Set>(c.expected->payload->v).values;
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(print(events[0]), "{events=EPOLLIN, data=a}");
  EXPECT_TRUE(
      std::get<Set>(call("epoll_wait(ep, 8, 0) = 0 []").expected->payload->v).values.empty());
}

// `?` belongs to the innermost thing it stands behind; behind the payload, to the whole outcome.
TEST(Outcome, QuestionMarksSayWhatIsNotCompared) {
  EXPECT_TRUE(call("drain(a) = ?").expected->anything);
  EXPECT_TRUE(call("drain(a) = 5?").expected->unchecked);
  const auto text = call("read(a, 5) = 5 \"x\"?");
  EXPECT_TRUE(text.expected->unchecked);
  EXPECT_FALSE(text.expected->payload->unchecked);
  const auto counter = call("read(e, 8) = 8 {value=3?}");
  EXPECT_FALSE(counter.expected->unchecked);
  EXPECT_TRUE(std::get<Struct>(counter.expected->payload->v).fields[0].value.unchecked);
  const auto event = call("epoll_wait(ep, 8, 0) = 1 [{events=IN, data=a}?]");
  EXPECT_TRUE(std::get<Set>(event.expected->payload->v).values[0].unchecked);
}

TEST(Statement, MayBlockAndResume) {
  const CallStatement c = call("T2: epoll_wait(ep, 8, -1) <unfinished ...>");
  EXPECT_TRUE(c.unfinished);
  EXPECT_FALSE(c.expected);
  const Statement s = one("T2|T3: <... epoll_wait resumed> = 1 [{events=EPOLLIN, data=a}]");
  const auto& r = std::get<ResumedStatement>(s.what);
  EXPECT_EQ(r.actors, (std::vector<ActorId>{{'T', 2}, {'T', 3}}));
  EXPECT_EQ(r.call, CallName::epoll_wait);
  EXPECT_TRUE(r.expected->payload);
  EXPECT_FALSE(std::get<ResumedStatement>(one("T2: <... read resumed>").what).expected);
}

TEST(Statement, MayExpectTheReadyList) {
  const Statement s = one("expect ready(ep) = [a, b[2], c#2]");
  const auto& e = std::get<ExpectReady>(s.what);
  EXPECT_EQ(e.epoll, "ep");
  EXPECT_EQ(e.items, (std::vector<std::string>{"a", "b[2]", "c#2"}));
  EXPECT_TRUE(std::get<ExpectReady>(one("expect ready(ep) = []").what).items.empty());
}

TEST(Comment, IsKeptWhole) {
  EXPECT_EQ(one("close(a)  # why? \"so\" // yes").comment, "why? \"so\" // yes");
  EXPECT_EQ(one("close(a) // # two").comment, "# two");
  EXPECT_EQ(one("close(a)#tight").comment, "tight");
}

TEST(Comment, NeverBeginsInsideAString) {
  const Statement s = one(R"(write(w, "# // \" #"))");
  EXPECT_EQ(s.comment, "");
  EXPECT_EQ(std::get<CallStatement>(s.what).call.args.at(1), (Value{String{"# // \" #"}}));
}

TEST(Comment, MayStandInsideBrackets) {
  const Lesson l =
      lesson("ep = epoll_create1(0)\nepoll_wait(ep,  # whose\n  8,\n  0)  # how long\n");
  ASSERT_EQ(l.program.statements.size(), 2U);
  EXPECT_EQ(l.program.statements[1].line, 2);
  EXPECT_EQ(l.program.statements[1].comment, "whose how long");
}

TEST(Comment, AloneOrEmptyLinesAreKept) {
  const Lesson l = lesson("# head\n\nsleep(1ms)\n");
  ASSERT_EQ(l.program.statements.size(), 3U);
  EXPECT_EQ(l.program.statements[0].comment, "head");
  EXPECT_EQ(l.program.statements[1].comment, "");
  EXPECT_EQ(print(l.program), "# head\n\nsleep(1ms)\n");
}

TEST(Predict, IsAComment) {
  EXPECT_TRUE(one("close(a)  # predict").predict);
  EXPECT_TRUE(one("close(a)  # mind the order  # predict").predict);
  EXPECT_FALSE(one("close(a)  # nobody can predict").predict);
  EXPECT_EQ(print(one("close(a)  # mind it # predict")), "close(a)  # mind it # predict");
}

TEST(Print, LinesUpTheNamesThatAreBoundInARow) {
  EXPECT_EQ(print(lesson("ep=epoll_create1(0)\na,w=pipe()\nclose(a)\nb=dup(w)\n").program),
            "ep   = epoll_create1(0)\na, w = pipe()\nclose(a)\nb = dup(w)\n");
}

TEST(Print, CanBeBrief) {
  const Statement s = one("epoll_ctl(ep, ADD, a, EPOLLIN|EPOLLET)");
  EXPECT_EQ(print(s, FlagStyle::brief), "epoll_ctl(ep, ADD, a, IN|ET)");
  EXPECT_EQ(print(s), "epoll_ctl(ep, EPOLL_CTL_ADD, a, EPOLLIN|EPOLLET)");
}

}  // namespace
}  // namespace epollscope
