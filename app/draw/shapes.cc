#include "app/draw/shapes.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "app/draw/stroke.h"

namespace epollscope::draw {
namespace {

constexpr float kDotSpacingDp = 22, kDotRadiusDp = 1;

class Brush {
 public:
  explicit Brush(const Canvas& canvas) : c_(canvas), list_(canvas.list) {}

  void operator()(const scene::Box& box);
  void operator()(const scene::Line& line);
  void operator()(const scene::Wire& wire);
  void operator()(const scene::Disc& disc);
  void operator()(const scene::Polygon& polygon);
  void operator()(const scene::Text& text);
  void operator()(const scene::ClipBegin& clip);
  void operator()(const scene::ClipEnd&);
  void close_clips();

 private:
  [[nodiscard]] float px(float dp) const { return dp * c_.scale; }
  [[nodiscard]] ImVec2 at(scene::Point p) const { return {px(c_.x + p.x), px(c_.y + p.y)}; }
  // A line thinner than a pixel would be a fainter line: draw a pixel.
  [[nodiscard]] float thickness(float dp) const { return std::max(1.0F, px(dp)); }
  [[nodiscard]] ImU32 ink(Role role) const {
    const Rgba k = color(c_.theme, role);
    return IM_COL32(k.r, k.g, k.b, k.a);
  }
  [[nodiscard]] ImVec2 snapped(scene::Point p) const {
    const ImVec2 q = at(p);
    return {std::round(q.x), std::round(q.y)};
  }
  void border(ImVec2 min, ImVec2 max, float radius, const scene::Box& box);
  std::vector<ImVec2> take_path();

  const Canvas& c_;
  ImDrawList& list_;
  int clips_ = 0;
};

std::vector<ImVec2> Brush::take_path() {
  std::vector<ImVec2> path(list_._Path.begin(), list_._Path.end());
  list_.PathClear();
  return path;
}

void Brush::operator()(const scene::Box& box) {
  const ImVec2 min = snapped({box.rect.x, box.rect.y});
  const ImVec2 max = snapped({box.rect.right(), box.rect.bottom()});
  if (max.x <= min.x || max.y <= min.y) return;
  const float radius = std::min({px(box.radius), (max.x - min.x) / 2, (max.y - min.y) / 2});
  if (box.fill == Role::ground_dots) {
    c_.dots.add(list_, {min, max, px(kDotSpacingDp), px(kDotRadiusDp), radius,
                        color(c_.theme, Role::ground_dots)});
  } else if (box.fill != Role::none) {
    // Under a solid border the fill stops half way, or its soft edge would shine around it.
    const bool framed = box.border != Role::none && box.stroke == scene::Stroke::solid;
    const float in = framed ? thickness(box.border_width) / 2 : 0;
    list_.AddRectFilled({min.x + in, min.y + in}, {max.x - in, max.y - in}, ink(box.fill),
                        std::max(0.0F, radius - in));
  }
  if (box.border != Role::none) border(min, max, radius, box);
}

// The outer edge of a border is the edge of its box.
void Brush::border(ImVec2 min, ImVec2 max, float radius, const scene::Box& box) {
  const float width = thickness(box.border_width);
  const float in = width / 2;
  if (max.x - min.x <= width || max.y - min.y <= width) {
    list_.AddRectFilled(min, max, ink(box.border), radius);
    return;
  }
  list_.PathRect({min.x + in, min.y + in}, {max.x - in, max.y - in}, std::max(0.0F, radius - in));
  const auto path = take_path();
  stroke_path(list_, path, true, {ink(box.border), width, box.stroke, c_.scale});
}

void Brush::operator()(const scene::Line& line) {
  const ImVec2 a = at(line.a);
  const ImVec2 b = at(line.b);
  const float width = thickness(line.width);
  const bool upright = a.x == b.x;
  if (line.stroke == scene::Stroke::solid && (upright || a.y == b.y)) {
    // Upright or level: a bar of whole pixels around the line.
    const float bar = std::round(width);
    const float left = upright ? std::round(a.x - bar / 2) : std::round(std::min(a.x, b.x));
    const float top = upright ? std::round(std::min(a.y, b.y)) : std::round(a.y - bar / 2);
    const float right = upright ? left + bar : std::round(std::max(a.x, b.x));
    const float bottom = upright ? std::round(std::max(a.y, b.y)) : top + bar;
    list_.AddRectFilled({left, top}, {right, bottom}, ink(line.color));
    return;
  }
  const std::vector<ImVec2> path = {a, b};
  stroke_path(list_, path, false, {ink(line.color), width, line.stroke, c_.scale});
}

void Brush::operator()(const scene::Wire& wire) {
  list_.PathLineTo(at(wire.a));
  list_.PathBezierCubicCurveTo(at(wire.c1), at(wire.c2), at(wire.b));
  const auto path = take_path();
  stroke_path(list_, path, false, {ink(wire.color), thickness(wire.width), wire.stroke, c_.scale});
}

void Brush::operator()(const scene::Disc& disc) {
  const ImVec2 center = at(disc.center);
  const float radius = px(disc.radius);
  const float ring = disc.border == Role::none ? 0 : thickness(disc.border_width);
  if (disc.fill != Role::none) {
    list_.AddCircleFilled(center, std::max(0.0F, radius - ring / 2), ink(disc.fill));
  }
  if (ring > 0)
    list_.AddCircle(center, std::max(0.5F, radius - ring / 2), ink(disc.border), 0, ring);
}

void Brush::operator()(const scene::Polygon& polygon) {
  if (polygon.points.size() < 3 || polygon.fill == Role::none) return;
  std::vector<ImVec2> path;
  path.reserve(polygon.points.size());
  for (const scene::Point p : polygon.points) path.push_back(at(p));
  float area = 0;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const ImVec2 a = path[i];
    const ImVec2 b = path[(i + 1) % path.size()];
    area += a.x * b.y - b.x * a.y;
  }
  // ImGui softens the edges of clockwise polygons only.
  if (area < 0) std::ranges::reverse(path);
  list_.AddConvexPolyFilled(path.data(), static_cast<int>(path.size()), ink(polygon.fill));
}

void Brush::operator()(const scene::Text& text) {
  if (text.text.empty() || text.color == Role::none) return;
  const float size = px(text.size);
  const ImVec2 anchor = at(text.at);
  const float share = text.align == scene::Align::left     ? 0
                      : text.align == scene::Align::center ? 0.5F
                                                           : 1;
  float x = anchor.x;
  if (share > 0) x -= share * text_width(text.face, size, text.text);
  c_.glyphs.draw(list_, text.face, size, x, anchor.y, ink(text.color), text.text);
}

void Brush::operator()(const scene::ClipBegin& clip) {
  list_.PushClipRect(snapped({clip.rect.x, clip.rect.y}),
                     snapped({clip.rect.right(), clip.rect.bottom()}), true);
  ++clips_;
}

void Brush::operator()(const scene::ClipEnd& /*end*/) {
  if (clips_ == 0) return;
  list_.PopClipRect();
  --clips_;
}

void Brush::close_clips() {
  for (; clips_ > 0; --clips_) list_.PopClipRect();
}

}  // namespace

void draw_shapes(const Canvas& canvas, const scene::Scene& scene) {
  Brush brush(canvas);
  for (const scene::Shape& shape : scene.shapes) {
    std::visit([&](const auto& s) { brush(s); }, shape);
  }
  brush.close_clips();
}

}  // namespace epollscope::draw
