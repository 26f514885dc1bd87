#include "app/draw/stroke.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace epollscope::draw {
namespace {

constexpr float kDashDp = 4, kGapDp = 3.5F, kDotGapDp = 1.5F;
constexpr float kSmallestDotPx = 0.75F;
constexpr float kPiecePx = 7;  // of a curve
constexpr int kFewestPieces = 6, kMostPieces = 48;

ImVec2 plus(ImVec2 a, ImVec2 b, float k) { return {a.x + b.x * k, a.y + b.y * k}; }
float length(ImVec2 v) { return std::hypot(v.x, v.y); }
ImVec2 turned(ImVec2 v) {  // a quarter turn, length 1
  const float l = length(v);
  return l > 0 ? ImVec2{-v.y / l, v.x / l} : ImVec2{0, 1};
}

float dot_radius(float width) { return std::max(kSmallestDotPx, width * 0.6F); }
float dot_period(float width, float scale) { return 3 * width + kDotGapDp * scale; }

// The pattern of an open path of that length.
Pattern open_pattern(float along, const StrokeStyle& style) {
  if (style.stroke == scene::Stroke::dotted) {
    const float wanted = dot_period(style.width, style.scale);
    return {0, along / std::max(1.0F, std::round(along / wanted))};
  }
  const float wanted = (kDashDp + kGapDp) * style.scale;
  const float share = kDashDp / (kDashDp + kGapDp);
  const float whole = along + wanted * (1 - share);  // with the gap after the last dash
  const float period = whole / std::max(1.0F, std::round(whole / wanted));
  return {period * share, period};
}

}  // namespace

std::vector<PathPoint> straight(ImVec2 a, ImVec2 b) {
  const ImVec2 way{b.x - a.x, b.y - a.y};
  if (length(way) <= 0) return {};
  return {{a, turned(way)}, {b, turned(way)}};
}

std::vector<PathPoint> curve(ImVec2 a, ImVec2 c1, ImVec2 c2, ImVec2 b) {
  const float around = length(plus(c1, a, -1)) + length(plus(c2, c1, -1)) + length(plus(b, c2, -1));
  if (around <= 0) return {};
  const int pieces = std::clamp(static_cast<int>(around / kPiecePx), kFewestPieces, kMostPieces);
  std::vector<PathPoint> path;
  for (int i = 0; i <= pieces; ++i) {
    const float t = static_cast<float>(i) / static_cast<float>(pieces);
    const float u = 1 - t;
    const auto mix = [](ImVec2 p, ImVec2 q, ImVec2 r, float k, float l, float m) {
      return ImVec2{p.x * k + q.x * l + r.x * m, p.y * k + q.y * l + r.y * m};
    };
    ImVec2 at = mix(a, c1, c2, u * u * u, 3 * u * u * t, 3 * u * t * t);
    at = plus(at, b, t * t * t);
    ImVec2 way = mix(plus(c1, a, -1), plus(c2, c1, -1), plus(b, c2, -1), u * u, 2 * u * t, t * t);
    // Control points that lie on an end leave no direction there.
    if (length(way) < 1e-3F) way = plus(b, a, -1);
    path.push_back({at, turned(way)});
  }
  return path;
}

std::vector<StrokeInstance> pieces_of(std::vector<PathPoint> path, ImU32 ink,
                                      const StrokeStyle& style) {
  std::vector<StrokeInstance> pieces;
  if (path.size() < 2) return pieces;
  float whole = 0;
  for (std::size_t i = 1; i < path.size(); ++i)
    whole += length(plus(path[i].at, path[i - 1].at, -1));
  if (whole <= 0) return pieces;
  StrokeInstance piece{.half_width = style.width / 2, .glow = style.glow, .ink = ink};
  float along = 0;
  if (style.stroke != scene::Stroke::solid) {
    const Pattern pattern = open_pattern(whole, style);
    piece.dash = pattern.dash;
    piece.period = pattern.period;
    along = -pattern.dash / 2;
    if (style.stroke == scene::Stroke::dotted) {
      // Room for the halves of the first and last dot.
      const float radius = dot_radius(style.width);
      const ImVec2 n0 = path.front().normal;
      const ImVec2 n1 = path.back().normal;
      path.front().at = plus(path.front().at, {-n0.y, n0.x}, radius);
      path.back().at = plus(path.back().at, {n1.y, -n1.x}, radius);
      piece.half_width = radius;
      along = -radius;
    }
    along -= style.flow;
  }
  for (std::size_t i = 1; i < path.size(); ++i) {
    piece.a = path[i - 1].at;
    piece.b = path[i].at;
    piece.normal_a = path[i - 1].normal;
    piece.normal_b = path[i].normal;
    piece.along_a = along;
    along += length(plus(piece.b, piece.a, -1));
    piece.along_b = along;
    pieces.push_back(piece);
  }
  return pieces;
}

Pattern border_pattern(float box_width, float box_height, float radius, float width,
                       scene::Stroke stroke, float scale) {
  if (stroke == scene::Stroke::solid) return {};
  // From the middle of one side to the middle of the next, along the middle of the border.
  const float r = std::max(0.0F, radius - width / 2);
  const float quarter =
      (box_width + box_height) / 2 - width - 2 * r + r * std::numbers::pi_v<float> / 2;
  const bool dots = stroke == scene::Stroke::dotted;
  const float wanted = dots ? dot_period(width, scale) : (kDashDp + kGapDp) * scale;
  const float halves = std::max(1.0F, std::round(quarter / (wanted / 2)));
  const float period = 2 * quarter / halves;
  return {dots ? 0 : period * kDashDp / (kDashDp + kGapDp), period};
}

}  // namespace epollscope::draw
