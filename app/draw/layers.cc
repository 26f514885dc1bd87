#include "app/draw/layers.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace epollscope::draw {
namespace {

constexpr float kBand = 32;          // pixels
constexpr std::size_t kBands = 512;  // enough for any screen; what lies below shares the last
constexpr float kLarge = 256;        // square pixels that are worth four more instances
constexpr float kAscent = 1.0F, kDescent = 0.3F;  // of the size: no glyph reaches further
constexpr float kBeside = 0.25F;                  // and to the sides

std::size_t band_of(float y) {
  return std::min(kBands - 1, static_cast<std::size_t>(std::max(0.0F, y) / kBand));
}

}  // namespace

void Layers::Cover::add(const Extent& e) {
  const std::size_t last = band_of(e.bottom);
  if (bands_.size() <= last) bands_.resize(last + 1);
  for (std::size_t i = band_of(e.top); i <= last; ++i) bands_[i].push_back(e);
}

bool Layers::Cover::touches(const Extent& e) const {
  for (std::size_t i = band_of(e.top); i <= band_of(e.bottom) && i < bands_.size(); ++i) {
    for (const Extent& o : bands_[i]) {
      if (e.left < o.right && o.left < e.right && e.top < o.bottom && o.top < e.bottom) return true;
    }
  }
  return false;
}

void Layers::Cover::clear() {
  for (auto& band : bands_) band.clear();
}

Layers::Extent Layers::Extent::meet(const Extent& o) const {
  return {std::max(left, o.left), std::max(top, o.top), std::min(right, o.right),
          std::min(bottom, o.bottom)};
}

Layers::Extent Layers::Extent::unite(const Extent& o) const {
  return {std::min(left, o.left), std::min(top, o.top), std::max(right, o.right),
          std::max(bottom, o.bottom)};
}

bool Layers::clip_to_see(const Extent& e) {
  const Extent part = e.meet(clips_.back());
  if (part.left >= part.right || part.top >= part.bottom) return false;
  if (part == e.meet(drawn_in_)) return true;
  finish();
  clip_to(part == e ? kEverything : clips_.back());
  return true;
}

void Layers::clip_to(const Extent& clip) {
  if (drawn_in_ != kEverything) list_.PopClipRect();
  drawn_in_ = clip;
  if (clip != kEverything) {
    list_.PushClipRect({clip.left, clip.top}, {clip.right, clip.bottom}, true);
  }
}

void Layers::make_room(Kind kind, const Extent& e) {
  for (std::size_t later = kind + 1; later < kKinds; ++later) {
    if (!drawn_.at(later).touches(e)) continue;
    finish();
    break;
  }
}

bool Layers::enter(Kind kind, const Extent& e) {
  if (!clip_to_see(e)) return false;
  make_room(kind, e);
  note(kind, e);
  return true;
}

void Layers::note(Kind kind, const Extent& e) { drawn_.at(kind).add(e); }

void Layers::part_of_box(BoxInstance box, ImVec2 min, ImVec2 max) {
  box.part_min = min;
  box.part_max = max;
  if (enter(kBox, {min.x, min.y, max.x, max.y})) boxes_.push_back(box);
}

