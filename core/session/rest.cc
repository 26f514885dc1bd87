// Whether the kernel's rest ends the step under way.
#include <algorithm>

#include "core/session/impl.h"

namespace epollscope {

bool Session::Impl::has_returned(const Running& r, const std::set<ActorId>& actors) {
  return std::ranges::any_of(r.returned,
                             [&](const Returned& x) { return actors.contains(x.actor); });
}

bool Session::Impl::rest_ends_step(const std::vector<ActorId>& blocked) const {
  if (!running->main) {
    return has_returned(*running, running->await) || waits_in_vain(running->await);
  }
  const ActorId main = running->main->actor;
  if (has_returned(*running, {main})) return true;
  const bool sleeps = std::find(blocked.begin(), blocked.end(), main) != blocked.end();
  return sleeps && (!waits_for_return(*running) || waits_in_vain({main}));
}

// Whether those who returned have taken what was to wake the actors, and nothing else is due.
bool Session::Impl::waits_in_vain(const std::set<ActorId>& actors) const {
  const auto ends = [&](ActorId a) {
    const auto it = asleep.find(a);
    return it != asleep.end() && it->second.deadline.has_value();
  };
  if (running->returned.empty() || std::ranges::any_of(actors, ends)) return false;
  History then(history.live());
  run_model(then, running->main ? &*running->main : nullptr, running->returned, options.schedules,
            [](const Machine&) { return true; });
  return std::ranges::none_of(actors, [&](ActorId a) { return then.live().timer_may_wake(a); });
}

// A call with a deadline that nobody else can interfere with is one step, from call to return.
bool Session::Impl::waits_for_return(const Running& r) const {
  if (r.must_block || !ends_by_itself(*r.main)) return false;
  if (r.expected || r.record.call.name == CallName::sleep) return true;
  const CallStatement* following = next_call();
  return following != nullptr && following->actor == r.main->actor;
}

// The model has not made the call yet.
bool Session::Impl::ends_by_itself(const OpCall& call) const {
  if (asleep.at(call.actor).deadline.has_value()) return true;
  if (history.live().timers().empty()) return false;
  Machine after = history.live();
  return after.call(call.actor, call.request).blocked && after.timer_may_wake(call.actor);
}

const CallStatement* Session::Impl::next_call() const {
  for (std::size_t i = static_cast<std::size_t>(next); i < lesson.program.statements.size(); ++i) {
    const auto& what = lesson.program.statements[i].what;
    if (const auto* call = std::get_if<CallStatement>(&what)) return call;
    if (std::holds_alternative<ResumedStatement>(what)) return nullptr;
  }
  return nullptr;
}

}  // namespace epollscope
