// What of a step the model did not foretell but took from the kernel, because only the kernel can
// say: what the scheduler chose, how much TCP took or passed on, how often a timer expired.
#pragma once

#include "core/session/session.h"

namespace epollscope {

// Another order of running would have given something else, or given it to another.
inline bool is_chance(const Chance& chance) { return chance.by_chance || !chance.actors.empty(); }

// Whether anything that the step shows was seen and not foretold.
bool partly_seen(const StepRecord& record);

}  // namespace epollscope
