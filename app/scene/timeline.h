// What the timeline shows, read from the history. Private to the room.
#pragma once

#include <vector>

#include "app/scene/look.h"
#include "app/scene/zones.h"

namespace epollscope::scene {

// ---- the lanes of watched files

struct LanePoint {  // a watched file after one step
  int step = 0;
  bool exists = false, watched = false, queued = false;
  std::uint64_t value = 0;
  int wakeups = 0, reports = 0;  // during the step
  int filtered = 0;              // of the wakeups: those that the item does not listen to
  bool visited = false;          // was on the ready list during the step
};
struct Lane {  // one registration's file
  EpitemId id;
  FileId file;
  std::string name;
  std::vector<FlagWord> words;
  std::uint32_t mask = 0;
  std::string_view state, brief;  // keys: how the item stands at the cursor
  Role state_color = Role::text;
  bool out = false;      // only OUT is waited for: free space instead of unread bytes
  bool counter = false;  // its value, whatever is waited for
  bool sized = true;     // false: nobody knows how much fits, only whether something does
  ObjectKind kind = ObjectKind::other;
  bool armed = true;
  int ended = 0;                  // the step that took its item out of the tree; 0: it is in it
  bool closed = false;            // by closing the file
  std::uint64_t most = 0;         // of all lanes that measure the same, so that heights compare
  std::vector<LanePoint> points;  // from the step before the first column to the cursor
};
struct Lanes {
  std::vector<Lane> rows;
  int left_out = 0;
};

// At most `fit` files that are watched at the cursor, those that something happened to first, and
// where there is room those that were watched at one of the steps, the last to go first; in the
// order in which they were added.
Lanes read_lanes(const StageModel& model, const State& now, int first_step, std::size_t fit);

// That its item is gone, and how. REQUIRES: lane.ended > 0.
std::string ended_text(const Sketch& pen, const Lane& lane);

// How many moments may be asked for: a State of many files takes its time.
int columns_affordable(const State& now);

// "write a_w", "wait = 2": the step's call in as few words as name it, with the result that is
// known at the cursor; empty past the end.
std::string column_text(const StageModel& model, int step);

// ---- the lanes of threads, where more than one takes part

struct Sleep {
  enum class End : std::uint8_t { still, woken, timed_out, other };
  int from = 0;  // the step whose call fell asleep
  int until = 0;
  End end = End::still;
  CallName call{};
  std::string on;      // the descriptor's name
  std::string by;      // what woke it
  std::string result;  // "= 1"
};
struct ThreadLane {
  ActorId actor;
  std::vector<int> calls;  // steps in which it made a call that did not sleep
  std::vector<Sleep> sleeps;
  int forked = 0, ended = 0, reaped = 0;  // of a process: in these steps; 0: not yet
};
// Empty when one thread makes all calls.
std::vector<ThreadLane> read_threads(const StageModel& model);

// ---- drawing

struct Grid {
  float x0 = 0, column = 91;
  int first = 1, columns = 0, cursor = 0;
  float top = 0, bottom = 0, right = 0;
  // A step's change is drawn in the middle of its column, the cursor at the column's end: what
  // the step left is seen between the two.
  [[nodiscard]] float x(int step) const {
    return x0 + (static_cast<float>(step - first) + 0.5F) * column;
  }
  [[nodiscard]] float end(int step) const { return x(step) + column / 2; }
};

inline constexpr float kLowLane = 44;  // below it a label has one line, and words are small

// Words on a ground of their own, so that no line runs through them; none if they do not fit.
void draw_words_clear(Sketch& pen, const Grid& grid, Point at, std::string_view words,
                      const Type& set, float room);
// `tells_left`: whether to say of what left the list that it is still unread.
void draw_lane(Sketch& pen, const Lane& lane, const Grid& grid, Rect row, bool tells_left);
void draw_thread(Sketch& pen, const ThreadLane& thread, const State& now, const Grid& grid,
                 Rect row);
void draw_wakeup_sign(Sketch& pen, Point tip);
void draw_filtered_sign(Sketch& pen, Point tip, float half = 5.8F, float height = 11);
// How many of so many signs of a step's wakeups are of those that the item listens to.
int heard(const LanePoint& p, int signs);
bool any_filtered(const Lanes& lanes, int first_step);
void draw_report_sign(Sketch& pen, Point middle, float radius);
void draw_end_sign(Sketch& pen, Point middle, float half);
// What is over is drawn so strong.
inline constexpr float kOver = 0.5F;

}  // namespace epollscope::scene
