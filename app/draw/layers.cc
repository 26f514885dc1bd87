#include "app/draw/layers.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace epollscope::draw {
namespace {

constexpr float kBand = 32;          // pixels
constexpr std::size_t kBands = 512;  // enough for any screen; what lies below shares the last
constexpr float kAscent = 1.0F, kDescent = 0.3F;  // of the size: no glyph reaches further

std::size_t band_of(float y) {
  return std::min(kBands - 1, static_cast<std::size_t>(std::max(0.0F, y) / kBand));
}

bool overlap(const Extent& a, const Extent& b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

}  // namespace

void Layers::Cover::add(const Extent& e) {
  const std::size_t last = band_of(e.bottom);
  if (bands_.size() <= last) bands_.resize(last + 1);
  for (std::size_t i = band_of(e.top); i <= last; ++i) bands_[i].push_back(e);
}

bool Layers::Cover::touches(const Extent& e) const {
  for (std::size_t i = band_of(e.top); i <= band_of(e.bottom) && i < bands_.size(); ++i) {
    for (const Extent& other : bands_[i]) {
      if (overlap(e, other)) return true;
    }
  }
  return false;
}

void Layers::Cover::clear() {
  for (auto& band : bands_) band.clear();
}

void Layers::box(const BoxInstance& box) {
  const Extent e{box.min.x - box.glow, box.min.y - box.glow, box.max.x + box.glow,
                 box.max.y + box.glow};
  if (after_boxes_.touches(e)) finish();
  boxes_.push_back(box);
}

void Layers::dots(const DotsInstance& ground) {
  const Extent e{ground.min.x, ground.min.y, ground.max.x, ground.max.y};
  if (after_dots_.touches(e)) finish();
  dots_.push_back(ground);
  after_boxes_.add(e);
}

void Layers::stroke(std::vector<StrokeInstance> pieces, Extent extent) {
  if (after_strokes_.touches(extent)) finish();
  strokes_.insert(strokes_.end(), pieces.begin(), pieces.end());
  // Piece by piece: what lies beside a curve is not below it.
  for (const StrokeInstance& piece : pieces) {
    const float out = piece.half_width + piece.glow + 1;
    const Extent e{std::min(piece.a.x, piece.b.x) - out, std::min(piece.a.y, piece.b.y) - out,
                   std::max(piece.a.x, piece.b.x) + out, std::max(piece.a.y, piece.b.y) + out};
    after_boxes_.add(e);
    after_dots_.add(e);
  }
}

void Layers::polygon(std::vector<ImVec2> clockwise, ImU32 ink) {
  Extent e{clockwise.front().x, clockwise.front().y, clockwise.front().x, clockwise.front().y};
  for (const ImVec2 p : clockwise) {
    e = {std::min(e.left, p.x), std::min(e.top, p.y), std::max(e.right, p.x),
         std::max(e.bottom, p.y)};
  }
  if (text_.touches(e)) finish();
  areas_.push_back({std::move(clockwise), ink});
  after_boxes_.add(e);
  after_dots_.add(e);
  after_strokes_.add(e);
}

void Layers::text(Face face, float size, ImVec2 at, ImU32 ink, std::string_view words,
                  float width) {
  words_.push_back({face, size, at, ink, words});
  const Extent e{at.x, at.y - size * kAscent, at.x + width, at.y + size * kDescent};
  after_boxes_.add(e);
  after_dots_.add(e);
  after_strokes_.add(e);
  text_.add(e);
}

void Layers::push_clip(ImVec2 min, ImVec2 max) {
  finish();
  list_.PushClipRect(min, max, true);
}

void Layers::pop_clip() {
  finish();
  list_.PopClipRect();
}

void Layers::finish() {
  instanced_.add(list_, boxes_);
  instanced_.add(list_, dots_);
  instanced_.add(list_, strokes_);
  for (const Area& area : areas_) {
    list_.AddConvexPolyFilled(area.points.data(), static_cast<int>(area.points.size()), area.ink);
  }
  for (const Words& w : words_) {
    glyphs_.draw(list_, w.face, w.size, w.at.x, w.at.y, w.ink, w.words);
  }
  boxes_.clear();
  dots_.clear();
  strokes_.clear();
  areas_.clear();
  words_.clear();
  for (Cover* cover : {&after_boxes_, &after_dots_, &after_strokes_, &text_}) cover->clear();
}

}  // namespace epollscope::draw
