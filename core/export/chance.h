// Which results of a step are chance. When one step leaves several sleeping threads runnable at
// the same time, the scheduler decides who runs first; if that shows in what they return, the
// transcript names them all: `T2|T3: <... epoll_wait resumed>`. Pure functions.
#pragma once

#include <vector>

#include "core/session/session.h"

namespace epollscope {

// The actors among whom the scheduler chose in this step, `actor` among them; just `actor` when
// it had no choice, or when the choice made no difference. `call` is what `actor` was in.
std::vector<ActorId> could_have_been(const StepRecord& record, ActorId actor, CallName call);

}  // namespace epollscope
