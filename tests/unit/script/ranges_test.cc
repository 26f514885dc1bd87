#include "tests/unit/script/parse.h"

namespace epollscope {
namespace {

std::vector<std::string> lines(std::string_view text) {
  std::vector<std::string> out;
  for (const Statement& s : lesson(text).program.statements) out.push_back(print(s));
  return out;
}
using Lines = std::vector<std::string>;

TEST(Range, MakesOneStatementForEachIndex) {
  EXPECT_EQ(lines("a[1..3], w[1..3] = pipe()"),
            (Lines{"a[1], w[1] = pipe()", "a[2], w[2] = pipe()", "a[3], w[3] = pipe()"}));
}

TEST(Range, MayDescend) {
  EXPECT_EQ(lines("a[1..2] = eventfd(0, 0)\nclose(a[2..1])"),
            (Lines{"a[1] = eventfd(0, 0)", "a[2] = eventfd(0, 0)", "close(a[2])", "close(a[1])"}));
}

TEST(Range, RunsBesideAnotherOfTheSameLength) {
  EXPECT_EQ(lines("a[1..2] = eventfd(0, 0)\nb[7..6] = dup(a[1..2])").back(), "b[6] = dup(a[2])");
}

TEST(Range, ReachesIntoStructsAndOutcomes) {
  const Lines all = lines(
      "ep[1..2] = epoll_create1(0)\na[1..2] = eventfd(1, 0)\n"
      "epoll_ctl(ep[1..2], ADD, a[1..2], {events=IN, data=a[1..2]})\n"
      "epoll_wait(ep[1..2], 8, 0) = 1 [{events=IN, data=a[1..2]}]");
  EXPECT_EQ(all.at(5), "epoll_ctl(ep[2], EPOLL_CTL_ADD, a[2], {events=EPOLLIN, data=a[2]})");
  EXPECT_EQ(all.at(7), "epoll_wait(ep[2], 8, 0) = 1 [{events=EPOLLIN, data=a[2]}]");
}

TEST(Range, InAReadyListStandsForItsItems) {
  EXPECT_EQ(lines("ep = epoll_create1(0)\na[1..3] = eventfd(1, 0)\n"
                  "expect ready(ep) = [a[3..2], a[1]]")
                .back(),
            "expect ready(ep) = [a[3], a[2], a[1]]");
}

TEST(Range, OfOneIsOneStatement) {
  EXPECT_EQ(lines("a[5..5] = eventfd(0, 0)"), (Lines{"a[5] = eventfd(0, 0)"}));
}

TEST(Range, OfAnotherLengthIsRefused) {
  EXPECT_EQ(first_mistake("a[1..3], w[1..4] = pipe()"),
            "1:10: the ranges of a statement must be equally long: a[1..3] has 3, w[1..4] has 4");
}

TEST(Range, BindsOnlyItsOwnNames) {
  EXPECT_EQ(first_mistake("a[1..3] = eventfd(0, 0)\nclose(a[2..5])"),
            "2:7: a[4] is not bound to anything yet; did you mean a[1]?");
}

TEST(Range, HasOneNumberOfTheSourceAndOneComment) {
  const Lesson l = lesson("\na[1..2] = eventfd(0, 0)  # two");
  EXPECT_EQ(l.program.statements.at(1).line, 2);
  EXPECT_EQ(l.program.statements.at(2).line, 2);
  EXPECT_EQ(l.program.statements.at(1).comment, "");
  EXPECT_EQ(l.program.statements.at(2).comment, "two");
}

TEST(Range, IsNotOneStatementTypedByHand) {
  EXPECT_FALSE(parse_statement("close(a[1..2])"));
  EXPECT_TRUE(parse_statement("close(a[2])"));
}

}  // namespace
}  // namespace epollscope
