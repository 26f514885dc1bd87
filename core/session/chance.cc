#include "core/session/chance.h"

#include <algorithm>
#include <iterator>

namespace epollscope {
namespace {

constexpr int kMostSchedules = 200;
constexpr int kMostTries = 2000;  // calls that are resumed, over all orders

class Explorer {
 public:
  explicit Explorer(const std::vector<Returned>& returned) : returned_(returned) {}

  void explore(const Machine& machine, const std::map<ActorId, Outcome>& so_far) {
    const std::vector<ActorId> runnable = machine.runnable();
    for (const ActorId actor : runnable) go_on(machine, OpResume{actor}, actor, so_far);
    if (!runnable.empty()) return;
    for (const Returned& r : returned_) {
      if (so_far.contains(r.actor) || !has_deadline(machine, r.actor)) continue;
      return go_on(machine, OpExpire{r.actor}, r.actor, so_far);
    }
    endings.push_back(so_far);
  }

  Endings endings;
  int tries = kMostTries;

 private:
  void go_on(const Machine& machine, const Op& op, ActorId actor,
             std::map<ActorId, Outcome> so_far) {
    if (tries-- <= 0) return;
    Machine next = machine;
    Machine::Result result = apply(next, op);
    if (!result.blocked) so_far[actor] = std::move(result.outcome);
    explore(next, so_far);
  }

  const std::vector<Returned>& returned_;
};

const Outcome* find(const std::map<ActorId, Outcome>& ending, ActorId actor) {
  const auto it = ending.find(actor);
  return it == ending.end() ? nullptr : &it->second;
}

bool in_all(const Endings& endings, ActorId actor) {
  return std::ranges::all_of(endings, [&](const auto& e) { return e.contains(actor); });
}

bool is_sure(const Endings& endings, ActorId actor) {
  const Outcome* first = find(endings.front(), actor);
  return first != nullptr && std::ranges::all_of(endings, [&](const auto& e) {
           const Outcome* other = find(e, actor);
           return other != nullptr && other->same_result(*first);
         });
}

std::vector<Outcome> outcomes_of(const std::map<ActorId, Outcome>& ending,
                                 const std::set<ActorId>& group) {
  std::vector<Outcome> list;
  for (const ActorId actor : group) {
    if (const Outcome* o = find(ending, actor)) list.push_back(*o);
  }
  return list;
}

// The same outcomes in every ending, only not of the same actors.
bool exchangeable(const Endings& endings, const std::set<ActorId>& group) {
  const std::vector<Outcome> first = outcomes_of(endings.front(), group);
  return std::ranges::all_of(endings, [&](const auto& e) {
    return std::ranges::is_permutation(
        first, outcomes_of(e, group),
        [](const Outcome& a, const Outcome& b) { return a.same_result(b); });
  });
}

}  // namespace

std::optional<Endings> endings_of(const Machine& machine, const std::vector<Returned>& returned) {
  Explorer explorer(returned);
  explorer.explore(machine, {});
  if (explorer.tries < 0) return std::nullopt;
  return std::move(explorer.endings);
}

Endings endings_amid(const Machine& before, const OpCall& row) {
  Endings endings;
  find_schedule(
      before, {row.actor, &row.request, {}, {}}, {},
      [&](const Machine&, const Interleaved& done) {
        endings.push_back(done.returned);
        return false;
      },
      kMostSchedules);
  return endings;
}

std::map<ActorId, Chance> Scheduling::judge(const std::optional<Endings>& endings,
                                            const std::vector<Returned>& returned,
                                            const std::set<ActorId>& interrupted,
                                            const std::map<ActorId, CallName>& calls) {
  std::map<ActorId, Chance> out;
  if (!endings) {
    for (const Returned& r : returned) {
      out[r.actor].by_chance = true;
      doubtful_.insert(r.actor);
    }
  } else if (endings->size() > 1) {
    std::map<CallName, std::set<ActorId>> groups;
    for (const auto& ending : *endings) {
      for (const auto& [actor, outcome] : ending) {
        if (!is_sure(*endings, actor)) groups[calls.at(actor)].insert(actor);
      }
    }
    for (const auto& [call, group] : groups) add_group(group, *endings, returned, out);
  }
  for (const Returned& r : returned) {
    if (doubtful_.contains(r.actor) || interrupted.contains(r.actor)) out[r.actor].by_chance = true;
    for (const std::set<ActorId>& group : exchanged_) {
      if (group.contains(r.actor)) out[r.actor].actors.insert(group.begin(), group.end());
    }
  }
  return out;
}

void Scheduling::add_group(const std::set<ActorId>& group, const Endings& endings,
                           const std::vector<Returned>& returned, std::map<ActorId, Chance>& out) {
  const bool exchange = exchangeable(endings, group);
  for (const Returned& r : returned) {
    if (group.contains(r.actor)) out[r.actor] = {.actors = group, .by_chance = !exchange};
  }
  const auto may_sleep = [&](ActorId actor) { return !in_all(endings, actor); };
  if (exchange && std::ranges::any_of(group, may_sleep)) exchanged_.push_back(group);
  if (exchange) return;
  std::ranges::copy_if(group, std::inserter(doubtful_, doubtful_.end()), may_sleep);
}

void Scheduling::settle(const std::set<ActorId>& asleep) {
  std::erase_if(exchanged_, [&](const std::set<ActorId>& group) {
    return std::ranges::none_of(group, [&](ActorId a) { return asleep.contains(a); });
  });
}

}  // namespace epollscope
