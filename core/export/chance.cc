#include "core/export/chance.h"

#include <algorithm>
#include <set>

namespace epollscope {
namespace {

// Actors that were runnable at the same time at some instant of the step.
std::set<ActorId> raced(const StepRecord& record) {
  std::set<ActorId> runnable;
  std::set<ActorId> found;
  for (const MicroStep& step : record.micro) {
    if (step.what == MicroStep::What::woke) {
      runnable.insert(step.actor);
      if (runnable.size() > 1) found.insert(runnable.begin(), runnable.end());
    } else {
      runnable.erase(step.actor);
    }
  }
  return found;
}

// How the call of an actor ended in this step; nullptr: it did not.
const Outcome* ended(const StepRecord& record, ActorId actor, CallName call) {
  if (record.returned && record.actor == actor && record.call.name == call) return &record.outcome;
  for (const Resumed& other : record.resumed) {
    if (other.actor == actor && other.call.name == call) return &other.outcome;
  }
  return nullptr;
}

}  // namespace

std::vector<ActorId> could_have_been(const StepRecord& record, ActorId actor, CallName call) {
  const std::set<ActorId> group = raced(record);
  const Outcome* mine = ended(record, actor, call);
  if (!group.contains(actor) || mine == nullptr) return {actor};
  const bool matters = std::any_of(group.begin(), group.end(), [&](ActorId other) {
    const Outcome* outcome = ended(record, other, call);
    return outcome == nullptr || !outcome->same_result(*mine);
  });
  if (!matters) return {actor};
  return {group.begin(), group.end()};
}

}  // namespace epollscope
