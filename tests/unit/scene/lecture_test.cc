// The picture for a hall: whatever happens in a lesson, every text is large enough for the last
// row and none is cut off or lies over another; and what the last step changed is shown.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "app/scene/lecture.h"
#include "app/scene/stage.h"
#include "tests/unit/scene/picture.h"
#include "tests/unit/session/run.h"

namespace epollscope::scene {
namespace {

struct Size {
  float width, height;
};

StageInput input_of(const Session& session, int step, Size size, Lang lang = Lang::en) {
  StageInput input;
  input.session = &session;
  input.step = step;
  input.width = size.width;
  input.height = size.height;
  input.lang = lang;
  return input;
}

std::vector<std::string> lessons() {
  std::vector<std::string> texts;
  std::set<std::filesystem::path> files;
  const auto folder = std::filesystem::path(EPOLLSCOPE_SOURCE_DIR) / "assets/lessons/en";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.insert(entry.path());
  for (const auto& file : files) {
    std::ifstream in(file);
    std::ostringstream text;
    text << in.rdbuf();
    texts.push_back(text.str());
  }
  return texts;
}

// Names, flags and results are bold code.
std::string too_small(const Scene& scene) {
  for (const Shape& shape : scene.shapes) {
    const auto* text = std::get_if<Text>(&shape);
    if (text == nullptr) continue;
    const float share = cap_height(text->face, text->size) / scene.height;
    if (share < (text->face == Face::mono_bold ? kLarge : kSmallest)) {
      return fmt::format("\"{}\" has capitals of {:.2f} %", text->text, share * 100);
    }
  }
  return {};
}

void expect_legible(const StageInput& input) {
  const Scene scene = build(input, View::lecture);
  const std::string where =
      fmt::format("{} step {} micro {} {}x{} {} answered {}", input.session->lesson().title,
                  input.step, input.micro.value_or(-1), input.width, input.height,
                  name_of(input.lang), input.answers.size());
  ASSERT_EQ(too_small(scene), "") << where;
  const auto faults = test::faults_of(scene);
  ASSERT_TRUE(faults.empty()) << where << ": " << faults.front();
  const auto cut = test::cut_inside(scene, "item:");
  ASSERT_TRUE(cut.empty()) << where << ": " << cut.front();
}

class LectureAt : public ::testing::TestWithParam<Size> {};

TEST_P(LectureAt, EveryTextOfTheLessonsIsLargeEnoughForTheLastRowAndWhole) {
  for (const std::string& lesson : lessons()) {
    const auto session = test::run(lesson, test::kModel);
    ASSERT_NE(session, nullptr);
    for (int step = 0; step <= static_cast<int>(session->steps().size()); ++step) {
      for (const Lang lang : {Lang::en, Lang::zh_cn}) {
        StageInput input = input_of(*session, step, GetParam(), lang);
        ASSERT_NO_FATAL_FAILURE(expect_legible(input));
        for (int q = 0; q < static_cast<int>(session->lesson().quizzes.size()); ++q) {
          input.answers[q] = step % 3;
        }
        ASSERT_NO_FATAL_FAILURE(expect_legible(input));
        if (step == 0) continue;
        const auto& micro = session->steps()[static_cast<std::size_t>(step) - 1].micro;
        for (int k = 0; k <= static_cast<int>(micro.size()); ++k) {
          input.micro = k;
          ASSERT_NO_FATAL_FAILURE(expect_legible(input));
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, LectureAt,
                         ::testing::Values(Size{1280, 720}, Size{1024, 768}, Size{1680, 1050},
                                           Size{1920, 1080}));

// ---- what it shows

constexpr std::string_view kTwo =
    "ep = epoll_create1(0)\na, a_w = pipe()\nb, b_w = pipe()\n"
    "epoll_ctl(ep, ADD, a, IN)\nepoll_ctl(ep, ADD, b, IN|ET)\n"
    "write(a_w, \"hello\")\nepoll_wait(ep, 8, 0)\nepoll_ctl(ep, DEL, b, NULL)\n";

Scene shown(const Session& session, int step) {
  return build(input_of(session, step, {1280, 720}), View::lecture);
}

// The colour of an item's name in its card; none: it has no card.
Role ink_of(const Scene& scene, std::string_view name) {
  for (const Hit& hit : scene.hits) {
    if (!hit.id.starts_with("item:")) continue;
    for (const Shape& shape : scene.shapes) {
      const auto* text = std::get_if<Text>(&shape);
      if (text != nullptr && text->text == name && hit.rect.contains(text->at)) return text->color;
    }
  }
  return Role::none;
}

TEST(Lecture, ShowsTheLastChangeAsBeforeAndAfter) {
  const auto session = test::run(kTwo, test::kModel);
  ASSERT_NE(session, nullptr);
  const Scene added = shown(*session, 4);
  EXPECT_TRUE(test::shows(added, "new"));
  EXPECT_FALSE(test::shows(added, "before:"));
  const Scene written = shown(*session, 6);
  EXPECT_TRUE(test::shows(written, "before:"));
  EXPECT_TRUE(test::shows(written, "empty \u2192 5 B"));
  const Scene waited = shown(*session, 7);
  EXPECT_FALSE(test::shows(waited, "before:"));
  EXPECT_TRUE(test::shows(waited, "5 B of 64 KiB"));
  EXPECT_TRUE(test::shows(shown(*session, 8), "removed"));
}

// A file that is gone has nothing that could be read, not a buffer that was emptied.
TEST(Lecture, ShowsWhatAClosedFileHad) {
  const auto session =
      test::run("ep = epoll_create1(0)\nv = eventfd(3, 0)\nepoll_ctl(ep, ADD, v, IN)\nclose(v)\n",
                test::kModel);
  ASSERT_NE(session, nullptr);
  const Scene closed = shown(*session, 4);
  EXPECT_TRUE(test::shows(closed, "removed"));
  EXPECT_FALSE(test::shows(closed, "3 \u2192 empty"));
  EXPECT_TRUE(test::shows(closed, "3"));
}

TEST(Lecture, DimsWhatTheStepIsNotAbout) {
  const auto session = test::run(kTwo, test::kModel);
  ASSERT_NE(session, nullptr);
  const Scene written = shown(*session, 6);
  EXPECT_EQ(ink_of(written, "a"), Role::text);
  EXPECT_EQ(ink_of(written, "b"), Role::text_dim);
}

TEST(Lecture, CountsWhatIsNotInPlay) {
  std::string text = "ep = epoll_create1(0)\n";
  for (int i = 0; i < 40; ++i) {
    text += fmt::format("v{0} = eventfd(0, 0)\nepoll_ctl(ep, ADD, v{0}, IN)\n", i);
  }
  text += "write(v7, 1)\n";
  const auto session = test::run(text, test::kModel);
  ASSERT_NE(session, nullptr);
  const Scene scene = shown(*session, 82);
  EXPECT_EQ(ink_of(scene, "v7"), Role::text);
  const auto large =
      std::ranges::count_if(scene.hits, [](const Hit& hit) { return hit.id.starts_with("item:"); });
  EXPECT_GE(large, 2);
  EXPECT_LE(large, 4);
  EXPECT_TRUE(test::shows(scene, fmt::format("+{} more", 40 - large)));
  EXPECT_TRUE(test::faults_of(scene).empty()) << test::faults_of(scene).front();
}

TEST(Lecture, AsksTheQuestionWithLettersAndKeysAndSaysNothingElseOfTheLesson) {
  const auto session = test::run(lessons().front(), test::kModel);
  ASSERT_NE(session, nullptr);
  const Scene scene = shown(*session, 3);
  for (const char* id : {"quiz:0:0", "quiz:0:1", "quiz:0:2"}) {
    EXPECT_TRUE(std::ranges::find(scene.hits, id, &Hit::id) != scene.hits.end()) << id;
  }
  for (const char* words : {"A", "B", "C", "1", "2", "3"}) EXPECT_TRUE(test::shows(scene, words));
  EXPECT_FALSE(test::shows(scene, session->lesson().title));
  StageInput input = input_of(*session, 3, {1280, 720});
  input.answers[0] = 1;
  const Scene answered = build(input, View::lecture);
  EXPECT_TRUE(std::ranges::find(answered.hits, "quiz:verdict", &Hit::id) != answered.hits.end());
}

// A remote's screen may have any shape; a page that is too narrow for it shrinks as a whole.
TEST(Lecture, StaysWholeInWindowsOfAnyShape) {
  const auto session = test::run(kTwo, test::kModel);
  ASSERT_NE(session, nullptr);
  for (const Size size : {Size{640, 400}, Size{600, 900}, Size{5120, 2880}, Size{2560, 720}}) {
    for (int step = 0; step <= 8; ++step) {
      const Scene scene = build(input_of(*session, step, size), View::lecture);
      const auto faults = test::faults_of(scene);
      EXPECT_TRUE(faults.empty()) << size.width << " step " << step << ": " << faults.front();
    }
  }
}

// In the window too: a question is seen with all its choices, however small that is.
TEST(SmallWindow, ShowsEveryQuestionOfTheLessonsWhole) {
  for (const std::string& lesson : lessons()) {
    const auto session = test::run(lesson, test::kModel);
    ASSERT_NE(session, nullptr);
    const auto& quizzes = session->lesson().quizzes;
    for (int step = 0; step <= static_cast<int>(session->steps().size()); ++step) {
      StageInput input = input_of(*session, step, {640, 400});
      const auto asked = question_at(input);
      if (!asked) continue;
      const Zones zones = zones_of(input.width, input.height, true);
      Scene scene;
      scene.width = input.width;
      scene.height = input.height;
      build_lesson(input, zones.lesson, scene);
      const auto count = std::ranges::count_if(
          scene.hits, [](const Hit& hit) { return hit.id.starts_with("quiz:"); });
      EXPECT_EQ(static_cast<std::size_t>(count),
                quizzes[static_cast<std::size_t>(*asked)].choices.size())
          << session->lesson().title << " step " << step;
      EXPECT_TRUE(test::faults_of(scene).empty()) << test::faults_of(scene).front();
    }
  }
}

}  // namespace
}  // namespace epollscope::scene
