#include "app/scene/sketch.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace epollscope::scene {

void Sketch::box(Rect rect, Role fill, Role border, float radius, float width, Stroke stroke) {
  add(Box{rect, radius, fill, border, width, stroke});
}

void Sketch::dots(Rect r, Rect hole) {
  hole = meet(r, hole);
  if (hole.w <= 0 || hole.h <= 0) return box(r, Role::ground_dots, Role::none, 0);
  // Bands around the hole, each of whole cells, so that all dots lie on one grid.
  const auto up = [](float d) { return std::ceil(d / kDotSpacing) * kDotSpacing; };
  const auto down = [](float d) { return std::floor(d / kDotSpacing) * kDotSpacing; };
  const float top = r.y + std::min(r.h, up(hole.y - r.y));
  const float bottom = std::max(top, r.y + down(hole.bottom() - r.y));
  const float left = r.x + std::min(r.w, up(hole.x - r.x));
  const float right = std::max(left, r.x + down(hole.right() - r.x));
  for (const Rect& band : {Rect{r.x, r.y, r.w, top - r.y}, Rect{r.x, top, left - r.x, bottom - top},
                           Rect{right, top, r.right() - right, bottom - top},
                           Rect{r.x, bottom, r.w, r.bottom() - bottom}}) {
    if (band.w > 0 && band.h > 0) box(band, Role::ground_dots, Role::none, 0);
  }
}

void Sketch::line(Point a, Point b, Role color, float width, Stroke stroke) {
  add(Line{a, b, color, width, stroke});
}

void Sketch::disc(Point center, float radius, Role fill, Role border, float width) {
  add(Disc{center, radius, fill, border, width});
}

void Sketch::triangle(Point tip, float half, float height, Role fill) {
  add(Polygon{{tip, {tip.x + half, tip.y + height}, {tip.x - half, tip.y + height}}, fill});
}

void Sketch::tick(Point c, float size, Role color, float width) {
  const Point knee{c.x - size * 0.12F, c.y + size * 0.38F};
  line({c.x - size * 0.45F, c.y}, knee, color, width);
  line(knee, {c.x + size * 0.45F, c.y - size * 0.38F}, color, width);
}

float Sketch::text(Point at, std::string_view words, const Type& type, float width, Align align) {
  if (width <= 0 || words.empty()) return 0;
  std::string fits = shorten(type.face, type.size, words, width);
  const float taken = text_width(type.face, type.size, fits);
  if (fits.empty() || taken > width) return 0;
  add(Text{at, std::move(fits), type.face, type.size, type.color, align});
  return taken;
}

float Sketch::whole(Point at, std::string_view words, const Type& type, float width, Align align) {
  return width_of(words, type) > width ? 0 : text(at, words, type, width, align);
}

void Sketch::hit(std::string id, Rect rect, std::string label, float radius) {
  if (!clips_.empty()) rect = meet(rect, clips_.back());
  if (rect.w <= 0 || rect.h <= 0) return;
  const bool chosen = input_.selected == id;
  if (chosen || input_.hovered == id) {
    const float out = chosen ? 2 : 0;
    box({rect.x - out, rect.y - out, rect.w + 2 * out, rect.h + 2 * out}, Role::none,
        Role::selection, radius + out, chosen ? 2.0F : 1.0F);
  }
  out_.hits.push_back({std::move(id), rect, std::move(label)});
}

void Sketch::begin(std::string key, Rect rect) {
  const Rect seen = clips_.empty() ? Rect{} : clips_.back();
  out_.parts.push_back({std::move(key), rect, seen, out_.shapes.size(), out_.shapes.size()});
}

void Sketch::end() { out_.parts.back().end = out_.shapes.size(); }

void Sketch::paste(Scene part) {
  const std::size_t base = out_.shapes.size();
  std::ranges::move(part.shapes, std::back_inserter(out_.shapes));
  const auto seen = [&](Rect r) { return clips_.empty() ? r : meet(r, clips_.back()); };
  for (Hit& hit : part.hits) {
    hit.rect = seen(hit.rect);
    if (hit.rect.w > 0 && hit.rect.h > 0) out_.hits.push_back(std::move(hit));
  }
  for (Part& thing : part.parts) {
    thing.first += base;
    thing.end += base;
    if (thing.clip.w > 0) thing.clip = seen(thing.clip);
    if (thing.clip.w <= 0 && !clips_.empty()) thing.clip = clips_.back();
    out_.parts.push_back(std::move(thing));
  }
}

void Sketch::clip(Rect rect) {
  if (!clips_.empty()) rect = meet(rect, clips_.back());
  clips_.push_back(rect);
  add(ClipBegin{rect});
}

void Sketch::unclip() {
  clips_.pop_back();
  add(ClipEnd{});
}

Rect meet(Rect a, Rect b) {
  const float x = std::max(a.x, b.x);
  const float y = std::max(a.y, b.y);
  return {x, y, std::max(0.0F, std::min(a.right(), b.right()) - x),
          std::max(0.0F, std::min(a.bottom(), b.bottom()) - y)};
}

}  // namespace epollscope::scene
