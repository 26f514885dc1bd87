// The window as a person meets it: from an empty desk with clicks alone, with keys through a
// lesson, at rest, when its lab is killed, and with files that are not what they should be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <string>

#include "tests/gui/driver.h"
#include "tests/gui/screen.h"

namespace epollscope::test {
namespace {

using ::testing::HasSubstr;

// Whether the toast or the banner of a frame has words.
bool says(const Frame& frame, const char* where) {
  return !frame.at(where).get_ref<const std::string&>().empty();
}

class Window : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { screen_ = std::make_unique<Screen>(); }
  static void TearDownTestSuite() { screen_.reset(); }
  static inline std::unique_ptr<Screen> screen_;

  // Chooses a call, looks whether its line is the one expected, and runs it.
  static void make_call(Driver& person, const std::string& call, const std::string& line,
                        int steps) {
    person.click("builder:call:" + call);
    person.until("the line " + line, [&](const Frame& f) {
      const Frame* h = hit(f, "builder:line");
      return h != nullptr && h->at("label") == line;
    });
    person.click("builder:run");
    person.until_steps(steps);
  }

  static std::string first_lesson() {
    return std::string(EPOLLSCOPE_SOURCE_DIR) + "/assets/lessons/en";
  }
};

TEST_F(Window, FromAnEmptySessionToEventsWithClicksAlone) {
  Driver person(*screen_, {});
  make_call(person, "epoll_create1", "ep = epoll_create1(0)", 1);
  make_call(person, "pipe", "a, a_w = pipe()", 2);
  make_call(person, "epoll_ctl", "epoll_ctl(ep, ADD, a, IN)", 3);
  make_call(person, "write", "write(a_w, \"hello\")", 4);
  make_call(person, "epoll_wait", "epoll_wait(ep, 8, 0)", 5);

  EXPECT_THAT(person.label("event:0"), HasSubstr("IN"));
  EXPECT_THAT(person.label("event:0"), HasSubstr("a"));

  person.key("ctrl+s");
  person.click("save:go");
  person.until("the save", [](const Frame& f) { return f["dialog"] == "none"; });
  EXPECT_THAT(person.file("session.epoll"),
              HasSubstr("epoll_wait(ep, 8, 0) = 1 [{events=EPOLLIN, data=a}]\n"));
  EXPECT_EQ(person.quit(), 0);
}

TEST_F(Window, MotionEndsAndKeepsNobodyWaiting) {
  Driver person(*screen_, {first_lesson() + "/03-edge-triggered.md"});
  // Faster than any motion: every key counts.
  for (int i = 0; i < 10; ++i) person.key("space");
  person.until_steps(10);
  EXPECT_EQ(person.until("the tenth step", [](const Frame& f) { return f["step"] == 10; })["step"],
            10);
  person.settle();
  const long before = person.newest()["moving"];
  EXPECT_GT(before, 0);
  person.key("Left");
  const Frame& back = person.until("the end of the way back",
                                   [&](const Frame& f) { return f["step"] == 9 && f["due"] == 0; });
  EXPECT_GT(back["moving"].get<long>(), before);
  EXPECT_FALSE(person.frame_within(2000)) << "at rest nothing is drawn";
}

TEST_F(Window, ASleepersTimeRunsDownWhileItIsInSight) {
  Driver person(*screen_, {});
  person.write_file("sleep.epoll",
                    "ep = epoll_create1(0)\na, a_w = pipe()\nepoll_ctl(ep, ADD, a, IN)\n"
                    "T2: epoll_wait(ep, 8, 3600000)\n");
  person.key("ctrl+o");
  person.type("sleep.epoll");
  person.key("Return");
  person.until("the scenario", [](const Frame& f) { return f["dialog"] == "none"; });
  person.key("ctrl+End");
  person.until_steps(4);
  int ticks = 0;
  person.until("ten ticks", [&](const Frame& f) {
    ticks += f["cause"] == "countdown" ? 1 : 0;
    return ticks == 10;
  });
  // Looking back, nobody sleeps yet, and nothing ticks.
  person.key("Left");
  person.until("the step before", [](const Frame& f) { return f["step"] == 3 && f["due"] == 0; });
  EXPECT_FALSE(person.frame_within(1500));
}

TEST_F(Window, WithoutMotionThereIsNoneToWaitFor) {
  Driver person(*screen_, {first_lesson() + "/03-edge-triggered.md", "--no-motion"});
  for (int i = 1; i <= 3; ++i) {
    person.key("space");
    person.until("a step", [&](const Frame& f) { return f["step"] == i && f["due"] == 0; });
  }
  person.settle();
  EXPECT_EQ(person.newest()["moving"], 0);
}

TEST_F(Window, EveryArgumentIsChosenByClicking) {
  Driver person(*screen_, {});
  make_call(person, "epoll_create1", "ep = epoll_create1(0)", 1);
  make_call(person, "eventfd", "v = eventfd(0, 0)", 2);
  person.click("builder:call:epoll_ctl");
  person.click("builder:arg3:ET");
  person.click("builder:arg3:data=42");
  person.until("the line", [](const Frame& f) {
    const Frame* h = hit(f, "builder:line");
    return h != nullptr && h->at("label") == "epoll_ctl(ep, ADD, v, {events=IN|ET, data=42})";
  });
  person.click("builder:run");
  person.until_steps(3);
  person.click("builder:call:epoll_wait");
  person.click("builder:actor:T2");
  person.click("builder:arg2:-1");
  person.click("builder:run");
  person.until_steps(4);
  person.click("builder:call:write");
  person.click("builder:actor:T1");
  person.click("builder:arg1:1");
  person.click("builder:run");
  person.until_steps(5);
  person.key("ctrl+s");
  person.click("save:go");
  person.until("the save", [](const Frame& f) { return f["dialog"] == "none"; });
  EXPECT_THAT(person.file("session.epoll"),
              HasSubstr("T2: <... epoll_wait resumed> = 1 [{events=EPOLLIN, data=42}]\n"));
}

TEST_F(Window, KeysStepThroughTheFirstLesson) {
  std::string lesson;
  for (const auto& entry : std::filesystem::directory_iterator(first_lesson())) {
    if (lesson.empty() || entry.path().string() < lesson) lesson = entry.path().string();
  }
  Driver person(*screen_, {lesson});
  int steps = 0;
  for (;;) {
    person.key("space");
    const Frame& f = person.until("a step or the end", [&](const Frame& frame) {
      return frame["busy"] == false && (frame["steps"] > steps || says(frame, "toast"));
    });
    if (f["steps"] == steps) break;
    steps = f["steps"];
    EXPECT_EQ(f["step"], steps);
  }
  EXPECT_GT(steps, 4);
  person.key("Left");
  person.until("looking back", [&](const Frame& f) { return f["step"] == steps - 1; });
  person.key("Up");
  person.until("a micro-step or the step before",
               [&](const Frame& f) { return f["micro"].is_number() || f["step"] == steps - 2; });
  person.key("Home");
  person.until("the beginning", [](const Frame& f) { return f["step"] == 0; });
  person.key("Down");
  person.until("the first micro-step",
               [](const Frame& f) { return f["step"] == 1 && f["micro"] == 1; });
  person.key("End");
  person.until("the end",
               [&](const Frame& f) { return f["step"] == steps && f["micro"].is_null(); });
}

TEST_F(Window, SettingsOutliveItAndABrokenFileIsShownAndLeftInPlace) {
  constexpr const char* kFile = "config/epollscope/settings.toml";
  Driver person(*screen_, {});
  const auto settle_with = [&](const std::string& words) {
    person.until(words, [&](const Frame&) { return person.file(kFile).contains(words); });
  };
  person.key("t");
  settle_with("theme = \"light\"");
  person.key("l");
  settle_with("language = \"zh-CN\"");
  person.restart();
  EXPECT_NE(person.label("action:step"), "Step");

  // Another key for a step; the old one says nothing any more.
  std::string mine = "# mine\n" + person.file(kFile) + "[keys]\nstep = \"F2\"\n";
  person.write_file(kFile, mine);
  person.restart();
  make_call(person, "epoll_create1", "ep = epoll_create1(0)", 1);
  person.key("Home");
  person.until("the beginning", [](const Frame& f) { return f["step"] == 0; });
  person.key("F2");
  person.until("a step", [](const Frame& f) { return f["step"] == 1; });
  person.key("t");
  settle_with("theme = \"contrast\"");
  EXPECT_TRUE(person.file(kFile).starts_with("# mine\n"));

  const std::string broken = "theme = \"pink\"\n";
  person.write_file(kFile, broken);
  person.restart();
  const Frame& shown = person.until("the message", [](const Frame& f) {
    return f["dialog"] == "message" && hit(f, "message") != nullptr;
  });
  EXPECT_THAT(hit(shown, "message")->at("label").get<std::string>(),
              HasSubstr("settings.toml:1: "));
  person.key("Escape");
  person.until("the window", [](const Frame& f) { return f["dialog"] == "none"; });
  person.key("t");
  person.settle();
  EXPECT_EQ(person.quit(), 0);
  EXPECT_EQ(person.file(kFile), broken);
}

TEST_F(Window, AtRestDrawsNoFrame) {
  Driver person(*screen_, {});
  make_call(person, "epoll_create1", "ep = epoll_create1(0)", 1);
  person.key("Home");
  person.until("the beginning", [](const Frame& f) { return f["step"] == 0; });
  person.settle();
  EXPECT_FALSE(person.frame_within(2000)) << person.newest()["cause"];
  person.key("End");
  person.until("life", [](const Frame& f) { return f["step"] == 1; });
}

TEST_F(Window, AKilledLabIsSaidAndABranchGoesOn) {
  Driver person(*screen_, {});
  make_call(person, "epoll_create1", "ep = epoll_create1(0)", 1);
  make_call(person, "pipe", "a, a_w = pipe()", 2);
  const int lab = person.newest()["lab_pid"];
  ASSERT_GT(lab, 1);
  kill(lab, SIGKILL);
  const Frame& f =
      person.until("the banner", [](const Frame& frame) { return says(frame, "banner"); });
  EXPECT_EQ(f["steps"], 2);
  person.click("banner:branch");
  person.until("a fresh lab", [&](const Frame& frame) {
    return !says(frame, "banner") && frame["steps"] == 2 && frame["lab_pid"] != lab;
  });
  make_call(person, "eventfd", "v = eventfd(0, 0)", 3);
}

TEST_F(Window, AQuestionIsAnsweredByKeyAndByClick) {
  Driver person(*screen_, {});
  person.write_file("lesson.md",
                    "# A lesson\n\nMake one.\n\n```epoll\nep = epoll_create1(0)\n```\n\n"
                    "```quiz\nWhat is the next descriptor?\n- [ ] 3\n- [x] 4\n> 3 is taken.\n"
                    "```\n\n```epoll\nv = eventfd(0, 0)\n```\n");
  person.key("ctrl+o");
  person.type("lesson.md");
  person.key("Return");
  person.until("the lesson", [](const Frame& f) { return f["dialog"] == "none"; });
  person.key("space");
  person.until_steps(1);
  EXPECT_THAT(person.label("quiz:0:1"), HasSubstr("4"));
  EXPECT_EQ(hit(person.newest(), "quiz:verdict"), nullptr);
  person.key("1");
  EXPECT_THAT(person.label("quiz:verdict"), HasSubstr("Not so"));
  person.click("quiz:0:1");
  EXPECT_THAT(person.label("quiz:verdict"), HasSubstr("Right"));
  EXPECT_THAT(person.label("quiz:verdict"), HasSubstr("3 is taken"));
}

TEST_F(Window, ASleepingThreadIsNotCalledAndCanBeStopped) {
  Driver person(*screen_, {});
  make_call(person, "epoll_create1", "ep = epoll_create1(0)", 1);
  make_call(person, "pipe", "a, a_w = pipe()", 2);
  person.click("builder:call:epoll_wait");
  person.click("builder:arg2:-1");
  person.click("builder:run");
  person.until_steps(3);
  // The builder goes on with a thread that is awake; the sleeper gets no call to wait with.
  person.click("builder:call:close");
  EXPECT_EQ(person.label("builder:line"), "T2: close(a_w)");
  person.click("builder:actor:T1");
  person.click("builder:run");
  const Frame& refused =
      person.until("a word about the sleeper", [](const Frame& f) { return says(f, "toast"); });
  EXPECT_EQ(refused["steps"], 3);
  EXPECT_EQ(hit(refused, "statement:3"), nullptr);
  person.click("action:stop");
  person.until("the banner", [](const Frame& f) { return says(f, "banner"); });
  person.click("banner:before");
  person.until("the moment before it", [](const Frame& f) {
    return !says(f, "banner") && f["steps"] == 2 && f["busy"] == false;
  });
}

TEST_F(Window, ARunawayIsRunAndStopped) {
  Driver person(*screen_, {});
  person.write_file("runaway.epoll",
                    "a, w = pipe()\nrepeat 400000 {\nwrite(w, 1)\nread(a, 1)\n}\n");
  person.key("ctrl+o");
  person.type("runaway.epoll");
  person.key("Return");
  person.until("the file", [](const Frame& f) { return f["dialog"] == "none"; });
  person.click("statement:4", 3);
  person.click("menu:run_to");
  person.until_steps(5);
  person.key("ctrl+End");
  person.until("a runaway", [](const Frame& f) { return f["busy"] == true && f["steps"] > 5; });
  person.key("ctrl+period");
  const Frame& f =
      person.until("the banner", [](const Frame& frame) { return says(frame, "banner"); });
  EXPECT_EQ(f["busy"], false);
  EXPECT_LT(f["steps"], 800001);
}

TEST_F(Window, TheContextMenuChangesTheProgram) {
  Driver person(*screen_, {});
  make_call(person, "epoll_create1", "ep = epoll_create1(0)", 1);
  make_call(person, "pipe", "a, a_w = pipe()", 2);
  make_call(person, "eventfd", "v = eventfd(0, 0)", 3);
  const auto line_is = [&](int index, const std::string& text) {
    person.until(text + " in its place", [&](const Frame& f) {
      const Frame* h = hit(f, "statement:" + std::to_string(index));
      return h != nullptr && h->at("label").get<std::string>().find(text) != std::string::npos;
    });
  };
  person.click("statement:2", 3);
  person.click("menu:move_up");
  line_is(1, "eventfd");
  line_is(2, "pipe");
  person.click("statement:1", 3);
  person.click("menu:remove");
  line_is(1, "pipe");
  person.click("statement:1", 3);
  person.click("menu:insert_before");
  person.click("builder:call:epoll_create");
  person.click("builder:run");
  line_is(1, "ep2 = epoll_create(1)");
  person.click("statement:1", 3);
  person.click("menu:edit");
  person.click("builder:arg0:8");
  person.click("builder:run");
  line_is(1, "ep2 = epoll_create(8)");
  // The menu of a thing in the picture makes calls on it.
  person.click("fd:5", 3);
  person.click("menu:epoll_ctl(ep, ADD, a, IN|ET)");
  line_is(3, "epoll_ctl(ep, ADD, a, IN|ET)");
}

TEST_F(Window, SavingAsksBeforeItWritesOverAFile) {
  Driver person(*screen_, {});
  person.write_file("session.epoll", "# somebody's notes\n");
  make_call(person, "epoll_create1", "ep = epoll_create1(0)", 1);
  person.key("ctrl+s");
  person.click("save:go");
  person.until("the question", [](const Frame& f) { return says(f, "toast"); });
  EXPECT_EQ(person.file("session.epoll"), "# somebody's notes\n");
  person.click("save:go");
  person.until("the save", [](const Frame& f) { return f["dialog"] == "none"; });
  EXPECT_EQ(person.file("session.epoll"), "ep = epoll_create1(0) = 3\n");
  // A path that cannot be written keeps the dialog and its field.
  person.key("ctrl+s");
  person.until("the field", [](const Frame& f) { return f["text_input"] == true; });
  person.type("/nonexistent/session.epoll");
  person.key("Return");
  person.until("the refusal", [](const Frame& f) {
    return f["dialog"] == "save" && f["text_input"] == true &&
           f["toast"].get<std::string>().find("/nonexistent") != std::string::npos;
  });
}

TEST_F(Window, ABrokenFileKeepsTheSession) {
  Driver person(*screen_, {});
  person.write_file("broken.epoll", "ep = epoll_create1(0)\nepoll_ctl(ep, ADD, 3, EPOLLINN)\n");
  make_call(person, "epoll_create1", "ep = epoll_create1(0)", 1);
  person.key("ctrl+o");
  person.until("the dialog",
               [](const Frame& f) { return f["dialog"] == "open" && f["text_input"] == true; });
  person.type("broken.epoll");
  person.key("Return");
  person.until("the diagnostics", [](const Frame& f) { return f["dialog"] == "message"; });
  EXPECT_THAT(person.label("message"), HasSubstr("broken.epoll:2:"));
  EXPECT_THAT(person.label("message"), HasSubstr("EPOLLINN"));
  person.key("Escape");
  const Frame& f =
      person.until("the desk", [](const Frame& frame) { return frame["dialog"] == "none"; });
  EXPECT_EQ(f["steps"], 1);
  make_call(person, "pipe", "a, a_w = pipe()", 2);
}

TEST_F(Window, ASessionThatWasNotSavedIsOfferedAgain) {
  Driver person(*screen_, {});
  make_call(person, "epoll_create1", "ep = epoll_create1(0)", 1);
  make_call(person, "pipe", "a, a_w = pipe()", 2);
  person.restart();
  person.click("welcome:continue");
  person.until("the two calls", [](const Frame& f) { return hit(f, "statement:1") != nullptr; });
  person.key("space");
  person.until_steps(1);
}

TEST_F(Window, TheKernelIsZoomedDraggedAndFitted) {
  Driver person(*screen_, {});
  make_call(person, "epoll_create1", "ep = epoll_create1(0)", 1);
  make_call(person, "eventfd", "v = eventfd(0, 0)", 2);
  make_call(person, "epoll_ctl", "epoll_ctl(ep, ADD, v, IN)", 3);
  const auto zoom_is = [](const char* percent) {
    return [percent](const Frame& f) {
      const Frame* h = hit(f, "action:fit");
      return h != nullptr && h->at("label").get<std::string>().find(percent) != std::string::npos;
    };
  };
  person.until("no zoom", zoom_is(" 100 %"));
  const double before = hit(person.newest(), "epoll:3")->at("w").get<double>();
  person.click("action:zoom_in");
  person.until("one step nearer", zoom_is(" 125 %"));
  person.click("action:zoom_in");
  const Frame& near = person.until("two steps nearer", zoom_is(" 156 %"));
  // The view follows the last step, so its hook is there.
  std::string hook;
  for (const Frame& h : near["hits"]) {
    const std::string& id = h.at("id").get_ref<const std::string&>();
    if (id.starts_with("hook:")) hook = id;
  }
  ASSERT_FALSE(hook.empty());
  // The middle button drags by anything; what it holds moves along.
  const double x = hit(near, hook)->at("x").get<double>();
  person.drag(hook, 2, 40, 0, [&](const Frame& f) {
    const Frame* h = hit(f, hook);
    return h != nullptr && h->at("x").get<double>() > x + 20;
  });
  person.click("action:fit");
  const Frame& fitted = person.until("everything", zoom_is(" 100 %"));
  EXPECT_NEAR(hit(fitted, "epoll:3")->at("w").get<double>(), before, 1);
  EXPECT_EQ(person.quit(), 0);
}

TEST_F(Window, NoDisplayIsOneSentence) {
  const Ended ended = run_to_end({EPOLLSCOPE_PROGRAM}, "");
  EXPECT_EQ(ended.status, 3);
  EXPECT_EQ(std::count(ended.errors.begin(), ended.errors.end(), '\n'), 1) << ended.errors;
  EXPECT_THAT(ended.errors, HasSubstr("display"));
}

TEST_F(Window, IsNoLargerThanTheScreen) {
  const Screen small("1024x600");
  Driver person(small, {}, "");
  EXPECT_EQ(person.newest().at("width"), 1024);
  EXPECT_EQ(person.newest().at("height"), 600);
  EXPECT_EQ(person.quit(), 0);
}

}  // namespace
}  // namespace epollscope::test
