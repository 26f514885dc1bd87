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
// The rows of the program, as many as fit, and how high all of them are.
inline constexpr float kProgramRow = 25.4F;
float program_height(const StageModel& model);
void draw_program(Sketch& pen, const StageModel& model, Rect where);
KernelView draw_kernel(Sketch& pen, const StageModel& model, Rect where);
void draw_lesson(Sketch& pen, const StageModel& model, Rect where);
void draw_timeline(Sketch& pen, const StageModel& model, Rect where);

inline constexpr float kSystemCallLine = 20;  // between user space and the kernel

// A panel with its heading in capitals and, to the right, a note. Returns the heading's baseline.
float draw_panel(Sketch& pen, Rect where, std::string_view heading, std::string_view note,
                 Role fill = Role::panel);

// ---- zones alone, for books and slides: with the step in words below
void draw_stage_alone(Sketch& pen, const StageModel& model, Rect where);
void draw_tree_alone(Sketch& pen, const StageModel& model, Rect where);
void draw_ready_alone(Sketch& pen, const StageModel& model, Rect where);
void draw_timeline_alone(Sketch& pen, const StageModel& model, Rect where);
// How many times larger than in the window a view may be drawn, so that it fills its picture;
// less than 1 where the picture is too small for the window's layout.
float enlargement(const Sketch& pen, const StageModel& model, View view, float width, float height);

// ---- calls and results as the picture writes them
std::string call_text(const Statement& statement);
// For little room: `s, peer = socketpair(…)`, `ctl(ep, ADD, a, IN)`.
std::string brief_call_text(const Statement& statement);
std::string call_text(const std::vector<std::string>& names, const Call& call);
struct ResultText {
  std::string words;  // "= 4, 5"
  Role color = Role::good;
};
ResultText result_text(CallName call, const Outcome& outcome);
ResultText asleep_text(const Sketch& pen);

// ---- the last step in words
struct Said {
  std::string words;
  std::string function;  // of the kernel; may be empty
  Role color = Role::text;
};
std::vector<Said> explain_step(const StageModel& model, Lang lang);
// The step's call and its result, as user space shows them.
struct Headline {
  std::string call;
  ResultText result;
};
Headline headline(const Sketch& pen, const StageModel& model);

// What events[] holds: what the last call that wrote to it left, or what a scan under way has
// written so far.
struct EventsLeft {
  int step = 0;   // 0: nothing was ever written
  ActorId actor;  // whose array it is
  int slots = 4;  // maxevents
  std::vector<ShownEvent> events;
  bool filling = false;
  bool earlier = false;  // left by a step before the one at the cursor: no news
};
EventsLeft events_left(const StageModel& model);
std::string_view events_key(const EventsLeft& left);  // of the words above it

}  // namespace epollscope::scene
