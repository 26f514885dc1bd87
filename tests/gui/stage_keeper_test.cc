// What the window draws: the same picture is made once, another one whenever anything in it
// differs, and on the way from one to the next it comes to rest.
#include <gtest/gtest.h>

#include "app/ui/animator.h"
#include "app/ui/stage_view.h"

namespace epollscope::ui {
namespace {

using std::chrono::milliseconds;

class Window {
 public:
  Window() {
    auto lesson = parse_lesson(
        "ep = epoll_create1(0)\nf = eventfd(0, 0)\nepoll_ctl(ep, ADD, f, IN)\nwrite(f, 1)\n"
        "epoll_wait(ep, 8, 0)\n");
    auto made =
        Desk::lay(std::move(*lesson), "", {.model_only = true, .tree = TreeOrder::created}, {});
    desk_ = std::move(*made);
  }
  Desk& desk() { return *desk_; }
  void step() {
    desk_->step();
    while (desk_->running()) desk_->pump();
  }
  std::shared_ptr<const scene::Scene> frame(std::map<ActorId, std::int64_t> elapsed = {}) {
    return keeper_.stage_of(*desk_, std::move(elapsed), width, 800, true, timeline).scene;
  }
  // The same as it moves, some time after the first frame.
  std::shared_ptr<const scene::Scene> moving(milliseconds time) {
    return animator.at(*desk_, frame(), motion, kStart + time);
  }

  float width = 1280;
  bool timeline = true;
  scene::Motion motion = scene::Motion::full;
  Animator animator;

 private:
  static constexpr Animator::Clock::time_point kStart{std::chrono::hours(1)};
  std::unique_ptr<Desk> desk_;
  StageKeeper keeper_;
};

TEST(StageKeeper, MakesAPictureOnce) {
  Window window;
  for (int i = 0; i < 4; ++i) {
    window.frame();  // what is learned of a moment when it is first looked at
    EXPECT_EQ(window.frame(), window.frame()) << "step " << i;
    window.step();
  }
}

TEST(StageKeeper, MakesAnotherWheneverAnythingDiffers) {
  Window window;
  window.step();
  window.step();
  window.step();
  window.frame();
  auto last = window.frame();
  const auto differs = [&](const char* what) {
    const auto now = window.frame();
    EXPECT_NE(now, last) << what;
    last = now;
  };
  window.desk().view.hovered = "epoll:3";
  differs("hovered");
  window.desk().view.selected = "epoll:3";
  differs("selected");
  window.desk().view.lang = Lang::zh_cn;
  differs("language");
  window.desk().view.camera.zoom = 2;
  differs("camera");
  window.width = 1400;
  differs("size");
  window.timeline = false;
  differs("timeline");
  window.desk().view.step = 1;
  differs("cursor");
  window.desk().view.lecture.emplace();
  differs("lecture");
  window.desk().view.step = window.desk().step_count();
  last = window.frame();
  window.step();
  differs("step");
  EXPECT_NE(window.frame({{ActorId{2}, 5}}), window.frame()) << "time asleep";
}

// A program that grew at its end has the same steps and the same cursor.
TEST(StageKeeper, SeesALineThatWasAppended) {
  Window window;
  window.step();
  window.frame();
  const auto before = window.frame();
  window.desk().session().append(*parse_statement("close(f)"));
  EXPECT_NE(window.frame(), before);
}

// Two sessions may come to lie at one address.
TEST(StageKeeper, SeesAnotherSession) {
  Window window;
  window.frame();
  const auto before = window.frame();
  const SessionVersion version = window.desk().session().version();
  window.desk().restart();
  EXPECT_NE(window.desk().session().version(), version);
  EXPECT_NE(window.frame(), before);
}

TEST(Animator, ComesToRestAsThePictureItself) {
  Window window;
  for (int i = 0; i < 3; ++i) window.step();
  window.frame();
  EXPECT_EQ(window.moving(milliseconds(0)), window.frame());
  EXPECT_FALSE(window.animator.next_frame());
  window.step();
  const auto first = window.moving(milliseconds(1000));
  EXPECT_NE(first, window.frame());
  EXPECT_TRUE(window.animator.next_frame());
  EXPECT_NE(window.moving(milliseconds(1100)), window.frame());
  EXPECT_EQ(window.moving(milliseconds(1400)), window.frame());
  EXPECT_FALSE(window.animator.next_frame());
}

TEST(Animator, IsAtRestAtOnceWithoutMotionAndInAWindowOfAnotherSize) {
  Window window;
  for (int i = 0; i < 3; ++i) window.step();
  window.motion = scene::Motion::off;
  window.moving(milliseconds(0));
  window.step();
  EXPECT_EQ(window.moving(milliseconds(10)), window.frame());
  window.motion = scene::Motion::full;
  window.step();
  EXPECT_NE(window.moving(milliseconds(20)), window.frame());
  window.width = 1000;
  EXPECT_EQ(window.moving(milliseconds(30)), window.frame());
  EXPECT_FALSE(window.animator.next_frame());
}

}  // namespace
}  // namespace epollscope::ui
