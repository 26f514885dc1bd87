// What moves between two moments: pure functions of both pictures, of what happened between them
// and of a share of the time. Motion explains a cause, so each micro-step has a track of its own,
// one after the other:
//
//   wakeup      the file's wait queue shines
//   callback    a pulse runs along the hook to the epitem and on to its card, or dies there
//   check       a pulse runs from the epitem to the file and comes back with the answer
//   reported    the card crosses the system-call line into its slot of events[]
//   requeued    the card goes round to the tail · left, disarmed, dropped: it falls off the rail
//   slept       the thread moves from its call to the sleepers · woke: a pulse calls it back
//
// What is there at both ends and stands elsewhere slides; what is new fades in.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "app/i18n/i18n.h"
#include "app/scene/scene.h"
#include "core/model/micro_step.h"

namespace epollscope::scene {

enum class Motion : std::uint8_t {
  full,
  reduced,  // nothing travels: what changed fades
  off
};

struct Journey {
  std::vector<MicroStep> micro = {};  // what happened on the way, in order; empty: only a look
  Motion motion = Motion::full;
  Lang lang = Lang::en;
};

// How long it takes; 0: not at all. Never 0.4 s or more.
double seconds_of(const Journey& journey);

// The picture when `t` of the time has passed, 0 to 1; at 1 it is `after`. Both scenes are of one
// size. Things to point at are where they will be.
Scene between(const Scene& before, const Scene& after, const Journey& journey, float t);

}  // namespace epollscope::scene