void Layers::box(BoxInstance box) {
  const float room = box.glow + 1;
  const ImVec2 low{box.min.x - room, box.min.y - room};
  const ImVec2 high{box.max.x + room, box.max.y + room};
  if (box.glow > 0 || box.period > 0) {
    box.part_min = low;
    box.part_max = high;
    if (enter(kFancy, {low.x, low.y, high.x, high.y})) fancy_.push_back(box);
    return;
  }
  const bool opaque = box.fill >> IM_COL32_A_SHIFT == 255 && box.alpha >= 1;
  // Edges lie on whole pixels, so a plain rectangle has no soft ones.
  if (opaque && box.radius <= 0 && box.border_width <= 0) {
    if (!enter(kFlat, {box.min.x, box.min.y, box.max.x, box.max.y})) return;
    flats_.push_back({box.min, box.max, box.fill});
    return;
  }
  // Between the edges a box is one opaque colour, or nothing.
  const float edge = std::ceil(std::max(box.radius, box.border_width)) + 1;
  const ImVec2 in_min{box.min.x + edge, box.min.y + edge};
  const ImVec2 in_max{box.max.x - edge, box.max.y - edge};
  const bool large = in_max.x - in_min.x > 0 && in_max.y - in_min.y > 0 &&
                     (in_max.x - in_min.x) * (in_max.y - in_min.y) > kLarge;
  if (!large || (box.fill != 0 && !opaque)) return part_of_box(box, low, high);
  if (opaque) {
    // Edges come later than insides, so all of the box must find room.
    if (!enter(kFlat, {low.x, low.y, high.x, high.y})) return;
    flats_.push_back({in_min, in_max, box.fill});
  }
  part_of_box(box, low, {high.x, in_min.y});
  part_of_box(box, {low.x, in_max.y}, high);
  part_of_box(box, {low.x, in_min.y}, {in_min.x, in_max.y});
  part_of_box(box, {in_max.x, in_min.y}, {high.x, in_max.y});
}

void Layers::stroke(std::span<const StrokeInstance> pieces) {
  if (pieces.empty()) return;
  // Piece by piece: what lies beside a curve is not below it.
  std::vector<Extent> extents;
  for (const StrokeInstance& piece : pieces) {
    const float out = piece.half_width + piece.glow + 1;
    extents.push_back({std::min(piece.a.x, piece.b.x) - out, std::min(piece.a.y, piece.b.y) - out,
                       std::max(piece.a.x, piece.b.x) + out, std::max(piece.a.y, piece.b.y) + out});
  }
  Extent all = extents.front();
  for (const Extent& e : extents) all = all.unite(e);
  if (!clip_to_see(all)) return;
  for (const Extent& e : extents) make_room(kStroke, e);
  strokes_.insert(strokes_.end(), pieces.begin(), pieces.end());
  for (const Extent& e : extents) note(kStroke, e);
}

void Layers::polygon(std::vector<ImVec2> clockwise, ImU32 ink) {
  Extent e{clockwise.front().x, clockwise.front().y, clockwise.front().x, clockwise.front().y};
  for (const ImVec2 p : clockwise) e = e.unite({p.x, p.y, p.x, p.y});
  if (enter(kPolygon, e)) areas_.push_back({std::move(clockwise), ink});
}

void Layers::text(Face face, float size, ImVec2 at, ImU32 ink, std::string_view words,
                  float width) {
  const Extent e{at.x - kBeside * size, at.y - size * kAscent, at.x + width + kBeside * size,
                 at.y + size * kDescent};
  if (!clip_to_see(e)) return;
  note(kText, e);
  words_.push_back({face, size, at, ink, words});
}

void Layers::push_clip(ImVec2 min, ImVec2 max) {
  clips_.push_back(clips_.back().meet({min.x, min.y, max.x, max.y}));
}

void Layers::pop_clip() { clips_.pop_back(); }

void Layers::end() {
  finish();
  clip_to(kEverything);
}

void Layers::finish() {
  instanced_.add(list_, flats_);
  instanced_.add(list_, boxes_);
  instanced_.add_fancy(list_, fancy_);
  instanced_.add(list_, strokes_);
  if (!flats_.empty() || !boxes_.empty() || !fancy_.empty() || !strokes_.empty()) {
    Instanced::give_back(list_);
  }
  for (const Area& area : areas_) {
    list_.AddConvexPolyFilled(area.points.data(), static_cast<int>(area.points.size()), area.ink);
  }
  for (const Words& w : words_) {
    glyphs_.draw(list_, w.face, w.size, w.at.x, w.at.y, w.ink, w.words);
  }
  flats_.clear();
  boxes_.clear();
  fancy_.clear();
  strokes_.clear();
  areas_.clear();
  words_.clear();
  for (Cover& cover : drawn_) cover.clear();
}

}  // namespace epollscope::draw
