// The picture as a whole: which zone goes where.
#include "app/scene/stage.h"

#include <algorithm>
#include <array>

#include "app/scene/lecture.h"
#include "app/scene/quiz.h"
#include "app/scene/stage_model.h"
#include "app/scene/zones.h"

namespace epollscope::scene {
namespace {

constexpr float kBar = 48;
constexpr float kMargin = 12;
constexpr float kLow = 560;      // below it a question beside the timeline would have no room
constexpr float kNarrow = 1240;  // below it the lesson stands beside the timeline

constexpr std::array<std::string_view, 6> kViews = {"stage",    "tree",   "ready",
                                                    "timeline", "window", "lecture"};

void draw_window(Sketch& pen, const StageModel& model, float width, float height) {
  const Zones zones = zones_of(width, height, asked_at(model, pen.input()).quiz != nullptr);
  draw_top_bar(pen, model, zones.bar);
  draw_kernel(pen, model, zones.kernel);
  draw_user_space(pen, model, zones.user);
  draw_lesson(pen, model, zones.lesson);
  if (!zones.no_timeline) draw_timeline(pen, model, zones.timeline);
}

Scene empty_scene(float width, float height) {
  Scene scene;
  scene.width = width;
  scene.height = height;
  scene.shapes.emplace_back(Box{{0, 0, width, height}, 0, Role::ground});
  return scene;
}

}  // namespace

bool view_from(std::string_view name, View& out) {
  const auto* found = std::ranges::find(kViews, name);
  if (found == kViews.end()) return false;
  out = static_cast<View>(found - kViews.begin());
  return true;
}

Zones zones_of(float width, float height, bool asks) {
  Zones z;
  z.bar = {0, 0, width, kBar};
  const float top = kBar + kMargin;
  const float all_high = std::max(80.0F, height - top - 2 * kMargin);
  // In a window of no height to speak of they share it.
  const bool over = asks && height < kLow && width < kNarrow;
  const float low =
      over ? all_high * 0.78F : std::min(std::clamp(height * 0.3F, 140.0F, 420.0F), all_high / 2);
  const float mid = all_high - low;
  const float below = top + mid + kMargin;
  const bool narrow = width < kNarrow;
  const float user = std::clamp(width * 0.21F, std::min(250.0F, width * 0.27F), 440.0F);
  z.user = {kMargin, top, user, mid};
  const float kernel_x = kMargin + user + kSystemCallLine;
  const float all = width - 2 * kMargin;
  if (narrow) {
    z.kernel = {kernel_x, top, std::max(80.0F, width - kMargin - kernel_x), mid};
    const float lesson = std::clamp(all * 0.36F, 220.0F, 420.0F);
    z.timeline = {kMargin, below, std::max(80.0F, all - lesson - kMargin), low};
    z.lesson = {z.timeline.right() + kMargin, below, lesson, low};
    if (over) z.lesson = z.timeline = {kMargin, below, all, low};
    z.no_timeline = over;
    return z;
  }
  const float lesson = std::clamp(width * 0.217F, 260.0F, 460.0F);
  z.lesson = {width - kMargin - lesson, top, lesson, mid};
  z.kernel = {kernel_x, top, z.lesson.x - kMargin - kernel_x, mid};
  z.timeline = {kMargin, below, all, low};
  return z;
}

Scene build_from(const StageModel& model, const StageInput& input, View view) {
  StageInput shown = input;
  Scene probe;
  const float k = view == View::lecture
                      ? lecture_enlargement(input.width, input.height)
                      : enlargement(Sketch(probe, input), model, view, input.width, input.height);
  shown.width = input.width / k;
  shown.height = input.height / k;
  Scene scene = empty_scene(shown.width, shown.height);
  Sketch pen(scene, shown);
  const Rect all{kMargin, kMargin, shown.width - 2 * kMargin, shown.height - 2 * kMargin};
  switch (view) {
    case View::stage:
      draw_stage_alone(pen, model, all);
      break;
    case View::tree:
      draw_tree_alone(pen, model, all);
      break;
    case View::ready:
      draw_ready_alone(pen, model, all);
      break;
    case View::timeline:
      draw_timeline_alone(pen, model, all);
      break;
    case View::window:
      draw_window(pen, model, shown.width, shown.height);
      break;
    case View::lecture:
      draw_lecture(pen, model, shown.width, shown.height);
      break;
  }
  if (k != 1) enlarge(scene, k);
  return scene;
}

Scene build(const StageInput& input, View view) { return build_from(model_of(input), input, view); }

KernelView build_kernel(const StageInput& input, Rect where, Scene& out) {
  Sketch pen(out, input);
  return draw_kernel(pen, model_of(input), where);
}
void build_user_space(const StageInput& input, Rect where, Scene& out) {
  Sketch pen(out, input);
  draw_user_space(pen, model_of(input), where);
}
void build_lesson(const StageInput& input, Rect where, Scene& out) {
  Sketch pen(out, input);
  draw_lesson(pen, model_of(input), where);
}
void build_timeline(const StageInput& input, Rect where, Scene& out) {
  Sketch pen(out, input);
  draw_timeline(pen, model_of(input), where);
}

std::vector<std::string> explain(const StageInput& input) {
  std::vector<std::string> sentences;
  for (Said& said : explain_step(model_of(input), input.lang)) {
    sentences.push_back(std::move(said.words));
  }
  return sentences;
}

}  // namespace epollscope::scene
