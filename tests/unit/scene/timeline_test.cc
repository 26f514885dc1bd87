// The timeline: what the step at the cursor left is seen, amounts compare, threads have lanes.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "app/scene/stage.h"
#include "core/session/measure.h"
#include "tests/unit/scene/picture.h"
#include "tests/unit/session/run.h"

namespace epollscope::scene {
namespace {

StageInput at_step(const Session& session, int step) {
  StageInput input;
  input.session = &session;
  input.step = step;
  input.width = 1600;
  input.height = 700;
  return input;
}

template <class T>
std::vector<T> all_of(const Scene& scene, auto&& wanted) {
  std::vector<T> found;
  for (const Shape& shape : scene.shapes) {
    const auto* one = std::get_if<T>(&shape);
    if (one != nullptr && wanted(*one)) found.push_back(*one);
  }
  return found;
}

float cursor_of(const Scene& scene) {
  const auto lines = all_of<Line>(
      scene, [](const Line& l) { return l.color == Role::selection && l.a.x == l.b.x; });
  EXPECT_EQ(lines.size(), 1U);
  return lines.empty() ? 0 : lines.front().a.x;
}

// The level that a watched file has where the cursor stands, one for each lane.
std::vector<Line> levels_at_cursor(const Scene& scene) {
  const float x = cursor_of(scene);
  return all_of<Line>(scene, [x](const Line& l) {
    return l.color == Role::in && l.a.y == l.b.y && std::abs(l.b.x - x) < 0.5F;
  });
}

TEST(Timeline, ShowsWhatTheStepAtTheCursorLeft) {
  const auto session = test::run(
      "ep = epoll_create1(0)\na, w = pipe()\nepoll_ctl(ep, ADD, a, IN)\n"
      "write(w, 5)\nread(a, 5)\nepoll_wait(ep, 8, 0)\n",
      test::kModel);
  const auto band_end = [&](int step) {
    float end = 0;
    const Scene scene = build(at_step(*session, step), View::timeline);
    for (const Box& box : all_of<Box>(scene, [](const Box& b) { return b.fill == Role::in; })) {
      end = std::max(end, box.rect.y > 80 ? box.rect.right() : 0);
    }
    return end - cursor_of(scene);
  };
  const Scene full = build(at_step(*session, 4), View::timeline);
  const Scene read = build(at_step(*session, 5), View::timeline);
  ASSERT_EQ(levels_at_cursor(full).size(), 1U);
  ASSERT_EQ(levels_at_cursor(read).size(), 1U);
  const Line level = levels_at_cursor(read).front();
  EXPECT_GT(level.b.x - level.a.x, 20) << "the drop lies before the cursor";
  EXPECT_GT(level.a.y, levels_at_cursor(full).front().a.y + 4);
  EXPECT_NEAR(band_end(5), 0, 0.5) << "on the list still";
  EXPECT_LT(band_end(6), -20) << "the step took it off";
  EXPECT_TRUE(test::shows(full, "5 B unread"));
  EXPECT_TRUE(test::shows(read, tr(Lang::en, "file.no_bytes")));
  EXPECT_TRUE(test::shows(read, tr(Lang::en, "item.stale")));
}

TEST(Timeline, MeasuresAllFilesAlike) {
  const auto session = test::run(
      "ep = epoll_create1(0)\na, a_w = pipe()\nb, b_w = pipe()\nepoll_ctl(ep, ADD, a, IN)\n"
      "epoll_ctl(ep, ADD, b, IN)\nwrite(a_w, 5)\nwrite(b_w, 2048)\nread(b, 1024)\n",
      test::kModel);
  // Of both files above the empty ones; in the window, which is not enlarged.
  const auto heights = [&](int step) {
    const auto at = [&](int n) {
      StageInput input = at_step(*session, n);
      input.height = 1000;
      return levels_at_cursor(build(input, View::window));
    };
    const auto levels = at(step);
    const auto empty = at(5);
    EXPECT_EQ(levels.size(), 2U);
    return std::pair{empty.at(0).a.y - levels.at(0).a.y, empty.at(1).a.y - levels.at(1).a.y};
  };
  const auto [few, many] = heights(7);
  EXPECT_GT(few, 3);
  EXPECT_GT(many, 1.5F * few);
  const auto [same, half] = heights(8);
  EXPECT_LT(half, many - 2);
  EXPECT_EQ(same, few);
}

// A counter has no bytes of space: its value is told, whatever is waited for.
TEST(Timeline, TellsTheValueOfACounterThatIsWatchedForOut) {
  const auto session = test::run(
      "ep = epoll_create1(0)\nf = eventfd(0, EFD_NONBLOCK)\n"
      "epoll_ctl(ep, ADD, f, OUT|ET)\nwrite(f, 4438)\nepoll_wait(ep, 8, 0)\n",
      test::kModel);
  ASSERT_NE(session, nullptr);
  const Scene scene = build(at_step(*session, 4), View::timeline);
  EXPECT_TRUE(test::shows(scene, "counter 4438"));
  for (const Shape& shape : scene.shapes) {
    const auto* text = std::get_if<Text>(&shape);
    if (text == nullptr) continue;
    EXPECT_EQ(text->text.find("free"), std::string::npos) << text->text;
  }
  const Scene left = build(at_step(*session, 5), View::timeline);
  EXPECT_FALSE(test::shows(left, tr(Lang::en, "timeline.left")));
}

// How much fits in a TCP connection nobody knows beforehand, and a connection of AF_UNIX has room
// where the other end reads.
TEST(Timeline, TellsRoomWhereThereIsAny) {
  const auto tcp = test::run(
      "ep = epoll_create1(0)\nl = socket(AF_INET, SOCK_STREAM)\nlisten(l, 8)\n"
      "c = socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK)\nconnect(c, l)\ns = accept4(l, 0)\n"
      "epoll_ctl(ep, ADD, c, OUT|ET)\n",
      test::kModel);
  ASSERT_NE(tcp, nullptr);
  EXPECT_TRUE(test::shows(build(at_step(*tcp, 7), View::timeline), "writable"));

  const auto local = test::run(
      "ep = epoll_create1(0)\nl = socket(AF_UNIX, SOCK_STREAM)\nbind(l)\nlisten(l, 8)\n"
      "c = socket(AF_UNIX, SOCK_STREAM|SOCK_NONBLOCK)\nconnect(c, l)\ns = accept4(l, 0)\n"
      "epoll_ctl(ep, ADD, c, OUT|ET)\nwrite(c, 2000)\nwrite(s, 1000)\n",
      test::kModel);
  ASSERT_NE(local, nullptr);
  EXPECT_EQ(test::problems(*local), "");
  const auto room = [&](int step) {
    for (const Shape& shape : build(at_step(*local, step), View::timeline).shapes) {
      const auto* text = std::get_if<Text>(&shape);
      if (text == nullptr || !text->text.ends_with(" B free")) continue;
      return std::stoi(text->text);
    }
    return -1;
  };
  const int before = room(9);
  EXPECT_GT(before, 2000);
  EXPECT_EQ(room(10), before);
}

// Without micro-steps, too: what a wait returned was seen.
TEST(Timeline, TicksWhatWasReportedBehindWhatIsNotModelled) {
  const auto session = test::run(
      "ep = epoll_create1(0)\nc, d = socketpair(AF_UNIX, SOCK_STREAM)\n"
      "other = epoll_create1(0)\nepoll_ctl(other, ADD, d, IN)\n"
      "epoll_ctl(ep, ADD, d, PRI)\nsend(c, \"ab\", MSG_OOB)\nepoll_wait(ep, 8, 0)\n");
  ASSERT_NE(session, nullptr);
  ASSERT_EQ(session->not_modelled_from(), 6);
  const auto ticks = [&](int step) {
    const Scene scene = build(at_step(*session, step), View::timeline);
    return all_of<Disc>(scene, [](const Disc& d) { return d.fill == Role::good; }).size();
  };
  EXPECT_EQ(ticks(7), ticks(6) + 1);
}

// One write is told to five sleepers: a number stands for five ticks.
TEST(Timeline, KeepsItsWordsClearOfManySigns) {
  const auto session = test::run(
      "ep = epoll_create1(0)\nep1 = epoll_create1(0)\nep2 = epoll_create1(0)\n"
      "f = eventfd(0, EFD_NONBLOCK)\ng, g_w = pipe2(O_NONBLOCK)\nepoll_ctl(ep, ADD, g, OUT)\n"
      "epoll_ctl(ep1, ADD, g_w, 0)\n"
      "T2: epoll_wait(ep, 8, -1)\nT3: epoll_wait(ep, 8, -1)\nT4: epoll_wait(ep, 8, -1)\n"
      "T5: epoll_wait(ep, 8, -1)\nT6: epoll_wait(ep, 8, -1)\nepoll_ctl(ep, ADD, f, IN)\n"
      "write(f, 1)\nread(g, 1)\nread(g, 1)\nread(g, 1)\n",
      test::kModel);
  ASSERT_NE(session, nullptr);
  int numbers = 0;
  for (const Lang lang : {Lang::en, Lang::zh_cn}) {
    for (const auto& [w, h] : {std::pair{1280, 720}, std::pair{1680, 1050}, std::pair{900, 600}}) {
      for (int step = 14; step <= 17; ++step) {
        StageInput input = at_step(*session, step);
        input.width = static_cast<float>(w);
        input.height = static_cast<float>(h);
        input.lang = lang;
        const Scene scene = build(input, View::window);
        const auto faults = test::faults_of(scene);
        EXPECT_TRUE(faults.empty()) << faults.front() << " " << w << "x" << h << " step " << step;
        numbers += test::shows(scene, "×5") ? 1 : 0;
      }
    }
  }
  EXPECT_GT(numbers, 12) << "the ticks are too many to be shown singly";
}

// Both sleepers are told of the same level-triggered item.
constexpr std::string_view kTwoSleepers =
    "ep = epoll_create1(0)\na, w = pipe()\nb, b_w = pipe()\n"
    "epoll_ctl(ep, ADD, a, IN)\nepoll_ctl(ep, ADD, b, IN)\n"
    "T2: epoll_wait(ep, 8, -1)\nT3: epoll_wait(ep, 4, -1)\nwrite(w, 1)\n";

TEST(Timeline, SaysWhoseQueueWokeAThreadEvenIfAnotherHeardMeanwhile) {
  std::string text =
      "r = socket(AF_UNIX, SOCK_DGRAM)\ns = socket(AF_UNIX, SOCK_DGRAM|SOCK_NONBLOCK)\n"
      "t = socket(AF_UNIX, SOCK_DGRAM)\nbind(r)\nconnect(s, r)\nconnect(t, r)\n"
      "ep = epoll_create1(0)\nepoll_ctl(ep, ADD, s, OUT)\n";
  const auto most = measure_inputs().max_dgram_qlen;
  constexpr std::uint32_t kMostThatOneMaySend = 200;
  if (most > kMostThatOneMaySend) GTEST_SKIP() << "a queue takes " << most << " messages here";
  for (std::uint32_t i = 0; i <= most; ++i) text += "write(t, 1)\n";
  text += "epoll_wait(ep, 8, 0)\nT2: write(t, 1)\nread(r, 8)\n";
  const auto session = test::run(text, test::kModel);
  ASSERT_NE(session, nullptr);
  const Scene woken =
      build(at_step(*session, static_cast<int>(session->steps().size())), View::timeline);
  EXPECT_TRUE(test::shows(woken, "woken by r"));
}

TEST(Timeline, GivesEachThreadALane) {
  const auto session = test::run(kTwoSleepers, test::kModel);
  ASSERT_NE(session, nullptr);
  const Scene asleep = build(at_step(*session, 7), View::timeline);
  EXPECT_TRUE(test::shows(asleep, "T2 wait …"));
  EXPECT_TRUE(test::shows(asleep, "asleep, waits for a wakeup of a or b"));
  const Scene woken = build(at_step(*session, 8), View::timeline);
  EXPECT_TRUE(test::shows(woken, "T2 wait = 1"));
  EXPECT_TRUE(test::shows(woken, "asleep in epoll_wait(ep)"));
  EXPECT_FALSE(test::shows(woken, "T2 wait …"));
  EXPECT_TRUE(test::shows(woken, "woken by a"));
  const Scene zh = [&] {
    StageInput input = at_step(*session, 7);
    input.lang = Lang::zh_cn;
    return build(input, View::timeline);
  }();
  EXPECT_FALSE(test::shows(zh, "asleep, waits for a wakeup of a or b"));
  const auto threads = [](const Scene& scene) {
    return std::ranges::count_if(scene.hits,
                                 [](const Hit& h) { return h.id.starts_with("thread:"); });
  };
  EXPECT_EQ(threads(woken), 3);
  const auto alone = test::run("ep = epoll_create1(0)\nv = eventfd(0, 0)\n", test::kModel);
  EXPECT_EQ(threads(build(at_step(*alone, 2), View::timeline)), 0);
}

TEST(Timeline, ShowsEveryReportOfAStep) {
  const auto session = test::run(kTwoSleepers, test::kModel);
  const auto ticks = [](const Scene& scene) {
    return all_of<Disc>(scene, [](const Disc& d) { return d.fill == Role::good; }).size();
  };
  const std::size_t legend = 1;
  EXPECT_EQ(ticks(build(at_step(*session, 7), View::timeline)), legend);
  EXPECT_EQ(ticks(build(at_step(*session, 8), View::timeline)), legend + 2);
}

TEST(Timeline, TellsOfATimeThatPassed) {
  const auto session = test::run(
      "ep = epoll_create1(0)\nT2: epoll_wait(ep, 8, 20) <unfinished ...>\n"
      "T2: <... epoll_wait resumed> = 0 []\n",
      test::kModel);
  ASSERT_NE(session, nullptr);
  const Scene scene = build(at_step(*session, 3), View::timeline);
  bool told = false;
  for (const test::ShownText& text : test::texts_of(scene)) {
    told = told || text.text.ends_with("= 0");
  }
  EXPECT_TRUE(told);
}

constexpr std::string_view kComeAndGo =
    "ep = epoll_create1(0)\na, w = pipe()\nb, b_w = pipe()\nepoll_ctl(ep, ADD, a, IN|ET)\n"
    "epoll_ctl(ep, ADD, b, IN)\nwrite(w, 5)\nepoll_wait(ep, 8, 0)\nclose(a)\n"
    "epoll_ctl(ep, DEL, b, NULL)\nwrite(b_w, 5)\nepoll_ctl(ep, ADD, b, IN)\n";

std::ptrdiff_t lanes_in(const Scene& scene, std::string_view says = "") {
  return std::ranges::count_if(scene.hits, [&](const Hit& h) {
    return h.id.starts_with("lane:") && h.label.find(says) != std::string::npos;
  });
}

std::size_t slanted(const Scene& scene) {
  return all_of<Line>(scene,
                      [](const Line& l) {
                        return l.color == Role::text && l.a.x != l.b.x && l.a.y != l.b.y;
                      })
      .size();
}

TEST(Timeline, KeepsTheLaneOfWhatIsWatchedNoMore) {
  const auto session = test::run(kComeAndGo, test::kModel);
  ASSERT_NE(session, nullptr);
  for (const Lang lang : {Lang::en, Lang::zh_cn}) {
    const auto at = [&](int step) {
      StageInput input = at_step(*session, step);
      input.lang = lang;
      return build(input, View::window);
    };
    const std::string closed = tr(lang, "timeline.closed", {"8"});
    const std::string removed = tr(lang, "timeline.removed", {"9"});
    EXPECT_FALSE(test::shows(at(7), closed));
    for (const int step : {8, 9, 10, 11}) {
      EXPECT_EQ(lanes_in(at(step)), 2) << step;
      EXPECT_TRUE(test::shows(at(step), closed)) << step;
      EXPECT_EQ(lanes_in(at(step), removed), step == 9 || step == 10 ? 1 : 0) << step;
      EXPECT_TRUE(test::faults_of(at(step)).empty());
      const auto crosses = (slanted(at(step)) - slanted(at(7))) / 2;
      EXPECT_EQ(crosses, step == 9 || step == 10 ? 2U : 1U) << step;
    }
    StageInput hall = at_step(*session, 8);
    hall.lang = lang;
    EXPECT_EQ(lanes_in(build(hall, View::lecture), tr(lang, "hit.lane", {"a"})), 1);
  }
}

// Where there is no room for all, what is watched now comes first, then what went last.
TEST(Timeline, GivesItsRoomToWhatIsWatchedNow) {
  std::string text = "ep = epoll_create1(0)\n";
  for (int i = 0; i < 12; ++i) text += fmt::format("v{} = eventfd(0, 0)\n", i);
  for (int i = 0; i < 12; ++i) text += fmt::format("epoll_ctl(ep, ADD, v{}, IN)\n", i);
  for (int i = 0; i < 9; ++i) text += fmt::format("close(v{})\n", i);
  const auto session = test::run(text, test::kModel);
  ASSERT_NE(session, nullptr);
  const auto at = [&](int step) {
    StageInput input = at_step(*session, step);
    input.width = 1600;
    input.height = 1000;
    return build(input, View::window);
  };
  const Scene scene = at(34);
  for (const char* living : {"v9", "v10", "v11"}) {
    EXPECT_EQ(lanes_in(scene, tr(Lang::en, "hit.lane", {living})), 1) << living;
  }
  const std::ptrdiff_t gone = lanes_in(scene) - 3;
  EXPECT_GT(gone, 0);
  EXPECT_LT(gone, 9);
  EXPECT_EQ(lanes_in(scene, "closed at step"), gone);
  EXPECT_EQ(lanes_in(scene, "closed at step 34"), 1);
  EXPECT_EQ(lanes_in(at(25)), lanes_in(scene));
  EXPECT_TRUE(test::shows(scene, tr(Lang::en, "timeline.more", {std::to_string(9 - gone)})));
}

TEST(Timeline, HasASignOfItsOwnForAFilteredWakeup) {
  const auto session = test::run(
      "ep = epoll_create1(0)\na, b = socketpair(AF_UNIX, SOCK_STREAM)\n"
      "epoll_ctl(ep, ADD, a, IN|ET)\nepoll_ctl(ep, ADD, b, OUT|ET)\nwrite(a, 5)\nwrite(b, 5)\n",
      test::kModel);
  ASSERT_NE(session, nullptr);
  const auto full = [&](int step) {
    return all_of<Polygon>(build(at_step(*session, step), View::timeline),
                           [](const Polygon& p) { return p.fill == Role::wakeup; })
        .size();
  };
  const auto hollow = [&](int step) {
    return all_of<Line>(build(at_step(*session, step), View::timeline),
                        [](const Line& l) { return l.color == Role::wakeup; })
               .size() /
           3;
  };
  const std::size_t legend = 1;
  EXPECT_EQ(full(4), legend);
  EXPECT_EQ(hollow(4), 0U);
  EXPECT_EQ(full(5), legend);
  EXPECT_EQ(hollow(5), legend + 1);
  EXPECT_EQ(full(6), legend + 1);
  EXPECT_EQ(hollow(6), legend + 1);
}

}  // namespace
}  // namespace epollscope::scene
