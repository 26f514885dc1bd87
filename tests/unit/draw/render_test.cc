#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "app/draw/draw.h"

namespace epollscope::draw {
namespace {

using namespace scene;

Scene every_shape() {
  Scene s{240, 120, {}, {}};
  s.shapes = {
      Box{{4, 4, 232, 112}, 8, Role::panel, Role::panel_border},
      Box{{4, 4, 232, 112}, 8, Role::ground_dots},
      Box{{10, 10, 60, 20}, 6, Role::raised, Role::line, 1, Stroke::dashed},
      Box{{80, 10, 60, 20}, 6, Role::none, Role::line, 1, Stroke::dotted},
      Line{{10, 40}, {100, 40}, Role::line, 2},
      Line{{10, 44}, {100, 60}, Role::in, 1.5F, Stroke::dashed},
      Wire{{110, 40}, {110, 80}, {200, 40}, {200, 80}, Role::wakeup, 2, Stroke::dotted},
      Disc{{20, 80}, 8, Role::node_red, Role::node_ring, 2},
      Polygon{{{40, 88}, {48, 72}, {56, 88}}, Role::wakeup},
      ClipBegin{{60, 70, 40, 20}},
      Text{{62, 84}, "ready list 就绪列表"},
      ClipEnd{},
      Text{{230, 110}, "epoll_wait → 1", Face::mono, 11, Role::text_dim, Align::right},
  };
  return s;
}

platform::Pixels drawn(const Scene& scene, Theme theme, float scale) {
  auto pixels = render(scene, theme, static_cast<int>(scene.width * scale),
                       static_cast<int>(scene.height * scale), scale);
  EXPECT_TRUE(pixels) << pixels.error().what;
  return pixels ? std::move(*pixels) : platform::Pixels{};
}

Rgba pixel(const platform::Pixels& p, int x, int y) {
  const auto at = (static_cast<std::size_t>(y) * static_cast<std::size_t>(p.width) +
                   static_cast<std::size_t>(x)) *
                  4;
  return {p.rgba.at(at), p.rgba.at(at + 1), p.rgba.at(at + 2), p.rgba.at(at + 3)};
}

// The smallest rectangle that holds every pixel unlike the ground.
struct Extent {
  int left = 1 << 20, top = 1 << 20, right = -1, bottom = -1;
};
Extent inked(const platform::Pixels& p, Theme theme) {
  Extent e;
  for (int y = 0; y < p.height; ++y) {
    for (int x = 0; x < p.width; ++x) {
      if (pixel(p, x, y) == color(theme, Role::ground)) continue;
      e = {std::min(e.left, x), std::min(e.top, y), std::max(e.right, x), std::max(e.bottom, y)};
    }
  }
  return e;
}

Scene with(std::vector<Shape> shapes) { return {100, 60, std::move(shapes), {}}; }

TEST(Render, SamePixelsEveryTime) {
  for (const Theme theme : {Theme::dark, Theme::light, Theme::contrast}) {
    for (const float scale : {1.0F, 1.5F, 2.0F}) {
      EXPECT_EQ(drawn(every_shape(), theme, scale).rgba, drawn(every_shape(), theme, scale).rgba);
    }
  }
}

TEST(Render, ThemesDiffer) {
  EXPECT_NE(drawn(every_shape(), Theme::dark, 1).rgba, drawn(every_shape(), Theme::light, 1).rgba);
}

TEST(Render, IsOpaqueAndTopRowFirst) {
  const auto p = drawn(with({Box{{0, 0, 100, 10}, 0, Role::in}}), Theme::dark, 1);
  EXPECT_EQ(pixel(p, 50, 2), color(Theme::dark, Role::in));
  EXPECT_EQ(pixel(p, 50, 57), color(Theme::dark, Role::ground));
}

TEST(Render, BoxesEndOnWholePixelsAtEveryScale) {
  for (const float scale : {1.0F, 1.25F, 2.0F}) {
    const Box box{{8.3F, 12.4F, 40.2F, 20.3F}, 0, Role::in, Role::in, 1};
    const auto p = drawn(with({box}), Theme::light, scale);
    const Extent e = inked(p, Theme::light);
    EXPECT_EQ(e.left, std::lround(box.rect.x * scale));
    EXPECT_EQ(e.right, std::lround(box.rect.right() * scale) - 1);
    EXPECT_EQ(e.top, std::lround(box.rect.y * scale));
    EXPECT_EQ(e.bottom, std::lround(box.rect.bottom() * scale) - 1);
    const int middle = (e.top + e.bottom) / 2;
    EXPECT_EQ(pixel(p, e.left, middle), color(Theme::light, Role::in)) << "a blurred edge";
    EXPECT_EQ(pixel(p, e.right, middle), color(Theme::light, Role::in)) << "a blurred edge";
  }
}

TEST(Render, TextStandsOnItsBaselineAndEndsWhereItWasMeasured) {
  for (const float scale : {1.0F, 1.5F, 2.0F}) {
    const auto right =
        inked(drawn(with({Text{{90, 40}, "HHH", Face::sans, 13, Role::text, Align::right}}),
                    Theme::light, scale),
              Theme::light);
    EXPECT_EQ(right.bottom, static_cast<int>(40 * scale) - 1);
    EXPECT_NEAR(static_cast<float>(right.bottom - right.top + 1),
                cap_height(Face::sans, 13) * scale, 1);
    EXPECT_NEAR(static_cast<float>(right.right), 90 * scale, 2 * scale);
    const auto left = inked(drawn(with({Text{{90 - text_width(Face::sans, 13, "HHH"), 40}, "HHH"}}),
                                  Theme::light, scale),
                            Theme::light);
    EXPECT_EQ(left.left, right.left);
    EXPECT_EQ(left.right, right.right);
  }
}

TEST(Render, ClipsHideWhatIsOutsideAndEnd) {
  const auto p = drawn(with({ClipBegin{{10, 10, 20, 20}}, Box{{0, 0, 100, 60}, 0, Role::in},
                             ClipEnd{}, Box{{50, 10, 4, 4}, 0, Role::out}}),
                       Theme::dark, 1);
  EXPECT_EQ(pixel(p, 9, 20), color(Theme::dark, Role::ground));
  EXPECT_EQ(pixel(p, 10, 20), color(Theme::dark, Role::in));
  EXPECT_EQ(pixel(p, 30, 20), color(Theme::dark, Role::ground));
  EXPECT_EQ(pixel(p, 51, 11), color(Theme::dark, Role::out));
}

TEST(Render, AClipLeftOpenAndAStrayEndAreHarmless) {
  const auto p = drawn(with({ClipEnd{}, ClipBegin{{0, 0, 50, 50}}, Box{{0, 0, 9, 9}, 0, Role::in}}),
                       Theme::dark, 1);
  EXPECT_EQ(pixel(p, 4, 4), color(Theme::dark, Role::in));
}

TEST(Render, TheDottedGroundHasDotsAndStaysInItsClip) {
  const auto p = drawn(
      with({ClipBegin{{0, 0, 50, 60}}, Box{{0, 0, 100, 60}, 0, Role::ground_dots}, ClipEnd{}}),
      Theme::dark, 1);
  const Extent e = inked(p, Theme::dark);
  EXPECT_GE(e.right, 20);
  EXPECT_LT(e.right, 50);
  EXPECT_EQ(pixel(p, 22, 22), color(Theme::dark, Role::ground)) << "between four dots";
}

TEST(Render, DashesAndDotsLeaveGaps) {
  for (const Stroke stroke : {Stroke::dashed, Stroke::dotted}) {
    const auto p =
        drawn(with({Line{{5, 30.5F}, {95, 30.5F}, Role::text, 2, stroke}}), Theme::light, 1);
    int edges = 0;
    for (int x = 1; x < 100; ++x) {
      const auto dark = [&](int at) { return pixel(p, at, 30).r < 128; };
      if (dark(x) != dark(x - 1)) ++edges;
    }
    EXPECT_GE(edges, 16);
    const Extent e = inked(p, Theme::light);
    EXPECT_LE(e.left, 5);
    EXPECT_GE(e.right, 93);
  }
}

TEST(Render, PolygonsOfEitherOrientationAreTheSame) {
  const auto a =
      drawn(with({Polygon{{{10, 40}, {30, 10}, {50, 40}}, Role::wakeup}}), Theme::dark, 1);
  const auto b =
      drawn(with({Polygon{{{50, 40}, {30, 10}, {10, 40}}, Role::wakeup}}), Theme::dark, 1);
  const Extent ea = inked(a, Theme::dark);
  const Extent eb = inked(b, Theme::dark);
  EXPECT_EQ(ea.left, eb.left);
  EXPECT_EQ(ea.right, eb.right);
  EXPECT_EQ(ea.top, eb.top);
}

TEST(Render, DegenerateShapesDrawNothing) {
  const auto p = drawn(with({Box{{10, 10, 0, 0}, 6, Role::in}, Polygon{{{1, 1}, {2, 2}}, Role::in},
                             Line{{5, 5}, {5, 5}, Role::in, 1, Stroke::dashed}, Text{{5, 5}, ""}}),
                       Theme::dark, 1);
  EXPECT_EQ(inked(p, Theme::dark).right, -1);
}

TEST(Render, ThousandsOfDifferentGlyphsFit) {
  Scene s{1600, 1200, {}, {}};
  for (char32_t row = 0; row < 40; ++row) {
    std::string text;
    for (char32_t i = 0; i < 50; ++i) {
      const char32_t c = U'\u4E00' + row * 50 + i;
      text += static_cast<char>(0xE0U | (c >> 12U));
      text += static_cast<char>(0x80U | ((c >> 6U) & 0x3FU));
      text += static_cast<char>(0x80U | (c & 0x3FU));
    }
    s.shapes.emplace_back(Text{{0, 29.0F * static_cast<float>(row + 1)}, text, Face::sans, 28});
  }
  const auto p = drawn(s, Theme::dark, 1);
  EXPECT_GT(inked(p, Theme::dark).bottom, 1100);
}

TEST(Render, ImpossibleSizesAreErrors) {
  for (const auto& [width, height] : {std::pair{0, 10}, {10, -1}, {8193, 10}, {10, 100'000}}) {
    const auto pixels = render(with({}), Theme::dark, width, height, 1);
    ASSERT_FALSE(pixels);
    EXPECT_NE(pixels.error().what.find(std::to_string(width)), std::string::npos);
  }
}

TEST(Render, TheLargestSizesWork) {
  for (const auto& [width, height] : {std::pair{8192, 16}, {16, 8192}}) {
    const auto pixels =
        render(with({Box{{0, 0, 9, 9}, 0, Role::in}}), Theme::dark, width, height, 1);
    ASSERT_TRUE(pixels);
    EXPECT_EQ(pixels->rgba.size(), 8192U * 16 * 4);
  }
}

// One of each kind, all of which cover the place (40, 30) and reach far beyond it.
std::vector<Shape> large_shapes() {
  return {
      Box{{20, 10, 40, 40}, 0, Role::in},
      Line{{20, 10}, {60, 50}, Role::in, 60},
      Wire{{20, 30}, {30, 30}, {50, 30}, {60, 30}, Role::in, 40},
      Disc{{40, 30}, 20, Role::in},
      Polygon{{{10, 5}, {70, 5}, {70, 55}, {10, 55}}, Role::in},
      Text{{20, 55}, "\u2588", Face::mono, 70, Role::in},
  };
}

// A clip is taken up only where something reaches beyond it.
TEST(Render, EveryKindOfShapeIsCutByTheClipsAroundIt) {
  const Shape whole = Box{{36, 26, 8, 8}, 0, Role::out};  // inside of both clips
  const Shape beyond = Box{{50, 20, 30, 20}, 2, Role::out};
  for (const Shape& shape : large_shapes()) {
    for (const std::vector<Shape>& before :
         {std::vector<Shape>{}, std::vector<Shape>{whole}, std::vector<Shape>{beyond}}) {
      std::vector<Shape> shapes = {ClipBegin{{32, 0, 50, 60}}};
      shapes.insert(shapes.end(), before.begin(), before.end());
      shapes.emplace_back(ClipBegin{{0, 24, 48, 12}});
      shapes.push_back(shape);
      shapes.emplace_back(ClipEnd{});
      shapes.emplace_back(ClipEnd{});
      shapes.emplace_back(Box{{2, 2, 4, 4}, 0, Role::bad});
      const auto p = drawn(with(shapes), Theme::dark, 1);
      const std::string what =
          std::to_string(shape.index()) + " after " + std::to_string(before.size());
      EXPECT_EQ(pixel(p, 40, 30), color(Theme::dark, Role::in)) << what;
      EXPECT_EQ(pixel(p, 33, 25), color(Theme::dark, Role::in)) << what;
      EXPECT_EQ(pixel(p, 31, 30), color(Theme::dark, Role::ground)) << what;
      EXPECT_EQ(pixel(p, 40, 23), color(Theme::dark, Role::ground)) << what;
      EXPECT_EQ(pixel(p, 40, 37), color(Theme::dark, Role::ground)) << what;
      EXPECT_EQ(pixel(p, 49, 30), color(Theme::dark, Role::ground)) << what;
      EXPECT_EQ(pixel(p, 3, 3), color(Theme::dark, Role::bad)) << what;
    }
  }
}

// Shapes are gathered by kind before they are drawn; what lies above what must not change.
TEST(Render, EveryKindOfShapeCoversEveryOther) {
  const std::vector<Shape> kinds = large_shapes();
  const auto middle = [](std::vector<Shape> shapes) {
    return pixel(drawn(with(std::move(shapes)), Theme::dark, 1), 40, 30);
  };
  const auto recolor = [](Shape shape) {
    std::visit(
        [](auto& s) {
          if constexpr (requires { s.color; }) s.color = Role::out;
          if constexpr (requires { s.fill; }) s.fill = Role::out;
        },
        shape);
    return shape;
  };
  for (std::size_t below = 0; below < kinds.size(); ++below) {
    ASSERT_EQ(middle({kinds[below]}), color(Theme::dark, Role::in)) << below;
    for (std::size_t above = 0; above < kinds.size(); ++above) {
      EXPECT_EQ(middle({kinds[below], recolor(kinds[above])}), color(Theme::dark, Role::out))
          << above << " above " << below;
    }
  }
}

TEST(Render, AGroupMovesAndFadesWhatIsInIt) {
  const auto p = drawn(
      with({GroupBegin{{10, 0}, 1}, GroupBegin{{5, 2}, 0.5F}, Box{{10, 10, 10, 10}, 0, Role::in},
            GroupEnd{}, GroupEnd{}, GroupEnd{}, Box{{50, 10, 10, 10}, 0, Role::in}}),
      Theme::dark, 1);
  const Rgba full = color(Theme::dark, Role::in);
  const Rgba ground = color(Theme::dark, Role::ground);
  EXPECT_EQ(pixel(p, 12, 12), ground);
  EXPECT_NEAR(pixel(p, 30, 15).g, (full.g + ground.g) / 2.0, 2);
  EXPECT_EQ(pixel(p, 30, 11), ground);
  EXPECT_EQ(pixel(p, 55, 15), full);
}

TEST(Render, AGlowShinesOutwardAndFades) {
  Box box{{40, 20, 20, 20}, 4, Role::none, Role::wakeup};
  box.glow = 12;
  const auto p = drawn(with({box}), Theme::dark, 1);
  const Rgba ground = color(Theme::dark, Role::ground);
  EXPECT_GT(pixel(p, 37, 30).r, pixel(p, 33, 30).r);
  EXPECT_GT(pixel(p, 33, 30).r, ground.r);
  EXPECT_EQ(pixel(p, 26, 30), ground);
  EXPECT_EQ(pixel(p, 50, 30), ground) << "a glow is outside";
}

TEST(Render, DashesFlowAlongAWire) {
  const auto at = [](float flow) {
    Wire wire{{5, 30.5F}, {30, 30.5F}, {60, 30.5F}, {95, 30.5F}, Role::text, 3, Stroke::dashed};
    wire.flow = flow;
    return drawn(with({wire}), Theme::light, 1);
  };
  const auto rest = at(0);
  EXPECT_NE(at(3).rgba, rest.rgba);
  int moved = 0;
  const auto flowing = at(3);
  for (int x = 20; x < 80; ++x) {
    moved += std::abs(pixel(flowing, x + 3, 30).r - pixel(rest, x, 30).r) < 60 ? 1 : 0;
  }
  EXPECT_GT(moved, 50) << "the same dashes, further on";
}

}  // namespace
}  // namespace epollscope::draw
