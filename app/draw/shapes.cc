#include "app/draw/shapes.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "app/draw/layers.h"
#include "app/draw/stroke.h"

namespace epollscope::draw {
namespace {

constexpr float kDotRadiusDp = 1;

class Brush {
 public:
  explicit Brush(const Canvas& canvas)
      : c_(canvas), layers_(canvas.list, canvas.glyphs, canvas.instanced) {}

  void operator()(const scene::Box& box);
  void operator()(const scene::Line& line);
  void operator()(const scene::Wire& wire);
  void operator()(const scene::Disc& disc);
  void operator()(const scene::Polygon& polygon);
  void operator()(const scene::Text& text);
  void operator()(const scene::ClipBegin& clip);
  void operator()(const scene::ClipEnd&);
  void operator()(const scene::GroupBegin& group);
  void operator()(const scene::GroupEnd&);
  void finish();

 private:
  struct Group {
    scene::Point shift;  // dp, of all groups around as well
    float alpha = 1;
  };

  [[nodiscard]] float px(float dp) const { return dp * c_.scale; }
  [[nodiscard]] ImVec2 at(scene::Point p) const {
    const scene::Point shift = groups_.back().shift;
    return {px(c_.x + p.x + shift.x), px(c_.y + p.y + shift.y)};
  }
  // A line thinner than a pixel would be a fainter line: draw a pixel.
  [[nodiscard]] float thickness(float dp) const { return std::max(1.0F, px(dp)); }
  // Of what ImGui draws, which knows no alpha of a group.
  [[nodiscard]] ImU32 ink(Role role) const {
    const Rgba k = color(c_.theme, role);
    const float alpha = std::clamp(groups_.back().alpha, 0.0F, 1.0F);
    return IM_COL32(k.r, k.g, k.b, std::lround(static_cast<float>(k.a) * alpha));
  }
  [[nodiscard]] ImVec2 snapped(scene::Point p) const {
    const ImVec2 q = at(p);
    return {std::round(q.x), std::round(q.y)};
  }
  void dots(const scene::Rect& rect);
  void stroke(std::vector<PathPoint> path, Role role, const StrokeStyle& style);

