// The camera over the kernel's contents: it stays over them, the point under the mouse stays where
// it is while zooming, it follows what is wanted and lets go when moved by hand.
#include "app/scene/camera.h"

#include <gtest/gtest.h>

#include <random>

namespace epollscope::scene {
namespace {

constexpr Rect kZone{300, 60, 700, 500};

bool shows(const KernelView& view, Rect r) {
  const Rect at = to_picture(view, r);
  constexpr float kTouch = 0.05F;
  return at.x >= view.inside.x - kTouch && at.y >= view.inside.y - kTouch &&
         at.right() <= view.inside.right() + kTouch && at.bottom() <= view.inside.bottom() + kTouch;
}

TEST(Camera, StandsStillAtZoomOne) {
  const KernelView view = settle({}, kZone, 700, 500, {});
  EXPECT_EQ(view.camera, Camera{});
  const Rect at = to_picture(view, {10, 20, 30, 40});
  EXPECT_EQ(at, (Rect{310, 80, 30, 40}));
}

TEST(Camera, NeverLeavesTheContents) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> anywhere(-5000, 5000);
  std::uniform_real_distribution<float> size(100, 3000);
  std::uniform_real_distribution<float> zoom(-1, 6);
  for (int i = 0; i < 2000; ++i) {
    const Camera asked{anywhere(random), anywhere(random), zoom(random), random() % 2 == 0};
    const float w = size(random);
    const float h = size(random);
    const KernelView view = settle(asked, kZone, w, h, {});
    const Camera& c = view.camera;
    EXPECT_GE(c.zoom, kZoomMin);
    EXPECT_LE(c.zoom, kZoomMax);
    const Rect all = to_picture(view, {0, 0, w, h});
    if (all.w >= kZone.w) {
      EXPECT_LE(all.x, kZone.x + 0.1F);
      EXPECT_GE(all.right(), kZone.right() - 0.1F);
    } else {
      EXPECT_NEAR(all.center().x, kZone.center().x, 0.1F);
    }
    if (all.h >= kZone.h) {
      EXPECT_LE(all.y, kZone.y + 0.1F);
      EXPECT_GE(all.bottom(), kZone.bottom() - 0.1F);
    }
  }
}

TEST(Camera, FitsEverythingAndEnlargesNothing) {
  KernelView view = settle({.zoom = 0}, kZone, 1400, 600, {});
  EXPECT_FLOAT_EQ(view.camera.zoom, 0.5F);
  EXPECT_TRUE(shows(view, {0, 0, 1400, 600}));
  view = settle({.zoom = 0}, kZone, 300, 200, {});
  EXPECT_FLOAT_EQ(view.camera.zoom, 1);
}

TEST(Camera, ZoomKeepsWhatIsUnderTheMouse) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int i = 0; i < 500; ++i) {
    KernelView view = settle({.x = 500, .y = 400, .follow = false}, kZone, 2000, 1600, {});
    const Point mouse{kZone.x + 100 + static_cast<float>(random() % 500),
                      kZone.y + 100 + static_cast<float>(random() % 300)};
    const Point before = to_contents(view, mouse);
    const float factor = random() % 2 == 0 ? 1.5F : 0.8F;
    view = settle(zoomed(view, factor, mouse), kZone, 2000, 1600, {});
    EXPECT_FLOAT_EQ(view.camera.zoom, factor);
    const Point after = to_contents(view, mouse);
    EXPECT_NEAR(after.x, before.x, 0.05F);
    EXPECT_NEAR(after.y, before.y, 0.05F);
  }
}

TEST(Camera, FollowsUntilItIsMovedByHand) {
  const std::vector<Rect> wanted{{1500, 900, 100, 50}, {100, 20, 50, 50}, {1400, 1000, 80, 40}};
  KernelView view = settle({}, kZone, 2000, 1600, wanted);
  EXPECT_TRUE(shows(view, wanted[0]));
  EXPECT_FALSE(shows(view, wanted[1]));  // too far from the first
  EXPECT_TRUE(shows(view, wanted[2]));
  const std::vector<Rect> near{{1520, 910, 10, 10}};
  EXPECT_EQ(settle(view.camera, kZone, 2000, 1600, near).camera, view.camera)
      << "what is in view moves nothing";
  const Camera pulled = panned(view, 300, 200);
  EXPECT_FALSE(pulled.follow);
  view = settle(pulled, kZone, 2000, 1600, wanted);
  EXPECT_FLOAT_EQ(view.camera.x, pulled.x);
  EXPECT_FALSE(shows(view, wanted[2]));
}

}  // namespace
}  // namespace epollscope::scene
