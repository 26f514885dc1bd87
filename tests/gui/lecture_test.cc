// A teacher in front of a hall: into the lecture with a remote, through a question, and back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/gui/driver.h"
#include "tests/gui/screen.h"

namespace epollscope::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kLesson =
    "# A lesson\n\nMake one.\n\n```epoll\nep = epoll_create1(0)\n```\n\n"
    "```quiz\nWhat is the next descriptor?\n- [ ] 3\n- [x] 4\n> 3 is taken.\n"
    "```\n\n```epoll\nv = eventfd(0, 0)\nepoll_ctl(ep, ADD, v, IN)\nwrite(v, 1)\n"
    "epoll_wait(ep, 8, 0)\n```\n";

class LectureMode : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { screen_ = std::make_unique<Screen>("1920x1080"); }
  static void TearDownTestSuite() { screen_.reset(); }
  static inline std::unique_ptr<Screen> screen_;

  static void open_lesson(Driver& person) {
    person.write_file("lesson.md", kLesson);
    person.key("ctrl+o");
    person.until("the dialog",
                 [](const Frame& f) { return f["dialog"] == "open" && f["text_input"] == true; });
    person.type("lesson.md");
    person.key("Return");
    person.until("the lesson", [](const Frame& f) {
      return f["dialog"] == "none" && hit(f, "statement:0") != nullptr;
    });
  }
  static const Frame& until_lecture(Driver& person, bool on) {
    return person.until(on ? "the lecture" : "the window", [&](const Frame& f) {
      return f["lecture"] == on && (f["width"] == 1920) == on;
    });
  }
};

TEST_F(LectureMode, FillsTheScreenWithAKeyOfTheRemoteAndGivesItBackWithEscape) {
  Driver person(*screen_, {});
  open_lesson(person);
  EXPECT_EQ(person.newest()["theme"], "dark");
  person.key("F5");
  const Frame& in = until_lecture(person, true);
  EXPECT_EQ(in["height"], 1080);
  EXPECT_EQ(in["theme"], "light");
  EXPECT_EQ(hit(in, "action:step"), nullptr);
  EXPECT_EQ(hit(in, "statement:0"), nullptr);
  EXPECT_EQ(hit(in, "else"), nullptr);
  // What a lecture chose for itself is not what the window is given next time.
  person.key("m");
  person.until("the settings", [&](const Frame&) {
    return person.file("config/epollscope/settings.toml").contains("motion = \"reduced\"");
  });
  EXPECT_THAT(person.file("config/epollscope/settings.toml"), HasSubstr("theme = \"dark\""));
  person.key("Escape");
  const Frame& out = until_lecture(person, false);
  EXPECT_EQ(out["theme"], "dark");
  EXPECT_EQ(person.quit(), 0);
}

TEST_F(LectureMode, StepsAndAsksAndAnswers) {
  Driver person(*screen_, {});
  open_lesson(person);
  person.key("F11");
  until_lecture(person, true);
  person.key("Next");
  person.until_steps(1);
  EXPECT_THAT(person.label("quiz:0:1"), HasSubstr("4"));
  person.key("2");
  EXPECT_THAT(person.label("quiz:verdict"), HasSubstr("Right"));
  for (int steps = 2; steps <= 5; ++steps) {
    person.key("space");
    person.until_steps(steps);
  }
  EXPECT_THAT(person.label("event:0"), HasSubstr("data=v"));
  person.key("n");
  person.until("a word about the builder",
               [](const Frame& f) { return !f["toast"].get_ref<const std::string&>().empty(); });
  // By hand: a look back, on again, what can be done to an item, and out.
  person.click("lecture:back");
  person.until("a look back", [](const Frame& f) { return f["step"] == 4; });
  person.click("lecture:step");
  person.until("the end", [](const Frame& f) { return f["step"] == 5; });
  person.click("item:0", 3);
  person.click("menu:epoll_ctl(ep, DEL, v, NULL)");
  person.until_steps(6);
  EXPECT_EQ(person.newest()["lecture"], true);
  person.click("lecture:leave");
  until_lecture(person, false);
  person.click("action:lecture");
  until_lecture(person, true);
}

TEST_F(LectureMode, BlanksTheScreenAndComesBackToIt) {
  Driver person(*screen_, {});
  open_lesson(person);
  person.key("F5");
  until_lecture(person, true);
  person.key("period");
  person.until("nothing at all", [](const Frame& f) { return f["hits"].empty(); });
  person.key("Escape");
  person.until("the lecture", [](const Frame& f) { return hit(f, "lecture:leave") != nullptr; });
}

}  // namespace
}  // namespace epollscope::test
