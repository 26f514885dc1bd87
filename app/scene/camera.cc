#include "app/scene/camera.h"

#include <algorithm>

namespace epollscope::scene {
namespace {

constexpr float kAround = 14;  // dp of the contents that stay visible around what is followed

// One side of the camera: `all` is the contents' length, `seen` how much of it shows.
float kept_inside(float at, float all, float seen) {
  return all <= seen ? (all - seen) / 2 : std::clamp(at, 0.0F, all - seen);
}

// The least move that shows from `low` to `high`.
float moved_to(float at, float seen, float low, float high) {
  if (low < at) return low;
  return high > at + seen ? high - seen : at;
}

Rect joined(Rect a, Rect b) {
  const float x = std::min(a.x, b.x);
  const float y = std::min(a.y, b.y);
  return {x, y, std::max(a.right(), b.right()) - x, std::max(a.bottom(), b.bottom()) - y};
}

}  // namespace

KernelView settle(const Camera& asked, Rect inside, float width, float height,
                  std::span<const Rect> wanted) {
  KernelView view{.camera = asked, .inside = inside, .width = width, .height = height};
  Camera& c = view.camera;
  if (c.zoom <= 0) {
    const float all = std::min(inside.w / std::max(1.0F, width), inside.h / std::max(1.0F, height));
    c.zoom = std::min(1.0F, all);
  }
  c.zoom = std::clamp(c.zoom, kZoomMin, kZoomMax);
  const float w = inside.w / c.zoom;
  const float h = inside.h / c.zoom;
  if (c.follow && !wanted.empty()) {
    Rect group = wanted.front();
    for (const Rect& r : wanted.subspan(1)) {
      const Rect more = joined(group, r);
      if (more.w + 2 * kAround <= w && more.h + 2 * kAround <= h) group = more;
    }
    c.x = moved_to(c.x, w, group.x - kAround, group.right() + kAround);
    c.y = moved_to(c.y, h, group.y - kAround, group.bottom() + kAround);
  }
  c.x = kept_inside(c.x, width, w);
  c.y = kept_inside(c.y, height, h);
  return view;
}

Point to_contents(const KernelView& view, Point p) {
  const Camera& c = view.camera;
  return {c.x + (p.x - view.inside.x) / c.zoom, c.y + (p.y - view.inside.y) / c.zoom};
}

Rect to_picture(const KernelView& view, Rect r) {
  const Camera& c = view.camera;
  return {view.inside.x + (r.x - c.x) * c.zoom, view.inside.y + (r.y - c.y) * c.zoom, r.w * c.zoom,
          r.h * c.zoom};
}

Camera panned(const KernelView& view, float dx, float dy) {
  Camera c = view.camera;
  c.x -= dx / c.zoom;
  c.y -= dy / c.zoom;
  c.x = kept_inside(c.x, view.width, view.inside.w / c.zoom);
  c.y = kept_inside(c.y, view.height, view.inside.h / c.zoom);
  c.follow = false;
  return c;
}

Camera zoomed(const KernelView& view, float factor, Point about) {
  Camera c = view.camera;
  const Point fixed = to_contents(view, about);
  c.zoom = std::clamp(c.zoom * factor, kZoomMin, kZoomMax);
  c.x = fixed.x - (about.x - view.inside.x) / c.zoom;
  c.y = fixed.y - (about.y - view.inside.y) / c.zoom;
  return c;
}

}  // namespace epollscope::scene
