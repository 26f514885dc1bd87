// Each misconception by the shortest program in which it shows: the kernel under this test and
// the true model give one answer, the model that believes gives another. And by a program like it
// in which the belief does no harm: there all three agree.
#include "core/model/misconception.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ostream>
#include <random>
#include <set>
#include <string>

#include "core/model/answers.h"
#include "core/model/machine.h"
#include "tests/unit/model/desk.h"
#include "tests/unit/model/real_calls.h"

namespace epollscope {
namespace {

constexpr std::uint32_t kIn = EPOLLIN;
constexpr std::uint32_t kInEdge = EPOLLIN | EPOLLET;

// Every program starts with the instance, which is 3; pipes and pairs are 4 and 5, 6 and 7.
Request make(const Operation& op) { return {op, {}}; }
Request epoll() { return make(EpollCreate1{0}); }
Request pipe() { return make(Pipe2{0}); }
Request pair() { return make(SocketPair{AF_UNIX, SOCK_STREAM}); }
Request ctl(int op, int fd, std::uint32_t mask) {
  return make(EpollCtl{Fd{3}, op, Fd{fd}, EventArg{mask, static_cast<std::uint64_t>(fd)}});
}
Request add(int fd, std::uint32_t mask) { return ctl(EPOLL_CTL_ADD, fd, mask); }
Request mod(int fd, std::uint32_t mask) { return ctl(EPOLL_CTL_MOD, fd, mask); }
Request write(int fd, std::string bytes) { return {WriteBytes{Fd{fd}}, std::move(bytes)}; }
Request read(int fd, std::uint64_t count = 100) { return make(Read{Fd{fd}, count}); }
Request wait(int maxevents = 8) { return make(EpollWait{Fd{3}, maxevents, 0}); }
Request close(int fd) { return make(Close{Fd{fd}}); }

Machine::Result events(std::vector<Event> events) {
  Outcome o;
  o.returned = static_cast<std::int64_t>(events.size());
  o.events = std::move(events);
  return {.blocked = false, .outcome = o};
}
Machine::Result bytes(const std::string& text) {
  Outcome o = success(static_cast<std::int64_t>(text.size()));
  o.bytes = text;
  return {.blocked = false, .outcome = o};
}
Machine::Result error(int number) { return {.blocked = false, .outcome = failure(number)}; }
Machine::Result asleep() { return {.blocked = true, .outcome = {}}; }

struct Case {
  Misconception id;
  std::vector<Request> shows;   // in its last call
  Machine::Result expected;     // what the believer says of that call
  std::vector<Request> agrees;  // in every call
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << text_of(c.id).key; }

std::vector<Case> cases() {
  using enum Misconception;
  return {
      {et_until_drained,
       {epoll(), pipe(), add(4, kInEdge), write(5, "hello"), wait(), read(4, 2), wait()},
       events({{kIn, 4}}),
       {epoll(), pipe(), add(4, kInEdge), write(5, "hello"), wait(), read(4), wait()}},
      {lt_once,
       {epoll(), pipe(), add(4, kIn), write(5, "hello"), wait(), wait()},
       events({}),
       {epoll(), pipe(), add(4, kInEdge), write(5, "hello"), wait(), wait()}},
      {one_event_per_write,
       {epoll(), pipe(), add(4, kInEdge), write(5, "a"), write(5, "b"), wait()},
       events({{kIn, 4}, {kIn, 4}}),
       {epoll(), pipe(), add(4, kInEdge), write(5, "a"), wait(), write(5, "b"), wait(), wait()}},
      {et_on_change,
       {epoll(), pipe(), add(4, kInEdge), write(5, "a"), wait(), write(5, "b"), wait()},
       events({}),
       {epoll(), pipe(), add(4, kInEdge), write(5, "a"), wait(), read(4), write(5, "b"), wait()}},
      {close_removes,
       {epoll(), pipe(), make(Dup{Fd{4}}), add(4, kIn), close(4), write(5, "a"), wait()},
       events({}),
       {epoll(), pipe(), make(Dup{Fd{4}}), add(6, kIn), close(4), write(5, "a"), wait()}},
      {oneshot_deletes,
       {epoll(), pipe(), add(4, kIn | EPOLLONESHOT), write(5, "a"), wait(), mod(4, kIn)},
       error(ENOENT),
       {epoll(), pipe(), add(4, kIn | EPOLLONESHOT), write(5, "a"), wait(), write(5, "b"), wait()}},
      {err_hup_maskable,
       {epoll(), pipe(), add(4, kIn), close(5), wait()},
       events({}),
       {epoll(), pipe(), add(4, kIn | EPOLLHUP), close(5), wait()}},
      {fd_order,
       {epoll(), pipe(), pipe(), add(4, kIn), add(6, kIn), write(7, "a"), write(5, "b"), wait()},
       events({{kIn, 4}, {kIn, 6}}),
       {epoll(), pipe(), pipe(), add(6, kIn), add(4, kIn), write(5, "a"), write(7, "b"), wait()}},
      {maxevents_loses,
       {epoll(), pipe(), pipe(), add(4, kIn), add(6, kIn), write(5, "a"), write(7, "b"), wait(1),
        wait(1)},
       events({{kIn, 4}}),
       {epoll(), pipe(), pipe(), add(4, kIn), add(6, kIn), write(5, "a"), write(7, "b"), wait(2),
        wait(2)}},
      {zero_blocks,
       {epoll(), pipe(), add(4, kIn), wait()},
       asleep(),
       {epoll(), pipe(), add(4, kIn), write(5, "a"), wait()}},
      {whole_messages,
       {epoll(), pipe(), add(4, kIn), write(5, "ab"), write(5, "cd"), wait(), read(4)},
       bytes("ab"),
       {epoll(), pipe(), add(4, kIn), write(5, "abcd"), wait(), read(4, 2), wait(), read(4)}},
      {add_is_silent,
       {epoll(), pipe(), write(5, "a"), add(4, kIn), wait()},
       events({}),
       {epoll(), pipe(), add(4, kIn), write(5, "a"), wait()}},
  };
}

Machine believer(Misconception id) {
  Machine machine;
  machine.believe(id);
  return machine;
}

bool same(const Machine::Result& a, const Machine::Result& b) {
  return a.blocked == b.blocked && a.outcome.same_result(b.outcome);
}

// The kernel, the true model and the model that believes, side by side.
struct Trio {
  test::RealCalls kernel;
  Machine truth;
  Machine wrong;

