// Which returns of a step the scheduler decided. Where a step leaves several sleeping threads
// runnable at once, any of them may run first. The model runs them in every order; a return that
// all orders give is sure, and the others are chance.
//
// Invariant: what is sure here can still be changed by what is run as one piece here, such as a
// wakeup that walks many hooks while the first thread woken scans already. drain() and fill() are
// no such piece: who is woken by one of their calls may well run before the next.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/session/lockstep.h"
#include "core/session/session.h"

namespace epollscope {

// What each order gives: who returned, and what.
using Endings = std::vector<std::map<ActorId, Outcome>>;

// All endings of a step from `machine`, in which its own call has been made; of `returned`, those
// whose deadline passed return in each. nullopt: too many orders to try.
std::optional<Endings> endings_of(const Machine& machine, const std::vector<Returned>& returned);

// All endings of a row of calls, which others run into as soon as one of them lets them.
Endings endings_amid(const Machine& before, const OpCall& row);

// Follows a run: which of several threads still sleeps may be chance from an earlier step.
class Scheduling {
 public:
  // `interrupted`: those whose sleep ended in a way that only their EINTR shows.
  // Requires: `calls` names the call of every actor that returned or could have. Gives what there
  // is to say of the actors in `returned`; nothing about those whose return is sure.
  std::map<ActorId, Chance> judge(const std::optional<Endings>& endings,
                                  const std::vector<Returned>& returned,
                                  const std::set<ActorId>& interrupted,
                                  const std::map<ActorId, CallName>& calls);
  // After a step: groups of which nobody sleeps any more are settled.
  void settle(const std::set<ActorId>& asleep);

 private:
  void add_group(const std::set<ActorId>& group, const Endings& endings,
                 const std::vector<Returned>& returned, std::map<ActorId, Chance>& out);

  std::vector<std::set<ActorId>> exchanged_;  // some of these sleep, which ones is chance
  std::set<ActorId> doubtful_;                // whether these sleep is chance
};

}  // namespace epollscope
