#include "app/draw/stroke.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace epollscope::draw {
namespace {

constexpr float kDashDp = 4, kGapDp = 3.5F;
constexpr float kSmallestDotPx = 0.75F;

ImVec2 between(ImVec2 a, ImVec2 b, float t) {
  return {a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t};
}

// A path measured along its length.
class Ruler {
 public:
  Ruler(std::span<const ImVec2> path, bool closed) : points_(path.begin(), path.end()) {
    if (closed) points_.push_back(path.front());
    along_.push_back(0);
    for (std::size_t i = 1; i < points_.size(); ++i) {
      along_.push_back(along_.back() + std::hypot(points_[i].x - points_[i - 1].x,
                                                  points_[i].y - points_[i - 1].y));
    }
  }
  [[nodiscard]] float length() const { return along_.back(); }

  [[nodiscard]] ImVec2 at(float distance) const {
    const std::size_t i = segment(distance);
    const float step = along_[i] - along_[i - 1];
    return between(points_[i - 1], points_[i],
                   step > 0 ? std::clamp((distance - along_[i - 1]) / step, 0.0F, 1.0F) : 0);
  }
  // The piece of the path from one distance to another, corners included.
  [[nodiscard]] std::vector<ImVec2> piece(float from, float to) const {
    std::vector<ImVec2> out = {at(from)};
    for (std::size_t i = segment(from); i < points_.size() && along_[i] < to; ++i) {
      if (along_[i] > from) out.push_back(points_[i]);
    }
    out.push_back(at(to));
    return out;
  }

 private:
  [[nodiscard]] std::size_t segment(float distance) const {
    const auto it = std::upper_bound(along_.begin() + 1, along_.end() - 1, distance);
    return static_cast<std::size_t>(it - along_.begin());
  }
  std::vector<ImVec2> points_;
  std::vector<float> along_;
};

void dash(ImDrawList& list, const Ruler& ruler, bool closed, const Pen& pen) {
  const float wanted = (kDashDp + kGapDp) * pen.scale;
  const float on_share = kDashDp / (kDashDp + kGapDp);
  // An open path starts and ends with a dash.
  const float length = ruler.length() + (closed ? 0 : wanted * (1 - on_share));
  const auto count = std::max(1, static_cast<int>(std::lround(length / wanted)));
  const float period = length / static_cast<float>(count);
  for (int i = 0; i < count; ++i) {
    const float from = static_cast<float>(i) * period;
    const auto piece = ruler.piece(from, std::min(from + period * on_share, ruler.length()));
    list.AddPolyline(piece.data(), static_cast<int>(piece.size()), pen.ink, ImDrawFlags_None,
                     pen.width);
  }
}

void dot(ImDrawList& list, const Ruler& ruler, bool closed, const Pen& pen) {
  const float radius = std::max(kSmallestDotPx, pen.width * 0.6F);
  const float wanted = 3 * pen.width + 1.5F * pen.scale;
  const auto gaps = std::max(1, static_cast<int>(std::lround(ruler.length() / wanted)));
  const float period = ruler.length() / static_cast<float>(gaps);
  for (int i = 0; i < gaps + (closed ? 0 : 1); ++i) {
    list.AddCircleFilled(ruler.at(static_cast<float>(i) * period), radius, pen.ink);
  }
}

}  // namespace

void stroke_path(ImDrawList& list, std::span<const ImVec2> path, bool closed, const Pen& pen) {
  if (path.size() < 2 || pen.ink == 0) return;
  if (pen.stroke == scene::Stroke::solid) {
    list.AddPolyline(path.data(), static_cast<int>(path.size()), pen.ink,
                     closed ? ImDrawFlags_Closed : ImDrawFlags_None, pen.width);
    return;
  }
  const Ruler ruler(path, closed);
  if (!(ruler.length() > 0)) return;
  if (pen.stroke == scene::Stroke::dashed) {
    dash(list, ruler, closed, pen);
  } else {
    dot(list, ruler, closed, pen);
  }
}

}  // namespace epollscope::draw
