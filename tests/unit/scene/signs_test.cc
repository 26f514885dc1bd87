// Signs that a stranger can tell from each other: lamps, tags, chips, wires, rings; and what
// would give an answer away.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "app/scene/stage.h"
#include "tests/unit/scene/picture.h"
#include "tests/unit/session/run.h"

namespace epollscope::scene {
namespace {

Scene picture(const Session& session, int step, View view = View::window) {
  StageInput input;
  input.session = &session;
  input.step = step;
  return build(input, view);
}

template <class T>
std::ptrdiff_t count_of(const Scene& scene, auto&& wanted) {
  return std::ranges::count_if(scene.shapes, [&](const Shape& shape) {
    const auto* one = std::get_if<T>(&shape);
    return one != nullptr && wanted(*one);
  });
}

bool shows_in(const Scene& scene, std::string_view words, Role color) {
  return count_of<Text>(scene, [&](const Text& t) { return t.text == words && t.color == color; }) >
         0;
}

TEST(Signs, OnlyLampsAreCircles) {
  const auto session =
      test::run("ep = epoll_create1(0)\nv[1..5] = eventfd(0, 0)\nepoll_ctl(ep, ADD, v[1..5], IN)\n",
                test::kModel);
  const Scene tree = picture(*session, static_cast<int>(session->steps().size()), View::tree);
  const auto of_a_node = [](const Disc& d) {
    return d.fill == Role::node_red || d.fill == Role::node_black || d.border == Role::node_red ||
           d.border == Role::node_ring;
  };
  EXPECT_EQ(count_of<Disc>(tree, of_a_node), 0);
  EXPECT_TRUE(shows_in(tree, "R", Role::on_node));
  EXPECT_TRUE(shows_in(tree, "B", Role::on_node));
}

TEST(Signs, EdgesOfTheTreeAreStraightAndHooksBend) {
  const auto session =
      test::run("ep = epoll_create1(0)\nv[1..3] = eventfd(0, 0)\nepoll_ctl(ep, ADD, v[1..3], IN)\n",
                test::kModel);
  const auto steps = static_cast<int>(session->steps().size());
  EXPECT_EQ(count_of<Wire>(picture(*session, steps, View::tree), [](const Wire&) { return true; }),
            0);
  const Scene window = picture(*session, steps);
  EXPECT_GE(count_of<Line>(window, [](const Line& l) { return l.color == Role::node_ring; }),
            2 * 3);
  // Each hook has a barb.
  EXPECT_EQ(count_of<Wire>(window, [](const Wire&) { return true; }), 2 * 3);
}

TEST(Signs, AnEventIsAChipAndAnInterestIsNot) {
  const auto session = test::run(
      "ep = epoll_create1(0)\nv = eventfd(1, 0)\nepoll_ctl(ep, ADD, v, IN)\n"
      "epoll_wait(ep, 8, 0)\n",
      test::kModel);
  const Scene before = picture(*session, 3);
  const Scene after = picture(*session, 4);
  const auto chips = [](const Scene& scene) {
    return count_of<Text>(
        scene, [](const Text& t) { return t.text == "IN" && t.color == Role::on_selection; });
  };
  EXPECT_EQ(chips(after), chips(before) + 1);  // events[0]; one stands in the legend
  EXPECT_TRUE(shows_in(before, "IN", Role::in)) << "outlined: what it would report";
  EXPECT_TRUE(shows_in(before, "IN", Role::text_dim)) << "what it waits for";
}

TEST(Signs, ADisarmedItemWithSomethingToReadHasALampOfItsOwn) {
  const auto session = test::run(
      "ep = epoll_create1(0)\nv = eventfd(0, 0)\nepoll_ctl(ep, ADD, v, IN|ONESHOT)\n"
      "write(v, 1)\nepoll_wait(ep, 8, 0)\nread(v, 8)\n",
      test::kModel);
  const auto muted = [](Role color) {
    return [color](const Disc& d) { return d.border == color && d.radius < 6; };
  };
  const Scene armed = picture(*session, 4);
  const Scene spent = picture(*session, 5);
  const Scene empty = picture(*session, 6);
  EXPECT_FALSE(test::shows(armed, tr(Lang::en, "item.spent_readable")));
  EXPECT_TRUE(test::shows(spent, tr(Lang::en, "item.spent_readable")));
  EXPECT_TRUE(test::shows(spent, "ONESHOT spent"));
  EXPECT_TRUE(test::shows(empty, tr(Lang::en, "item.spent")));
  EXPECT_EQ(count_of<Disc>(spent, muted(Role::in)), count_of<Disc>(empty, muted(Role::in)) + 1);
}

TEST(Signs, AStaleItemIsExplainedAndItsCardWarns) {
  const auto session = test::run(
      "ep = epoll_create1(0)\na, w = pipe()\nepoll_ctl(ep, ADD, a, IN)\nwrite(w, 5)\n"
      "read(a, 5)\nepoll_wait(ep, 8, 0)\n",
      test::kModel);
  for (const Lang lang : {Lang::en, Lang::zh_cn}) {
    StageInput input;
    input.session = session.get();
    input.lang = lang;
    const auto tells = [&](int step) {
      input.step = step;
      const auto said = explain(input);
      return std::ranges::find(said, tr(lang, "said.stale", {"a"})) != said.end();
    };
    EXPECT_FALSE(tells(4));
    EXPECT_TRUE(tells(5));
    EXPECT_FALSE(tells(6));
  }
  EXPECT_TRUE(shows_in(picture(*session, 5), tr(Lang::en, "ready.nothing"), Role::warn));
}

// ---- threads

constexpr std::string_view kSleepers =
    "ep = epoll_create1(0)\na, a_w = pipe()\nb, b_w = pipe()\nepoll_ctl(ep, ADD, a, IN)\n"
    "epoll_ctl(ep, ADD, b, IN|ONESHOT)\nT2: epoll_wait(ep, 8, 60000)\n"
    "T3: epoll_wait(ep, 8, -1)\nT4: read(b, 8)\nwrite(a_w, 1)\n";

TEST(Signs, ARingShowsTheTimeThatIsLeft) {
  const auto session = test::run(kSleepers, test::kModel);
  ASSERT_NE(session, nullptr);
  StageInput input;
  input.session = session.get();
  input.step = 6;
  const auto arc = [&] {
    return count_of<Wire>(build(input, View::window),
                          [](const Wire& w) { return w.color == Role::wakeup; });
  };
  const auto full = arc();
  EXPECT_GE(full, 4);
  input.elapsed_ns[ActorId{'T', 2}] = 40'000'000'000;
  const auto third = arc();
  EXPECT_LT(third, full);
  EXPECT_GE(third, 1);
  input.elapsed_ns[ActorId{'T', 2}] = 90'000'000'000;
  EXPECT_EQ(arc(), 0);
  const auto for_ever = [&] {
    return count_of<Disc>(build(input, View::window), [](const Disc& d) {
      return d.border == Role::wakeup && d.fill == Role::none;
    });
  };
  EXPECT_EQ(for_ever(), 0);
  input.step = 7;
  EXPECT_EQ(for_ever(), 2);  // the loops of ∞
}

TEST(Signs, WordsSayWhatWouldWakeASleeper) {
  const auto session = test::run(kSleepers, test::kModel);
  StageInput input;
  input.session = session.get();
  input.step = 6;
  EXPECT_TRUE(test::shows(build(input, View::window), "a wakeup of a or b wakes it"));
  const auto tells = [&](const char* key, const char* who, const std::string& wakers) {
    const auto said = explain(input);
    return std::ranges::find(said, tr(Lang::en, key, {who, wakers})) != said.end();
  };
  EXPECT_TRUE(tells("said.would_wake_limited", "T2", "a wakeup of a or b"));
  input.step = 8;
  EXPECT_TRUE(tells("said.would_wake", "T4", "bytes in b"));
  EXPECT_TRUE(test::shows(build(input, View::window), "a wakeup of a or b wakes the first"));
}

TEST(Signs, UserSpaceSaysWhoseCallAndWhoseEvents) {
  const auto session = test::run(kSleepers, test::kModel);
  const Scene scene = picture(*session, 9);
  EXPECT_TRUE(test::shows(scene, "call of thread T1"));
  bool mine = false;
  bool theirs = false;
  for (const test::ShownText& text : test::texts_of(scene)) {
    mine = mine || text.text.starts_with("T1: write(");
    theirs = theirs || text.text.starts_with("T2: epoll_wait(");
  }
  EXPECT_TRUE(mine);
  EXPECT_TRUE(theirs);
  EXPECT_TRUE(test::faults_of(scene).empty());
}

TEST(Signs, WhatIsExpectedIsHiddenUntilItsCallHasRun) {
  const auto session = test::run(
      "ep = epoll_create1(0)\nv = eventfd(0, 0)\nepoll_ctl(ep, ADD, v, IN)\nwrite(v, 1)\n"
      "expect ready(ep) = [v]\n",
      test::kModel);
  EXPECT_TRUE(test::shows(picture(*session, 3), "expect ready(ep) = …"));
  EXPECT_FALSE(test::shows(picture(*session, 3), "expect ready(ep) = [v]"));
  EXPECT_TRUE(test::shows(picture(*session, 4), "expect ready(ep) = [v]"));
}

// What an earlier call reported is no news of this step.
TEST(Signs, EventsOfAnEarlierStepAreGreyAndSaySo) {
  const auto session = test::run(
      "ep = epoll_create1(0)\nv = eventfd(1, 0)\nepoll_ctl(ep, ADD, v, IN)\n"
      "epoll_wait(ep, 8, 0)\nread(v, 8)\nepoll_wait(ep, 8, 0)\n",
      test::kModel);
  ASSERT_NE(session, nullptr);
  const auto data_in = [&](int step, View view) {
    const Scene scene = picture(*session, step, view);
    const auto found = std::ranges::find_if(scene.shapes, [](const Shape& shape) {
      const auto* text = std::get_if<Text>(&shape);
      return text != nullptr && text->text == "data=v";
    });
    return found == scene.shapes.end() ? Role::none : std::get<Text>(*found).color;
  };
  for (const View view : {View::window, View::stage, View::lecture}) {
    EXPECT_EQ(data_in(4, view), Role::text);
    EXPECT_EQ(data_in(5, view), Role::text_dim);
    EXPECT_EQ(data_in(6, view), Role::none);
  }
  for (const Lang lang : {Lang::en, Lang::zh_cn}) {
    StageInput input;
    input.session = session.get();
    input.lang = lang;
    input.step = 4;
    EXPECT_TRUE(test::shows(build(input, View::window), tr(lang, "user.events_left", {"4"})));
    input.step = 5;
    EXPECT_TRUE(test::shows(build(input, View::window), tr(lang, "user.events_earlier", {"4"})));
    EXPECT_TRUE(test::faults_of(build(input, View::window)).empty());
  }
}

// A wakeup that the item does not listen to ends before it.
TEST(Signs, AFilteredWakeupIsNotDrawnLikeOneThatQueues) {
  const auto session = test::run(
      "ep = epoll_create1(0)\na, b = socketpair(AF_UNIX, SOCK_STREAM)\n"
      "epoll_ctl(ep, ADD, a, IN|ET)\nepoll_ctl(ep, ADD, b, OUT|ET)\nepoll_wait(ep, 8, 0)\n"
      "write(a, 5)\nwrite(b, 5)\n",
      test::kModel);
  ASSERT_NE(session, nullptr);
  const auto at_last = [&](int step, Lang lang, View view) {
    StageInput input;
    input.session = session.get();
    input.lang = lang;
    input.step = step;
    input.micro =
        static_cast<int>(session->steps()[static_cast<std::size_t>(step) - 1].micro.size());
    return build(input, view);
  };
  const auto lit = [](const Scene& scene) {
    return count_of<Wire>(scene, [](const Wire& w) { return w.color == Role::wakeup; });
  };
  const auto broken = [](const Scene& scene) {
    return count_of<Wire>(scene, [](const Wire& w) { return w.stroke == Stroke::dashed; });
  };
  ASSERT_EQ(session->steps()[5].micro.back().what, MicroStep::What::filtered);
  for (const Lang lang : {Lang::en, Lang::zh_cn}) {
    for (const View view : {View::window, View::lecture}) {
      const Scene filtered = at_last(6, lang, view);
      EXPECT_EQ(lit(filtered), 0);
      EXPECT_EQ(broken(filtered), 1);
      EXPECT_GT(lit(at_last(7, lang, view)), 0);
      EXPECT_EQ(broken(at_last(7, lang, view)), 0);
    }
    EXPECT_TRUE(test::shows(at_last(6, lang, View::window), tr(lang, "item.filtered", {"IN|PRI"})));
    EXPECT_TRUE(test::shows(at_last(6, lang, View::lecture), tr(lang, "item.short.filtered")));
  }
}

TEST(Signs, ALabelOfAWireKeepsAwayFromTheHeading) {
  for (const int items : {1, 6, 12}) {
    const auto session =
        test::run(fmt::format("ep = epoll_create1(0)\nv[1..{0}] = eventfd(0, 0)\n"
                              "epoll_ctl(ep, ADD, v[1..{0}], IN)\nwrite(v[1], 1)\n",
                              items),
                  test::kModel);
    ASSERT_NE(session, nullptr);
    StageInput input;
    input.session = session.get();
    input.step = static_cast<int>(session->steps().size());
    for (const auto& [w, h] : {std::pair{1600, 1000}, std::pair{1024, 768}, std::pair{1280, 720}}) {
      input.width = static_cast<float>(w);
      input.height = static_cast<float>(h);
      const Scene scene = build(input, View::window);
      const auto box_of = [&](std::string_view key) {
        for (const test::ShownText& text : test::texts_of(scene)) {
          if (text.text == tr(Lang::en, key)) return text.box;
        }
        return Rect{};
      };
      const Rect heading = box_of("ready.title");
      const Rect label = box_of("ready.to_events");
      ASSERT_GT(label.w, 0);
      EXPECT_GE(label.y - heading.bottom(), 10) << items << " items, " << w << "x" << h;
    }
  }
}

}  // namespace
}  // namespace epollscope::scene
