#include <sys/resource.h>

#include "tests/unit/script/parse.h"

namespace epollscope {
namespace {

std::string many(std::string_view text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

// In KiB, the most this process ever had.
long peak() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

constexpr std::string_view kTooMany =
    "a scenario may have 1000000 steps at most, after ranges and repeats";

TEST(Limits, AFileThatIsTooLargeIsRefusedUnread) {
  const std::string text(kMaxFileBytes + 1, '#');
  EXPECT_EQ(first_mistake(text), "1:1: the file is larger than 32 MiB, which is the limit");
}

TEST(Limits, StepsAreCountedBeforeTheyAreMade) {
  const long empty = peak();
  EXPECT_EQ(first_mistake("repeat 1000000 { sleep(1ns) }"), "");
  const long largest = peak();
  EXPECT_EQ(first_mistake("a[1..1000001] = eventfd(0, 0)"), "1:1: " + std::string(kTooMany));
  EXPECT_EQ(first_mistake("repeat 1000001 { sleep(1ns) }"), "1:1: " + std::string(kTooMany));
  EXPECT_EQ(first_mistake("repeat 99999999999999999999 { sleep(1ns) }"),
            "1:1: " + std::string(kTooMany));
  EXPECT_EQ(first_mistake(many("repeat 1000 {\n", 7) + "sleep(1ns)\n" + many("}\n", 7)).substr(5),
            std::string(kTooMany));
  EXPECT_EQ(first_mistake("x = eventfd(0, 0)\nrepeat 1000 {\ny[1..1000] = dup(x)\n}"),
            "2:1: " + std::string(kTooMany));
  // What is refused takes no more than the largest that is not; made first, it would take ten
  // times as much.
  EXPECT_LT(peak() - largest, largest - empty);
}

TEST(Limits, CommentsInARepeatAreCountedToo) {
  EXPECT_NE(first_mistake("sleep(1ns)\nrepeat 1000001 {\n# again\n}"), "");
}

TEST(Limits, NestingIsBounded) {
  EXPECT_EQ(first_mistake(many("{\n", 17)), "17:1: blocks nest 16 deep at most");
  EXPECT_EQ(
      first_mistake("ep = epoll_create1(0)\nepoll_wait(ep, 8, 0) = 1 " + many("[", 1'000'000)),
      "2:29: values are nested too deeply");
  EXPECT_NE(first_mistake("write(1, " + many("{a=", 1'000'000)), "");
}

TEST(Limits, TwentyMistakesAreEnough) {
  const auto l = parse_lesson(many("nonsense\n", 1000));
  ASSERT_FALSE(l);
  EXPECT_EQ(l.error().diagnostics.size(), 20U);
}

TEST(Limits, AnUnclosedBracketDoesNotSwallowTheRest) {
  const auto l = parse_lesson("sleep(1ms\nsleep(2ms)\nfoo()\n");
  ASSERT_FALSE(l);
  ASSERT_EQ(l.error().diagnostics.size(), 2U);
  EXPECT_EQ(l.error().diagnostics[0].line, 1);
  EXPECT_EQ(l.error().diagnostics[1].line, 3);
}

TEST(Limits, ALongFileIsRead) {
  const Lesson l =
      lesson("ep = epoll_create1(0)\n" + many("epoll_wait(ep, 8, 0) = 0 []\n", 50'000));
  EXPECT_EQ(l.program.statements.size(), 50'001U);
  EXPECT_EQ(l.program.statements.back().line, 50'001);
}

}  // namespace
}  // namespace epollscope