  explicit Trio(Misconception id) : wrong(believer(id)) {}

  // Makes the call in all three; true: they agree. Kernel and true model always must.
  bool agree(const Request& request, Machine::Result* said = nullptr) {
    const Outcome real = kernel.call(request);
    const Machine::Result modelled = truth.call(test::kT1, request);
    EXPECT_FALSE(modelled.blocked);
    EXPECT_TRUE(modelled.outcome.same_result(real));
    const Machine::Result believed = wrong.call(test::kT1, request);
    if (said != nullptr) *said = believed;
    return same(believed, modelled);
  }
};

class Misconceptions : public testing::TestWithParam<Case> {};

TEST_P(Misconceptions, ShowInOneCall) {
  Trio trio(GetParam().id);
  const std::vector<Request>& program = GetParam().shows;
  for (std::size_t i = 0; i + 1 < program.size(); ++i) {
    ASSERT_TRUE(trio.agree(program[i])) << "call " << i;
  }
  Machine::Result said;
  EXPECT_FALSE(trio.agree(program.back(), &said));
  EXPECT_TRUE(same(said, GetParam().expected));
}

TEST_P(Misconceptions, AgreeWhereTheRuleDoesNotMatter) {
  Trio trio(GetParam().id);
  for (std::size_t i = 0; i < GetParam().agrees.size(); ++i) {
    ASSERT_TRUE(trio.agree(GetParam().agrees[i])) << "call " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Each, Misconceptions, testing::ValuesIn(cases()),
                         [](const auto& test) { return std::string(text_of(test.param.id).key); });

TEST(MisconceptionTexts, EachHasACaseAKeyAndTwoSentences) {
  const std::vector<Case> all = cases();
  std::set<std::string_view> keys;
  for (const MisconceptionText& text : all_misconceptions()) {
    EXPECT_EQ(std::ranges::count(all, text.id, &Case::id), 1) << text.key;
    EXPECT_EQ(&text_of(text.id), &text);
    EXPECT_TRUE(keys.insert(text.key).second) << text.key;
    for (const std::string_view sentence : {text.belief, text.truth}) {
      EXPECT_TRUE(sentence.size() > 20 && sentence.ends_with('.')) << sentence;
    }
    EXPECT_NE(text.belief, text.truth);
  }
}

TEST(MisconceptionRules, NoBoundaryIsKeptByAStreamSocketEither) {
  Trio trio(Misconception::whole_messages);
  for (const Request& request : {epoll(), pair(), write(4, "ab"), write(4, "cd")}) {
    ASSERT_TRUE(trio.agree(request));
  }
  Machine::Result said;
  EXPECT_FALSE(trio.agree(read(5), &said));
  EXPECT_TRUE(same(said, bytes("ab")));
}

TEST(MisconceptionRules, AWriteOfSeveralPagesIsOneMessage) {
  Trio trio(Misconception::whole_messages);
  for (const Request& request :
       {epoll(), pipe(), write(5, std::string(10'000, 'a')), read(4, 20'000)}) {
    EXPECT_TRUE(trio.agree(request));
  }
}

TEST(MisconceptionRules, MessagesNeedNoMoreRoomThanBytes) {
  Trio trio(Misconception::whole_messages);
  EXPECT_TRUE(trio.agree(make(Pipe2{O_NONBLOCK})));
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(trio.agree(write(4, "a"))) << i;
}

TEST(MisconceptionRules, WhatMaxeventsLosesComesBackWithANewWakeup) {
  Trio trio(Misconception::maxevents_loses);
  for (const Request& request : {epoll(), pipe(), pipe(), add(4, kInEdge), add(6, kInEdge),
                                 write(5, "a"), write(7, "b"), wait(1), write(7, "c"), wait()}) {
    EXPECT_TRUE(trio.agree(request));
  }
}

TEST(MisconceptionRules, BelongToTheMachineAndItsCopies) {
  Machine machine = believer(Misconception::zero_blocks);
  machine.call(test::kT1, epoll());
  Machine copy = machine;
  EXPECT_EQ(copy.belief(), Misconception::zero_blocks);
  EXPECT_TRUE(copy.call(test::kT1, wait()).blocked);
  machine.believe(std::nullopt);
  EXPECT_FALSE(machine.call(test::kT1, wait()).blocked);
}

// No belief may break the machine, whatever is done to it.
TEST(MisconceptionRules, SurviveRandomPrograms) {
  const unsigned seed = std::random_device{}();
  RecordProperty("seed", std::to_string(seed));
  SCOPED_TRACE("seed " + std::to_string(seed));
  for (const MisconceptionText& text : all_misconceptions()) {
    std::mt19937 random(seed);
    const auto upto = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    Machine machine = believer(text.id);
    for (const Request& request : {epoll(), pipe(), pair(), make(EventFd{0, 0}), epoll()}) {
      machine.call(test::kT1, request);
    }
    for (int step = 0; step < 600; ++step) {
      constexpr std::array kMasks = {kIn,
                                     kInEdge,
                                     kIn | EPOLLOUT,
                                     kInEdge | EPOLLOUT,
                                     kIn | EPOLLONESHOT,
                                     kInEdge | EPOLLONESHOT};
      const int fd = 3 + upto(8);
      const std::array<Request, 10> choices = {
          ctl(1 + upto(3), fd, kMasks[static_cast<std::size_t>(upto(kMasks.size()))]),
          make(EpollCtl{Fd{9}, 1 + upto(3), Fd{fd}, EventArg{kInEdge, 9}}),
          make(EpollWait{Fd{upto(2) == 0 ? 3 : 9}, 1 + upto(3), 0}),
          make(WriteAmount{Fd{fd}, static_cast<std::uint64_t>(upto(5000))}),
          read(fd, 8U + static_cast<unsigned>(upto(5000))),
          make(Dup{Fd{fd}}),
          close(fd),
          pipe(),
          pair(),
          make(Drain{Fd{fd}}),
      };
      const Request& request = choices[static_cast<std::size_t>(upto(choices.size()))];
      const Machine before = machine;
      if (machine.call(test::kT1, request).blocked) machine = before;  // nobody would wake it
      ASSERT_FALSE(machine.state().eventpolls.size() > 2);
    }
  }
}

}  // namespace
}  // namespace epollscope
