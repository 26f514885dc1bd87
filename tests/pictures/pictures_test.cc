// Pictures against those that a person has looked at and found good (golden/). A visible change
// fails here and leaves the new picture and the difference beside the build; when it is meant,
// `./dev goldens` takes the new ones over.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/capture/png.h"
#include "app/draw/draw.h"
#include "app/scene/motion.h"
#include "app/scene/stage.h"
#include "app/theme/font.h"
#include "tests/pictures/compare.h"
#include "tests/unit/session/run.h"

namespace epollscope::scene {
namespace {

namespace fs = std::filesystem;

constexpr double kMostSeen = 0.0005;  // of the pixels
constexpr double kWorstPatch = 8;     // CIE76

const SessionOptions kModel{.model_only = true, .tree = TreeOrder::created};

std::string golden(const std::string& name) {
  return std::string(EPOLLSCOPE_SOURCE_DIR) + "/tests/pictures/golden/" + name;
}
bool refreshing() { return std::getenv("EPOLLSCOPE_REFRESH_GOLDENS") != nullptr; }

std::string lesson(int number) {
  for (const auto& entry :
       fs::directory_iterator(std::string(EPOLLSCOPE_SOURCE_DIR) + "/assets/lessons/en")) {
    if (!entry.path().filename().string().starts_with(fmt::format("{:02}-", number))) continue;
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    return text.str();
  }
  return {};
}

std::string crowd(int pipes) {
  std::string text = "ep = epoll_create1(0)\n";
  for (int i = 0; i < pipes; ++i) {
    text += fmt::format("r{0}, w{0} = pipe()\nepoll_ctl(ep, ADD, r{0}, IN{1})\n", i,
                        i % 3 == 0 ? "|ET" : "");
    if (i % 7 == 0) text += fmt::format("write(w{}, \"{}\")\n", i, i);
  }
  return text + "epoll_wait(ep, 3, 0)\n";
}

constexpr std::string_view kThreads =
    "ep = epoll_create1(0)\n"
    "a, a_w = pipe()\n"
    "v = eventfd(0, 0)\n"
    "epoll_ctl(ep, ADD, a, IN)\n"
    "epoll_ctl(ep, ADD, v, IN|ET|ONESHOT)\n"
    "T2: epoll_wait(ep, 8, -1)\n"
    "T3: epoll_wait(ep, 8, 10000)\n"
    "write(v, 1)\n"
    "T3: epoll_wait(ep, 8, -1)\n";

struct Shot {
  std::string name;
  std::string text;
  View view = View::window;
  int step = -1;  // the last
  std::optional<int> micro = std::nullopt;
  Theme theme = Theme::dark;
  Lang lang = Lang::en;
  int width = 1280, height = 800;
  float scale = 1;
  std::optional<float> way = std::nullopt;  // this much of the way from the step before
};

void PrintTo(const Shot& shot, std::ostream* out) { *out << shot.name; }

std::vector<Shot> shots() {
  const auto zh = Lang::zh_cn;
  return {
      {.name = "window-dark", .text = lesson(3), .step = 13},
      {.name = "window-light-zh", .text = lesson(3), .step = 18, .theme = Theme::light, .lang = zh},
      {.name = "window-contrast", .text = lesson(3), .step = 23, .theme = Theme::contrast},
      {.name = "window-empty-zh", .text = lesson(1), .step = 0, .lang = zh},
      {.name = "window-crowded-light", .text = crowd(60), .theme = Theme::light},
      {.name = "window-small", .text = lesson(2), .step = 8, .width = 800, .height = 600},
      {.name = "window-2x",
       .text = std::string(kThreads),
       .step = 7,
       .width = 2560,
       .height = 1600,
       .scale = 2},
      {.name = "stage-micro-2x",
       .text = lesson(3),
       .view = View::stage,
       .step = 12,
       .micro = 4,
       .width = 1600,
       .height = 1000,
       .scale = 2},
      {.name = "tree-crowded-zh",
       .text = crowd(400),
       .view = View::tree,
       .theme = Theme::light,
       .lang = zh},
      {.name = "ready-contrast", .text = crowd(20), .view = View::ready, .theme = Theme::contrast},
      {.name = "timeline-light",
       .text = lesson(3),
       .view = View::timeline,
       .step = 20,
       .theme = Theme::light,
       .height = 500},
      {.name = "timeline-threads-zh",
       .text = std::string(kThreads),
       .view = View::timeline,
       .lang = zh,
       .height = 500},
      {.name = "lecture-light",
       .text = lesson(3),
       .view = View::lecture,
       .step = 12,
       .theme = Theme::light,
       .height = 720},
      {.name = "lecture-contrast-zh",
       .text = std::string(kThreads),
       .view = View::lecture,
       .theme = Theme::contrast,
       .lang = zh,
       .width = 1024,
       .height = 768},
      {.name = "motion-harvest", .text = lesson(3), .step = 12, .way = 0.3F},
  };
}

Scene scene_of(const Session& session, const Shot& shot) {
  const int steps = static_cast<int>(session.steps().size());
  StageInput input;
  input.session = &session;
  input.step = shot.step < 0 ? steps : shot.step;
  input.micro = shot.micro;
  input.width = static_cast<float>(shot.width) / shot.scale;
  input.height = static_cast<float>(shot.height) / shot.scale;
  input.lang = shot.lang;
  input.program_scroll = -1;
  Scene after = build(input, shot.view);
  if (!shot.way) return after;
  const Journey journey{.micro = session.steps()[static_cast<std::size_t>(input.step) - 1].micro,
                        .lang = shot.lang};
  --input.step;
  return between(build(input, shot.view), after, journey, *shot.way);
}

// Letters of another version of a typeface are other letters: their widths tell.
std::string typefaces() {
  std::string widths;
  for (const Face face : {Face::sans, Face::sans_bold, Face::mono, Face::mono_bold}) {
    widths += fmt::format("{:.3f} ", text_width(face, 1000, "epoll_wait → 1 ready"));
  }
  return widths + fmt::format("{:.3f}\n", text_width(Face::sans, 1000, "就绪列表"));
}

class Golden : public ::testing::TestWithParam<Shot> {};

TEST_P(Golden, LooksAsItDid) {
  const Shot& shot = GetParam();
  std::ifstream known(golden("typefaces.txt"));
  const std::string expected(std::istreambuf_iterator<char>(known), {});
  if (!refreshing() && expected != typefaces()) {
    GTEST_SKIP() << "the goldens were drawn with other versions of the typefaces";
  }
  const auto session = test::run(shot.text, kModel);
  ASSERT_TRUE(session);
  const auto pixels =
      draw::render(scene_of(*session, shot), shot.theme, shot.width, shot.height, shot.scale);
  ASSERT_TRUE(pixels) << pixels.error().what;
  if (refreshing()) {
    std::ofstream(golden("typefaces.txt")) << typefaces();
    ASSERT_TRUE(capture::write_png(*pixels, golden(shot.name + ".png")));
    return;
  }
  const auto before = test::read_png(golden(shot.name + ".png"));
  ASSERT_TRUE(before) << before.error().what << "; ./dev goldens draws it";
  ASSERT_EQ(before->width, shot.width);
  ASSERT_EQ(before->height, shot.height);
  const test::Difference difference = test::compare(*before, *pixels);
  if (difference.seen <= kMostSeen && difference.worst <= kWorstPatch) return;
  const std::string left = (fs::current_path() / shot.name).string();
  ASSERT_TRUE(capture::write_png(*pixels, left + ".new.png"));
  ASSERT_TRUE(capture::write_png(difference.picture, left + ".diff.png"));
  FAIL() << fmt::format("{:.3f} % of the pixels differ, the worst patch by {:.1f}; see {}.new.png",
                        difference.seen * 100, difference.worst, left);
}

INSTANTIATE_TEST_SUITE_P(All, Golden, ::testing::ValuesIn(shots()), [](const auto& shown) {
  std::string name = shown.param.name;
  std::ranges::replace(name, '-', '_');
  return name;
});

// The measure itself: blind to what nobody sees, not to what changed.
TEST(Compare, SeesAMissingLampAndNoHalfPixel) {
  const auto drawn = [](float x, Role lamp) {
    Scene scene{200, 100, {}, {}};
    scene.shapes = {Box{{0, 0, 200, 100}, 0, Role::ground},
                    Box{{x, 20, 120, 50}, 9, Role::raised, Role::line},
                    Disc{{60, 45}, 5.2F, lamp, Role::text_faint}};
    return *draw::render(scene, Theme::dark, 200, 100, 1);
  };
  const auto same = test::compare(drawn(20, Role::in), drawn(20, Role::in));
  EXPECT_EQ(same.seen, 0);
  EXPECT_EQ(same.worst, 0);
  const auto lamp = test::compare(drawn(20, Role::in), drawn(20, Role::none));
  EXPECT_TRUE(lamp.seen > kMostSeen && lamp.worst > kWorstPatch);
  const auto moved = test::compare(drawn(20, Role::in), drawn(26, Role::in));
  EXPECT_TRUE(moved.seen > kMostSeen);
}

}  // namespace
}  // namespace epollscope::scene
