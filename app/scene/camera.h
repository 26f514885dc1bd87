// From where the kernel's contents are looked at. They are larger than their zone where the zone
// is small or there is a crowd; a camera says which part of them shows, and how large. Pure.
#pragma once

#include <span>

#include "app/scene/scene.h"

namespace epollscope::scene {

struct Camera {
  float x = 0, y = 0;  // the contents' point in the zone's top left corner, in dp at zoom 1
  float zoom = 1;      // 0: as large as shows everything
  bool follow = true;  // what the step is about is brought into view
  friend bool operator==(const Camera&, const Camera&) = default;
};
inline constexpr float kZoomMin = 0.25F, kZoomMax = 4.0F;

// What a zone shows: the camera as it came to stand, and between what it stands.
struct KernelView {
  Camera camera;                // zoom is never 0
  Rect inside;                  // of the zone, in dp of the picture
  float width = 0, height = 0;  // of the contents at zoom 1
};

// Keeps the asked camera over the contents: no margin shows on a side while the other side has
// more to show, and what is smaller than the zone stands in its middle. With `follow` it is moved
// as little as brings `wanted` (in the contents' dp, the most wanted first) into view, as many as
// there is room for together.
KernelView settle(const Camera& asked, Rect inside, float width, float height,
                  std::span<const Rect> wanted);

// A point of the picture, in the contents' dp; and the other way.
Point to_contents(const KernelView& view, Point p);
Rect to_picture(const KernelView& view, Rect r);

// Moved by hand, by so much of the picture; it follows nothing then.
Camera panned(const KernelView& view, float dx, float dy);
// Nearer by a factor, while the contents at this point of the picture stay where they are.
Camera zoomed(const KernelView& view, float factor, Point about);

}  // namespace epollscope::scene
