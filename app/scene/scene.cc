#include "app/scene/scene.h"

namespace epollscope::scene {
namespace {

class Enlarger {
 public:
  Enlarger(float k, Point by) : k_(k), by_(by) {}

  void operator()(Point& p) const { p = {by_.x + p.x * k_, by_.y + p.y * k_}; }
  void operator()(Rect& r) const { r = {by_.x + r.x * k_, by_.y + r.y * k_, r.w * k_, r.h * k_}; }
  void operator()(Box& box) const {
    (*this)(box.rect);
    scale(box.radius, box.border_width, box.glow);
  }
  void operator()(Line& line) const {
    points(line.a, line.b);
    scale(line.width);
  }
  void operator()(Wire& wire) const {
    points(wire.a, wire.c1, wire.c2, wire.b);
    scale(wire.width, wire.glow, wire.flow);
  }
  void operator()(Disc& disc) const {
    points(disc.center);
    scale(disc.radius, disc.border_width, disc.glow);
  }
  void operator()(Polygon& polygon) const {
    for (Point& p : polygon.points) (*this)(p);
  }
  void operator()(Text& text) const {
    points(text.at);
    scale(text.size);
  }
  void operator()(ClipBegin& clip) const { (*this)(clip.rect); }
  void operator()(ClipEnd& /*end*/) const {}
  void operator()(GroupBegin& group) const { scale(group.shift.x, group.shift.y); }
  void operator()(GroupEnd& /*end*/) const {}

 private:
  void points(auto&... ps) const { ((*this)(ps), ...); }
  void scale(auto&... lengths) const { ((lengths *= k_), ...); }

  float k_;
  Point by_;
};

}  // namespace

void enlarge(Scene& scene, float k, Point by) {
  const Enlarger larger(k, by);
  scene.width *= k;
  scene.height *= k;
  for (Shape& shape : scene.shapes) std::visit(larger, shape);
  for (Hit& hit : scene.hits) larger(hit.rect);
  for (Part& part : scene.parts) {
    larger(part.rect);
    larger(part.clip);
  }
}

}  // namespace epollscope::scene
