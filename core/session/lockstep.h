// Runs the model beside the kernel: the call that was made, then every actor that the kernel
// let return. Which woken actor ran first is the scheduler's choice and is taken from what the
// kernel showed; everything else the model must say by itself.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "core/call/call.h"
#include "core/session/history.h"

namespace epollscope {

struct Returned {  // an actor whose call ended on the kernel, in the order in which they ended
  ActorId actor;
  Outcome outcome;
};

struct LockstepResult {
  std::vector<std::string> differences;  // one sentence each
  std::vector<MicroStep> micro;
  // Other orders may explain what returned, too.
  bool chosen = false;
  // The call set or closed a timer that may have expired right before it.
  bool outran_timer = false;
  // Several actors were runnable at once: the machine before any of them ran.
  std::optional<Machine> raced_from;
  // The call was a row of calls, or left something to a work queue, and let others go on, who could
  // run between two of them, or before the work: the machine before it.
  std::optional<Machine> row_from;
  // Whose sleep was ended by something that only its EINTR shows.
  std::set<ActorId> interrupted = {};
  // How much the call moved, when TCP passed bytes on, or that a limit was met which all programs
  // of the user share, is as it was seen.
  bool observed = false;
  // And that was news in this step: what the call returned may come of it.
  bool unsure = false;
  // Only threads that ran in the middle of the call explain what was seen: all of it is chance.
  bool interleaved = false;
};

// drain() and fill() are many calls of one kind, none of which waits.
bool is_row_of_calls(const Request& request);

// Whether the actor sleeps in a call that time alone can end.
bool has_deadline(const Machine& machine, ActorId actor);

// `main`: the call that the step submitted; nullptr when a sleeping call ended by itself.
// `fits`: whether a machine is as the kernel showed itself afterwards, where it showed more than
// what returned; asked only where the scheduler had a choice. `schedules`: how many are tried.
// `flows`: what the kernel shows of the machine's flows, as inputs; none: nothing shows them.
LockstepResult run_model(History& history, const OpCall* main,
                         const std::vector<Returned>& returned, int schedules,
                         std::function<bool(const Machine&)> fits,
                         std::function<std::vector<Op>(const Machine&)> flows = {});

}  // namespace epollscope
