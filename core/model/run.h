// The context in which model code runs: the world it changes, who made the call, and the observer
// that hears of every micro-step. Passed by reference through all kernel functions of the model.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/model/micro_step.h"
#include "core/model/why.h"
#include "core/model/world.h"

namespace epollscope {

class Interleaving;

struct Run {
  World& w;
  const Machine& machine;
  const Machine::Observer& observe;
  ActorId actor;
  Interleaving* others = nullptr;  // nullptr: the task is alone

  [[nodiscard]] bool watched() const { return static_cast<bool>(observe); }
};

// One micro-step by slots; note() looks the ids and names up. Make `args` only when watched().
struct Note {
  std::string_view function;
  MicroStep::What what;
  Why why;
  Index ep = kNone;
  Index item = kNone;
  Index file = kNone;
  std::uint32_t mask = 0;
  Index task = kNone;  // kNone: who makes the call
  std::vector<std::string> args = {};
};

void tell(Run& run, const Note& note);

inline void note(Run& run, const Note& n) {
  if (run.watched()) tell(run, n);
}

// Names as the state shows them.
std::string label_of(const World& w, Index file);      // "pipe:1"
std::string name_of_file(const World& w, Index file);  // `a`, or the label
std::string name_of_item(const World& w, Index item);  // `a`, `a#2`, `fd#7`

}  // namespace epollscope
