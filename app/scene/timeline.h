// What the timeline shows, read from the history. Private to the room.
#pragma once

#include <vector>

#include "app/scene/look.h"
#include "app/scene/zones.h"

namespace epollscope::scene {

struct LanePoint {  // a watched file after one step
  int step = 0;
  bool exists = false, watched = false, queued = false;
  std::uint64_t value = 0;
  int wakeups = 0, reports = 0;  // during the step
  bool visited = false;          // was on the ready list during the step
};
struct Lane {  // one registration's file
  EpitemId id;
  FileId file;
  std::string name;
  std::vector<FlagWord> words;
  std::vector<std::string_view> badges;
  bool out = false;  // only OUT is waited for: free space instead of unread bytes
  bool counter = false;
  bool armed = true;
  std::uint64_t most = 0;
  std::vector<LanePoint> points;  // from the step before the first column to the cursor
};
struct Lanes {
  std::vector<Lane> rows;
  int left_out = 0;
};

// At most `fit` files that are watched at the cursor, those that something happened to first,
// in the order in which they were added.
Lanes read_lanes(const StageModel& model, const State& now, int first_step, std::size_t fit);

// How many moments may be asked for: a State of many files takes its time.
int columns_affordable(const State& now);

// "write a_w", "wait = 2": the step's call in as few words as name it; empty past the end.
std::string column_text(const StageModel& model, int step);

}  // namespace epollscope::scene
