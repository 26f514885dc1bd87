#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/script/parse.h"

namespace epollscope {
namespace {

constexpr std::string_view kLesson =
    "# A title with `code`\n"      // 1
    "\n"                           // 2
    "First prose.\n"               // 3
    "\n"                           // 4
    "```epoll\n"                   // 5
    "ep = epoll_create1(0) = 3\n"  // 6
    "\n"                           // 7
    "a, w = pipe()\n"              // 8
    "```\n"                        // 9
    "\n"                           // 10
    "```c\n"                       // 11
    "int x = 0;\n"                 // 12
    "```\n"                        // 13
    "Second *prose*.\n"            // 14
    "\n"                           // 15
    "```quiz\n"                    // 16
    "What now,\n"                  // 17
    "really?\n"                    // 18
    "- [ ] This\n"                 // 19
    "- [x] That,\n"                // 20
    "  of course\n"                // 21
    "> Because\n"                  // 22
    "> it is.\n"                   // 23
    "```\n"                        // 24
    "\n"                           // 25
    "```epoll\n"                   // 26
    "close(w)  # predict\n"        // 27
    "```\n"                        // 28
    "\n"                           // 29
    "The end.\n";                  // 30

TEST(Lesson, ItsBlocksAreOneScenario) {
  const Lesson l = lesson(kLesson);
  EXPECT_TRUE(l.markdown);
  EXPECT_EQ(l.title, "A title with code");
  const auto& s = l.program.statements;
  ASSERT_EQ(s.size(), 5U);
  EXPECT_EQ(s[0].line, 6);
  EXPECT_EQ(s[2].line, 8);
  EXPECT_EQ(s[3].line, 27);
  EXPECT_TRUE(s[3].predict);
}

TEST(Lesson, ShowsTheProseBeforeEachBlock) {
  const Lesson l = lesson(kLesson);
  const auto& s = l.program.statements;
  EXPECT_EQ(s[0].prose, 0);
  EXPECT_EQ(s[1].prose, -1);
  ASSERT_GE(s[3].prose, 0);
  EXPECT_NE(l.prose.at(0).find("First prose."), std::string::npos);
  // A quiz stands between this prose and the block; it is still what leads there.
  std::string second;
  for (int i = 1; i <= s[3].prose; ++i) second += l.prose.at(static_cast<std::size_t>(i));
  EXPECT_NE(second.find("Second *prose*."), std::string::npos);
  EXPECT_NE(second.find("int x = 0;"), std::string::npos);
  EXPECT_EQ(second.find("really?"), std::string::npos);
}

TEST(Lesson, KeepsTheProseBehindTheLastBlock) {
  const Lesson l = lesson(kLesson);
  const Statement& last = l.program.statements.back();
  EXPECT_TRUE(std::holds_alternative<Comment>(last.what));
  EXPECT_EQ(l.prose.at(static_cast<std::size_t>(last.prose)), "The end.");
}

TEST(Lesson, AsksItsQuiz) {
  const Lesson l = lesson(kLesson);
  ASSERT_EQ(l.quizzes.size(), 1U);
  const Quiz& q = l.quizzes[0];
  EXPECT_EQ(q.question, "What now, really?");
  ASSERT_EQ(q.choices.size(), 2U);
  EXPECT_EQ(q.choices[1].text, "That, of course");
  EXPECT_TRUE(q.choices[1].right);
  EXPECT_FALSE(q.choices[0].right);
  EXPECT_EQ(q.reason, "Because it is.");
  EXPECT_EQ(q.after_statement, 3);
}

TEST(Lesson, CountsTheLinesOfTheFile) {
  std::string text(kLesson);
  text.replace(text.find("close(w)"), 8, "close(q)");
  EXPECT_EQ(first_mistake(text).substr(0, 5), "27:7:");
}

TEST(Lesson, AQuizNeedsARightChoice) {
  const std::string head = "```epoll\nsleep(1ms)\n```\n```quiz\n";
  EXPECT_NE(first_mistake(head + "Well?\n- [ ] a\n- [ ] b\n```\n"), "");
  EXPECT_NE(first_mistake(head + "Well?\n- [x] a\n```\n"), "");
  EXPECT_NE(first_mistake(head + "- [x] a\n- [ ] b\n```\n"), "");
  EXPECT_EQ(first_mistake(head + "Well?\n- [x] a\n- [ ] b\n```\n"), "");
}

TEST(Lesson, NeedsAFence) {
  EXPECT_FALSE(lesson("# ```epoll in a comment\nsleep(1ms)\n").markdown);
  EXPECT_TRUE(lesson("~~~epoll\nsleep(1ms)\n~~~\n").markdown);
}

TEST(Lesson, AnUnclosedFenceReachesToTheEnd) {
  EXPECT_EQ(lesson("```epoll\nsleep(1ms)\nsleep(2ms)").program.statements.size(), 2U);
}

// What ships must be whole: read, printed and read again, and rich enough to teach.
TEST(Lesson, ThoseThatShipAreSoundAndPrintBack) {
  int seen = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(EPOLLSCOPE_SOURCE_DIR "/assets/lessons/en")) {
    SCOPED_TRACE(file.path().string());
    std::stringstream text;
    text << std::ifstream(file.path()).rdbuf();
    const Lesson l = lesson(text.str());
    ++seen;
    EXPECT_FALSE(l.title.empty());
    EXPECT_FALSE(l.quizzes.empty());
    int predictions = 0;
    for (const Statement& s : l.program.statements) {
      predictions += s.predict ? 1 : 0;
      if (const auto* c = std::get_if<CallStatement>(&s.what)) {
        EXPECT_TRUE(c->expected) << print(s) << " shows no result";
      }
    }
    EXPECT_GE(predictions, 2);
    const Program again = lesson(print(l.program)).program;
    ASSERT_EQ(again.statements.size(), l.program.statements.size());
    for (std::size_t i = 0; i < again.statements.size(); ++i) {
      expect_same(again.statements[i], l.program.statements[i]);
    }
  }
  EXPECT_GE(seen, 3);
}

}  // namespace
}  // namespace epollscope
