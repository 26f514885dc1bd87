// What would wake a thread that sleeps, in words. Private to the room.
#pragma once

#include <string>

#include "app/i18n/i18n.h"
#include "core/call/state.h"

namespace epollscope::scene {

// "a wakeup of a, b or s", "bytes in a"; empty: the thread does not sleep, or sleeps for a time.
std::string wakers_text(Lang lang, const State& state, ActorId actor);

}  // namespace epollscope::scene
