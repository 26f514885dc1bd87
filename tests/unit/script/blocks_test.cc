#include "tests/unit/script/parse.h"

namespace epollscope {
namespace {

std::vector<int> groups(std::string_view text) {
  std::vector<int> out;
  for (const Statement& s : lesson(text).program.statements) out.push_back(s.group);
  return out;
}

TEST(Group, IsOneStep) {
  EXPECT_EQ(groups("sleep(1ms)\n{\n  sleep(2ms)\n  sleep(3ms)\n}\nsleep(4ms)\n"),
            (std::vector<int>{-1, 0, 0, -1}));
}

TEST(Group, NeighboursAreDifferentSteps) {
  EXPECT_EQ(groups("{\nsleep(1ms)\n}\n{\nsleep(2ms)\n}\n"), (std::vector<int>{0, 1}));
}

TEST(Group, InsideAGroupIsTheSameStep) {
  EXPECT_EQ(groups("{\nsleep(1ms)\n{\nsleep(2ms)\n}\nsleep(3ms)\n}\n"),
            (std::vector<int>{0, 0, 0}));
}

TEST(Group, KeepsTheCommentsOfItsBraces) {
  const std::string text = "{  # both\n  sleep(1ms)\n}  # done\nsleep(2ms)\n";
  EXPECT_EQ(print(lesson(text).program), "{\n  # both\n  sleep(1ms)\n}\n# done\nsleep(2ms)\n");
}

TEST(Group, MayStandOnOneLine) {
  EXPECT_EQ(groups("{ sleep(1ms) }\nsleep(2ms)"), (std::vector<int>{0, -1}));
}

TEST(Repeat, IsWrittenOut) {
  EXPECT_EQ(print(lesson("repeat 3 {\n  sleep(1ms)  # wait\n}\nsleep(2ms)\n").program),
            "sleep(1ms)  # wait\nsleep(1ms)  # wait\nsleep(1ms)  # wait\nsleep(2ms)\n");
}

TEST(Repeat, MayStandOnOneLineAndBeNested) {
  EXPECT_EQ(lesson("repeat 3 { repeat 4 { sleep(1ms) } sleep(2ms) }").program.statements.size(),
            15U);
}

TEST(Repeat, HasAGroupOfItsOwnEachTime) {
  EXPECT_EQ(groups("{\nsleep(1ms)\n}\nrepeat 2 {\n{\nsleep(2ms)\n}\n{\nsleep(3ms)\n}\n}\n"
                   "{\nsleep(4ms)\n}\n"),
            (std::vector<int>{0, 1, 2, 3, 4, 5}));
}

TEST(Repeat, InsideAGroupIsOneStep) {
  EXPECT_EQ(groups("{\nrepeat 2 {\nsleep(1ms)\n}\n}\n"), (std::vector<int>{0, 0}));
}

TEST(Blocks, PrintAndParseBack) {
  const Program p =
      lesson("sleep(1ms)\n{\nsleep(2ms)\n# in\n}\n\n{ sleep(3ms) }\n{ sleep(4ms) }\n").program;
  const Program again = lesson(print(p)).program;
  ASSERT_EQ(again.statements.size(), p.statements.size());
  for (std::size_t i = 0; i < p.statements.size(); ++i) {
    expect_same(again.statements[i], p.statements[i]);
    EXPECT_EQ(again.statements[i].group, p.statements[i].group);
  }
}

TEST(Blocks, SayWhatIsWrong) {
  EXPECT_EQ(first_mistake("sleep(1ms)\n}\n"), "2:1: this } closes nothing");
  EXPECT_EQ(first_mistake("sleep(1ms)\n{\nsleep(1ms)\n"), "2:1: this { has no closing }");
  EXPECT_EQ(first_mistake("repeat {\nsleep(1ms)\n}"), "1:1: a repeat is written: repeat 3 {");
  EXPECT_EQ(first_mistake("repeat 0 {\nsleep(1ms)\n}"), "1:1: a repeat runs once at least");
}

}  // namespace
}  // namespace epollscope