  const Canvas& c_;
  Layers layers_;
  std::vector<Group> groups_ = {Group{}};
  int clips_ = 0;
};

// Full strength, for instances whose alpha stands beside their colours.
ImU32 full_ink(Theme theme, Role role) {
  const Rgba k = color(theme, role);
  return role == Role::none ? 0 : IM_COL32(k.r, k.g, k.b, k.a);
}

void Brush::operator()(const scene::Box& box) {
  const ImVec2 min = snapped({box.rect.x, box.rect.y});
  const ImVec2 max = snapped({box.rect.right(), box.rect.bottom()});
  if (max.x <= min.x || max.y <= min.y) return;
  const float radius = std::min({px(box.radius), (max.x - min.x) / 2, (max.y - min.y) / 2});
  if (box.fill == Role::ground_dots) return dots(box.rect);
  BoxInstance out{.min = min,
                  .max = max,
                  .part_min = {},
                  .part_max = {},
                  .radius = radius,
                  .glow = px(box.glow),
                  .alpha = groups_.back().alpha,
                  .fill = full_ink(c_.theme, box.fill)};
  if (box.border != Role::none) {
    out.border_width = thickness(box.border_width);
    out.border = full_ink(c_.theme, box.border);
    const Pattern pattern = border_pattern(max.x - min.x, max.y - min.y, radius, out.border_width,
                                           box.stroke, c_.scale);
    out.dash = pattern.dash;
    out.period = pattern.period;
  }
  layers_.box(out);
}

// Discs from the middle of the first cell on.
void Brush::dots(const scene::Rect& rect) {
  const ImVec2 min = at({rect.x, rect.y});
  const ImVec2 max = at({rect.right(), rect.bottom()});
  const float spacing = px(scene::kDotSpacing);
  const float radius = px(kDotRadiusDp);
  for (float y = min.y + spacing / 2; y < max.y; y += spacing) {
    for (float x = min.x + spacing / 2; x < max.x; x += spacing) {
      layers_.box({.min = {x - radius, y - radius},
                   .max = {x + radius, y + radius},
                   .part_min = {},
                   .part_max = {},
                   .radius = radius,
                   .alpha = groups_.back().alpha,
                   .fill = full_ink(c_.theme, Role::ground_dots)});
    }
  }
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
    layers_.box({.min = {left, top},
                 .max = {right, bottom},
                 .part_min = {},
                 .part_max = {},
                 .alpha = groups_.back().alpha,
                 .fill = full_ink(c_.theme, line.color)});
    return;
  }
  stroke(straight(a, b), line.color, {.width = width, .stroke = line.stroke, .scale = c_.scale});
}

void Brush::operator()(const scene::Wire& wire) {
  stroke(curve(at(wire.a), at(wire.c1), at(wire.c2), at(wire.b)), wire.color,
         {.width = thickness(wire.width),
          .stroke = wire.stroke,
          .scale = c_.scale,
          .glow = px(wire.glow),
          .flow = px(wire.flow)});
}

void Brush::stroke(std::vector<PathPoint> path, Role role, const StrokeStyle& style) {
  if (path.size() < 2 || role == Role::none) return;
  layers_.stroke(pieces_of(std::move(path), ink(role), style));
}

void Brush::operator()(const scene::Disc& disc) {
  const ImVec2 center = at(disc.center);
  const float radius = px(disc.radius);
  if (radius <= 0) return;
  BoxInstance out{.min = {center.x - radius, center.y - radius},
                  .max = {center.x + radius, center.y + radius},
                  .part_min = {},
                  .part_max = {},
                  .radius = radius,
                  .glow = px(disc.glow),
                  .alpha = groups_.back().alpha,
                  .fill = full_ink(c_.theme, disc.fill)};
  if (disc.border != Role::none) {
    out.border_width = thickness(disc.border_width);
    out.border = full_ink(c_.theme, disc.border);
  }
  layers_.box(out);
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
  layers_.polygon(std::move(path), ink(polygon.fill));
}

void Brush::operator()(const scene::Text& text) {
  if (text.text.empty() || text.color == Role::none) return;
  const float size = px(text.size);
  const ImVec2 anchor = at(text.at);
  const float share = text.align == scene::Align::left     ? 0
                      : text.align == scene::Align::center ? 0.5F
                                                           : 1;
  const float width = text_width(text.face, size, text.text);
  layers_.text(text.face, size, {anchor.x - share * width, anchor.y}, ink(text.color), text.text,
               width);
}

void Brush::operator()(const scene::ClipBegin& clip) {
  layers_.push_clip(snapped({clip.rect.x, clip.rect.y}),
                    snapped({clip.rect.right(), clip.rect.bottom()}));
  ++clips_;
}

void Brush::operator()(const scene::ClipEnd& /*end*/) {
  if (clips_ == 0) return;
  layers_.pop_clip();
  --clips_;
}

void Brush::operator()(const scene::GroupBegin& group) {
  const Group& around = groups_.back();
  groups_.push_back({{around.shift.x + group.shift.x, around.shift.y + group.shift.y},
                     around.alpha * group.alpha});
}

void Brush::operator()(const scene::GroupEnd& /*end*/) {
  if (groups_.size() > 1) groups_.pop_back();
}

void Brush::finish() {
  for (; clips_ > 0; --clips_) layers_.pop_clip();
  layers_.end();
}

}  // namespace

void draw_shapes(const Canvas& canvas, const scene::Scene& scene) {
  Brush brush(canvas);
  for (const scene::Shape& shape : scene.shapes) {
    std::visit([&](const auto& s) { brush(s); }, shape);
  }
  brush.finish();
}

}  // namespace epollscope::draw
