// The zones of the picture, one a file. Each draws into the rectangle it is given and nowhere
// else. Private to the room.
#pragma once

#include <string>
#include <vector>

#include "app/scene/sketch.h"
#include "app/scene/stage_model.h"

namespace epollscope::scene {

void draw_top_bar(Sketch& pen, const StageModel& model, Rect where);
void draw_user_space(Sketch& pen, const StageModel& model, Rect where);
// The call, its result and events[] alone, as the stage view shows them.
void draw_call_and_events(Sketch& pen, const StageModel& model, Rect where);
void draw_kernel(Sketch& pen, const StageModel& model, Rect where);
void draw_tree_alone(Sketch& pen, const StageModel& model, Rect where);
void draw_ready_alone(Sketch& pen, const StageModel& model, Rect where);
void draw_lesson(Sketch& pen, const StageModel& model, Rect where);
void draw_timeline(Sketch& pen, const StageModel& model, Rect where);

// A panel with its heading in capitals and, to the right, a note. Returns the heading's baseline.
float draw_panel(Sketch& pen, Rect where, std::string_view heading, std::string_view note,
                 Role fill = Role::panel);

// ---- the last step in words
struct Said {
  std::string words;
  std::string function;  // of the kernel; may be empty
  Role color = Role::text;
};
std::vector<Said> explain_step(const StageModel& model, Lang lang);

// ---- calls and results as the picture writes them
std::string call_text(const Statement& statement);
std::string call_text(const std::vector<std::string>& names, const Call& call);
struct ResultText {
  std::string words;  // "= 4, 5"
  Role color = Role::good;
};
ResultText result_text(const Sketch& pen, const Outcome& outcome);
ResultText asleep_text(const Sketch& pen);

// What events[] holds: what the last call that wrote to it left, or what a scan under way has
// written so far.
struct EventsLeft {
  int step = 0;  // 0: nothing was ever written
  int slots = 4;
  std::vector<ShownEvent> events;
  bool filling = false;
};
EventsLeft events_left(const StageModel& model);

}  // namespace epollscope::scene
