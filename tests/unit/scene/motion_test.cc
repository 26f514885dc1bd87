// Motion between two moments: where it starts, where it ends, and what is seen on the way.
#include "app/scene/motion.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "app/scene/stage.h"
#include "app/scene/tracks.h"
#include "tests/unit/scene/picture.h"
#include "tests/unit/session/run.h"

namespace epollscope::scene {
namespace {

constexpr std::string_view kTwoPipes =
    "ep = epoll_create1(0)\n"
    "a, a_w = pipe()\n"
    "b, b_w = pipe()\n"
    "epoll_ctl(ep, ADD, a, IN)\n"
    "epoll_ctl(ep, ADD, b, IN|ET)\n"
    "c = dup(a)\n"
    "epoll_ctl(ep, ADD, c, IN|ONESHOT)\n"
    "epoll_ctl(ep, DEL, c, NULL)\n"
    "write(a_w, 5)\n"
    "write(b_w, 5)\n"
    "epoll_wait(ep, 8, 0)\n"
    "epoll_wait(ep, 8, 0)\n"
    "T2: epoll_wait(ep, 8, -1)\n"
    "epoll_ctl(ep, DEL, a, NULL)\n";
constexpr int kFirstWrite = 9, kFirstWait = 11;

Scene moment(const Session& session, int step, std::optional<int> micro = std::nullopt,
             int scroll = -1, View view = View::window) {
  StageInput input;
  input.session = &session;
  input.step = step;
  input.micro = micro;
  input.program_scroll = scroll;
  return build(input, view);
}

// "card:" and the number of the item of that name.
std::string key_of(const Session& session, std::string_view what, std::string_view name) {
  const State state = session.state_at(kFirstWrite, std::nullopt);
  for (const ItemState& item : state.eventpolls.front().items) {
    if (item.name == name) return std::string(what) + std::to_string(item.id.value);
  }
  return {};
}

Journey into(const Session& session, int step, Motion motion = Motion::full) {
  return {.micro = session.steps()[static_cast<std::size_t>(step) - 1].micro, .motion = motion};
}

// A scene as text, to compare.
std::string written(const Scene& scene) {
  std::string out;
  const auto number = [&](float v) { out += std::to_string(std::lround(v * 4)) + " "; };
  for (const Shape& shape : scene.shapes) {
    out += std::to_string(shape.index()) + ": ";
    if (const auto* t = std::get_if<Text>(&shape)) {
      out += t->text + " ";
      number(t->at.x);
      number(t->at.y);
    }
    if (const auto* b = std::get_if<Box>(&shape)) {
      for (const float v : {b->rect.x, b->rect.y, b->rect.w, b->rect.h}) number(v);
    }
    if (const auto* w = std::get_if<Wire>(&shape)) {
      for (const float v : {w->a.x, w->a.y, w->b.x, w->b.y}) number(v);
    }
    out += "\n";
  }
  return out;
}

// What is drawn where: texts with every group's shift added.
struct Placed {
  std::string text;
  Point at;
  float alpha = 1;
};
std::vector<Placed> placed(const Scene& scene) {
  std::vector<Placed> all;
  std::vector<GroupBegin> groups = {GroupBegin{{}, 1}};
  for (const Shape& shape : scene.shapes) {
    if (const auto* g = std::get_if<GroupBegin>(&shape)) {
      const GroupBegin& up = groups.back();
      groups.push_back({{up.shift.x + g->shift.x, up.shift.y + g->shift.y}, up.alpha * g->alpha});
    } else if (std::holds_alternative<GroupEnd>(shape)) {
      groups.pop_back();
    } else if (const auto* t = std::get_if<Text>(&shape)) {
      const GroupBegin& around = groups.back();
      all.push_back({t->text, {t->at.x + around.shift.x, t->at.y + around.shift.y}, around.alpha});
    }
  }
  EXPECT_EQ(groups.size(), 1U) << "groups do not match";
  return all;
}

TEST(Motion, EndsAsTheNewPictureAndPointsAtItFromTheStart) {
  const auto session = test::run(kTwoPipes, test::kModel);
  ASSERT_TRUE(session);
  for (int n = 1; n <= static_cast<int>(session->steps().size()); ++n) {
    const Scene before = moment(*session, n - 1);
    const Scene after = moment(*session, n);
    EXPECT_EQ(written(between(before, after, into(*session, n), 1)), written(after)) << n;
    for (const float t : {0.0F, 0.3F, 0.7F, 0.99F}) {
      const Scene way = between(before, after, into(*session, n), t);
      ASSERT_EQ(way.hits.size(), after.hits.size());
      for (std::size_t i = 0; i < way.hits.size(); ++i) {
        EXPECT_EQ(way.hits[i].id, after.hits[i].id);
        EXPECT_EQ(way.hits[i].rect, after.hits[i].rect);
      }
    }
  }
}

TEST(Motion, BeginsWhereThingsStood) {
  const auto session = test::run(kTwoPipes, test::kModel);
  ASSERT_TRUE(session);
  const Scene before = moment(*session, kFirstWait - 1);
  const Scene after = moment(*session, kFirstWait);
  const Scene start = between(before, after, into(*session, kFirstWait), 0);
  // b is still on the list, and nothing is in events[].
  const auto shown = placed(start);
  const Part* card = find_part(before, key_of(*session, "card:", "b"));
  ASSERT_NE(card, nullptr);
  ASSERT_EQ(find_part(after, key_of(*session, "card:", "b")), nullptr);
  EXPECT_TRUE(std::ranges::any_of(shown, [&](const Placed& p) {
    return p.text == "b" && card->rect.contains(p.at) && p.alpha == 1;
  }));
  const Part* slot = find_part(after, "slot:0");
  ASSERT_NE(slot, nullptr);
  EXPECT_FALSE(std::ranges::any_of(shown, [&](const Placed& p) {
    return p.text == "data=a" && slot->rect.contains(p.at) && p.alpha > 0.1F;
  }));
}

TEST(Motion, AReportCrossesFromTheListIntoItsSlot) {
  const auto session = test::run(kTwoPipes, test::kModel);
  ASSERT_TRUE(session);
  const Scene before = moment(*session, kFirstWait - 1);
  const Scene after = moment(*session, kFirstWait);
  const Part* from = find_part(before, key_of(*session, "card:", "a"));
  const Part* to = find_part(after, "slot:0");
  ASSERT_TRUE(from != nullptr && to != nullptr);
  std::vector<float> way;
  for (int i = 1; i < 40; ++i) {
    const auto t = static_cast<float>(i) / 40;
    for (const Placed& p : placed(between(before, after, into(*session, kFirstWait), t))) {
      if (p.text == "data=a" && p.alpha > 0) way.push_back(p.at.x);
    }
  }
  ASSERT_GT(way.size(), 5U);
  EXPECT_TRUE(std::ranges::is_sorted(way, std::greater{})) << "from the kernel to the left";
  EXPECT_GT(way.front(), from->rect.x);
  EXPECT_LT(way.back(), to->rect.right());
}

TEST(Motion, APulseOfAWakeupRunsUpTheHook) {
  const auto session = test::run(kTwoPipes, test::kModel);
  ASSERT_TRUE(session);
  const Scene before = moment(*session, kFirstWrite - 1);
  const Scene after = moment(*session, kFirstWrite);
  const Part* hook = find_part(after, key_of(*session, "hook:", "a"));
  ASSERT_TRUE(hook != nullptr && hook->end > hook->first);
  const auto& wire = std::get<Wire>(after.shapes[hook->first]);
  std::vector<float> heights;
  for (int i = 1; i < 40; ++i) {
    const Scene way =
        between(before, after, into(*session, kFirstWrite), static_cast<float>(i) / 40);
    for (const Shape& shape : way.shapes) {
      const auto* disc = std::get_if<Disc>(&shape);
      if (disc != nullptr && disc->glow > 0 && disc->center.y <= wire.a.y &&
          disc->center.y >= wire.b.y) {
        heights.push_back(disc->center.y);
      }
    }
  }
  ASSERT_GT(heights.size(), 4U);
  EXPECT_TRUE(std::ranges::is_sorted(heights, std::greater{})) << "up, never down";
}

TEST(Motion, AFilteredWakeupDiesAtTheItemAndSaysSo) {
  const auto session = test::run(
      "ep = epoll_create1(0)\na, b = socketpair(AF_UNIX, SOCK_STREAM)\n"
      "epoll_ctl(ep, ADD, b, OUT|ET)\nepoll_wait(ep, 8, 0)\nwrite(a, 5)\n",
      test::kModel);
  ASSERT_TRUE(session);
  const Scene before = moment(*session, 4);
  const Scene after = moment(*session, 5);
  bool said = false;
  for (int i = 1; i < 40; ++i) {
    const Scene way = between(before, after, into(*session, 5), static_cast<float>(i) / 40);
    for (const Placed& p : placed(way)) {
      said = said || p.text == tr(Lang::en, "item.short.filtered");
    }
    EXPECT_TRUE(std::ranges::none_of(way.shapes, [](const Shape& shape) {
      const auto* disc = std::get_if<Disc>(&shape);
      return disc != nullptr && disc->fill == Role::wakeup;
    })) << "a pulse as of a wakeup that queues";
  }
  EXPECT_TRUE(said);
}

TEST(Motion, ACheckComesBackWithItsAnswer) {
  const auto session = test::run(kTwoPipes, test::kModel);
  ASSERT_TRUE(session);
  const Scene before = moment(*session, kFirstWait - 1);
  const Scene after = moment(*session, kFirstWait);
  // Along its hook only an answer on its way says IN.
  const Part* node = find_part(after, key_of(*session, "node:", "a"));
  const Part* queue = find_part(after, key_of(*session, "hook:", "a"));
  ASSERT_TRUE(node != nullptr && queue != nullptr);
  const auto& wire = std::get<Wire>(after.shapes[queue->first]);
  const auto answers = [&](const Scene& scene) {
    return std::ranges::any_of(placed(scene), [&](const Placed& p) {
      return p.text == "IN" && p.at.y > node->rect.bottom() + 2 && p.at.y < wire.a.y &&
             p.at.x < std::max(wire.a.x, wire.b.x) + 20;
    });
  };
  ASSERT_FALSE(answers(after));
  bool answered = false;
  for (int i = 1; i < 40; ++i) {
    const Scene way =
        between(before, after, into(*session, kFirstWait), static_cast<float>(i) / 40);
    answered = answered || answers(way);
  }
  EXPECT_TRUE(answered);
}

TEST(Motion, TakesLessThanFourTenthsOfASecondAndNoneWhenOff) {
  const auto session = test::run(kTwoPipes, test::kModel);
  ASSERT_TRUE(session);
  for (int n = 1; n <= static_cast<int>(session->steps().size()); ++n) {
    EXPECT_LT(seconds_of(into(*session, n)), 0.4);
    EXPECT_GT(seconds_of(into(*session, n)), 0.1);
    EXPECT_EQ(seconds_of(into(*session, n, Motion::off)), 0);
  }
  Journey long_one;
  for (int i = 0; i < 500; ++i) {
    MicroStep m;
    m.what = MicroStep::What::checked;
    long_one.micro.push_back(m);
  }
  EXPECT_LT(seconds_of(long_one), 0.4);
}

TEST(Motion, ReducedMovesNothing) {
  const auto session = test::run(kTwoPipes, test::kModel);
  ASSERT_TRUE(session);
  for (int n = 1; n <= static_cast<int>(session->steps().size()); ++n) {
    const Scene before = moment(*session, n - 1);
    const Scene after = moment(*session, n);
    const auto there = placed(after);
    const auto way = placed(between(before, after, into(*session, n, Motion::reduced), 0.5F));
    ASSERT_EQ(way.size(), there.size()) << n;
    for (std::size_t i = 0; i < way.size(); ++i) {
      EXPECT_EQ(way[i].text, there[i].text);
      EXPECT_EQ(way[i].at, there[i].at);
    }
  }
}

// Jumps to and fro, into micro-steps and out of them: every picture on the way is whole.
TEST(Motion, EveryWayIsWhole) {
  const unsigned seed = std::random_device()();
  std::mt19937 random(seed);
  SCOPED_TRACE("seed " + std::to_string(seed));
  const auto session = test::run(kTwoPipes, test::kModel);
  ASSERT_TRUE(session);
  const int steps = static_cast<int>(session->steps().size());
  const auto any = [&] {
    const int n = static_cast<int>(random() % static_cast<unsigned>(steps + 1));
    std::optional<int> micro;
    if (n > 0 && random() % 2 == 0) {
      const auto all = session->steps()[static_cast<std::size_t>(n) - 1].micro.size();
      micro = static_cast<int>(random() % (all + 1));
    }
    return std::pair{n, moment(*session, n, micro)};
  };
  for (int i = 0; i < 150; ++i) {
    const auto [from, before] = any();
    const auto [to, after] = any();
    const Journey journey = to > 0 ? into(*session, to) : Journey{};
    const auto t = static_cast<float>(random() % 100) / 100;
    const Scene way = between(before, after, journey, t);
    int clips = 0;
    for (const Shape& shape : way.shapes) {
      clips += std::holds_alternative<ClipBegin>(shape) ? 1 : 0;
      clips -= std::holds_alternative<ClipEnd>(shape) ? 1 : 0;
      ASSERT_GE(clips, 0);
      if (const auto* wire = std::get_if<Wire>(&shape)) {
        for (const Point p : {wire->a, wire->c1, wire->c2, wire->b}) {
          ASSERT_TRUE(std::isfinite(p.x) && std::isfinite(p.y)) << from << " to " << to;
        }
      }
    }
    EXPECT_EQ(clips, 0);
    placed(way);
  }
}

TEST(Parts, AreInOrderDoNotOverlapAndHaveOneNameEach) {
  const auto session = test::run(kTwoPipes, test::kModel);
  ASSERT_TRUE(session);
  const int steps = static_cast<int>(session->steps().size());
  for (int i = 0; i <= 2 * steps + 1; ++i) {
    const int n = i / 2;
    const Scene scene =
        moment(*session, n, std::nullopt, -1, i % 2 == 0 ? View::window : View::lecture);
    std::vector<std::string> keys;
    std::size_t at = 0;
    for (const Part& part : scene.parts) {
      EXPECT_GE(part.first, at) << part.key;
      EXPECT_GE(part.end, part.first) << part.key;
      at = part.end;
      keys.push_back(part.key);
    }
    std::ranges::sort(keys);
    EXPECT_EQ(std::ranges::adjacent_find(keys), keys.end()) << n;
  }
}

}  // namespace
}  // namespace epollscope::scene
