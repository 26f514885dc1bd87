// A picture as data: boxes, lines, text and hit areas in dp, with colours named by meaning.
// A Scene is a pure function of history, cursor, size, scale, theme and language; it knows
// neither ImGui nor GL. draw/ turns it into pixels, ui/ asks it what lies under the mouse.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "app/theme/font.h"
#include "app/theme/palette.h"

namespace epollscope::scene {

struct Point {
  float x = 0, y = 0;
  friend bool operator==(Point, Point) = default;
};
struct Rect {
  float x = 0, y = 0, w = 0, h = 0;
  [[nodiscard]] float right() const { return x + w; }
  [[nodiscard]] float bottom() const { return y + h; }
  [[nodiscard]] Point center() const { return {x + w / 2, y + h / 2}; }
  [[nodiscard]] bool contains(Point p) const {
    return p.x >= x && p.x < x + w && p.y >= y && p.y < y + h;
  }
  friend bool operator==(Rect, Rect) = default;
};

enum class Stroke : std::uint8_t { solid, dashed, dotted };

// A box whose fill is ground_dots is a regular grid of small discs.
inline constexpr float kDotSpacing = 22;  // dp

struct Box {
  Rect rect;
  float radius = 6;
  Role fill = Role::none;
  Role border = Role::none;
  float border_width = 1;
  Stroke stroke = Stroke::solid;
  float glow = 0;  // how far its border, or its fill where it has none, shines outward
};
struct Line {  // straight
  Point a, b;
  Role color = Role::line;
  float width = 1;
  Stroke stroke = Stroke::solid;
};
struct Wire {  // cubic Bézier
  Point a, c1, c2, b;
  Role color = Role::line;
  float width = 1.5F;
  Stroke stroke = Stroke::solid;
  float glow = 0;
  float flow = 0;  // how far dashes or dots have moved from `a` towards `b`
};
struct Disc {
  Point center;
  float radius = 4;
  Role fill = Role::none;
  Role border = Role::none;
  float border_width = 1.5F;
  float glow = 0;
};
struct Polygon {  // convex, filled
  std::vector<Point> points;
  Role fill = Role::text;
};
enum class Align : std::uint8_t { left, center, right };
struct Text {
  Point at;  // baseline start, middle or end as `align` says
  std::string text;
  Face face = Face::sans;
  float size = 13;
  Role color = Role::text;
  Align align = Align::left;
};
// Shapes between a ClipBegin and its ClipEnd show only inside the rectangle.
struct ClipBegin {
  Rect rect;
};
struct ClipEnd {};
// Shapes between a GroupBegin and its GroupEnd are drawn moved and as strong as `alpha` says;
// groups nest. Clips inside move along.
struct GroupBegin {
  Point shift;
  float alpha = 1;
};
struct GroupEnd {};

using Shape =
    std::variant<Box, Line, Wire, Disc, Polygon, Text, ClipBegin, ClipEnd, GroupBegin, GroupEnd>;

// Something a person can point at. Ids are stable names: "item:5", "file:2", "step:7", "fd:4".
struct Hit {
  std::string id;
  Rect rect;
  std::string label;  // what it is, in words: the hover text and the test's name for it
};

// Shapes that belong to one thing, so that it can be found again in the scene of another moment:
// "node:5", "card:5", "slot:0". Parts do not overlap; a key may be there once or not at all. A
// part without shapes is a place that something may travel from or to.
struct Part {
  std::string key;
  Rect rect;
  Rect clip;                       // what can be seen of it at most; the whole scene where w is 0
  std::size_t first = 0, end = 0;  // of Scene::shapes
};

struct Scene {
  float width = 0, height = 0;   // dp
  std::vector<Shape> shapes;     // back to front
  std::vector<Hit> hits;         // the last one that contains a point wins
  std::vector<Part> parts = {};  // by `first`
};

// The same picture `k` times as large, its top left corner at `by`.
void enlarge(Scene& scene, float k, Point by = {});

}  // namespace epollscope::scene
