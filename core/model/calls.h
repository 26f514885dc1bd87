// The calls of a task: from the request to an outcome, or to sleep.
#pragma once

#include <optional>

#include "core/call/outcome.h"
#include "core/call/request.h"
#include "core/model/run.h"

namespace epollscope {

// nullopt: the task fell asleep in its call. One that is inside another call leaves that first.
std::optional<Outcome> start_call(Run& run, Index task, const Request& request);
// The call itself, without what comes when it ends; nullopt: it sleeps.
std::optional<Outcome> make_call(Run& run, Index task, const Request& request);
// A woken task goes on.
std::optional<Outcome> continue_call(Run& run, Index task);
// The deadline of a sleeping task has passed.
Outcome end_call_in_time(Run& run, Index task);
// EINTR ends the epoll_wait that the task sleeps in.
Outcome interrupt_wait(Run& run, Index task);

// The task leaves the call that it sleeps in, or was woken in, as if that had done nothing.
void abandon_call(Run& run, Index task);

std::string_view call_name(const Frame& frame);

}  // namespace epollscope
