// History and cursor → the picture. Each build function is pure and fills a Scene whose size
// is given. `window` is everything, `lecture` what the back row of a hall has to see; the others
// draw one zone alone for books and slides.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "app/i18n/i18n.h"
#include "app/scene/camera.h"
#include "app/scene/scene.h"
#include "core/session/session.h"

namespace epollscope::scene {

enum class View : std::uint8_t { stage, tree, ready, timeline, window, lecture };
bool view_from(std::string_view name, View& out);

struct StageInput {
  const Session* session = nullptr;
  int step = 0;              // cursor: the moment after this step; 0: before the first
  std::optional<int> micro;  // inside the step, after this many micro-steps
  std::string selected;      // hit id of the selected thing, empty: none
  std::string hovered;
  float width = 1680, height = 1050;  // dp
  Lang lang = Lang::en;
  int program_scroll = 0;  // first program row shown; -1: follow the cursor
  Camera camera = {};      // on the kernel's contents
  // How long threads have slept in the call that they are in; of a thread that is not here none of
  // its time has passed, as in a still picture.
  std::map<ActorId, std::int64_t> elapsed_ns = {};
  std::map<int, int> answers = {};  // questions of the lesson that were answered: the choice taken
  friend bool operator==(const StageInput&, const StageInput&) = default;
};

// `stage` is kernel with events[] and the call.
Scene build(const StageInput& input, View view);

// Zones as the window lays them out, so that widgets can be placed beside the drawing.
struct Zones {
  Rect bar, user, kernel, lesson, timeline;
  bool no_timeline = false;  // a question stands in its place
};
// `asks`: a question stands at the cursor, which comes before all else in a small window.
Zones zones_of(float width, float height, bool asks = false);

// Parts that the window places by itself.
KernelView build_kernel(const StageInput& input, Rect where, Scene& out);
void build_user_space(const StageInput& input, Rect where, Scene& out);
void build_lesson(const StageInput& input, Rect where, Scene& out);
void build_timeline(const StageInput& input, Rect where, Scene& out);

// The question asked at the cursor, an index into Lesson::quizzes.
std::optional<int> question_at(const StageInput& input);

// The last step in words: what happened, then the kernel's reason; a list of short sentences.
std::vector<std::string> explain(const StageInput& input);

}  // namespace epollscope::scene
