// Micro-steps in English, for transcripts and JSON. Pure functions.
#pragma once

#include <string>

#include "core/model/micro_step.h"

namespace epollscope {

// Whom or what a micro-step is about: the item or file, else the actor that sleeps or wakes;
// empty when it is about neither.
std::string subject_of(const MicroStep& step);

// The reason with its arguments filled in: "level-triggered and still ready".
std::string reason_of(const MicroStep& step);

// "ep_send_events: a requeued: level-triggered and still ready"
std::string describe(const MicroStep& step);
std::string describe(const MicroStep& step, const std::string& reason);

}  // namespace epollscope
