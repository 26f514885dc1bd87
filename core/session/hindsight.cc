#include "core/session/hindsight.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <ranges>
#include <utility>
#include <vector>

#include "core/session/verify.h"

namespace epollscope {
namespace {

// Beyond that it is looked no further: as many operations again, on as many ends.
constexpr std::size_t kMostOperations = 100'000;

// All that an order of running can change, as numbers. Each list is preceded by its length.
std::vector<std::int64_t> what_is_left(const Machine& machine) {
  std::vector<std::int64_t> all;
  const auto put = [&](const auto& list, const auto& number) {
    all.push_back(std::ssize(list));
    for (const auto& x : list) all.push_back(number(x));
  };
  const auto id = [](const auto& x) { return static_cast<std::int64_t>(x.value); };
  const auto actor = [](const ActorId& a) { return a.kind * 1000LL + a.number; };
  const State state = machine.state();
  for (const EventpollState& ep : state.eventpolls) {
    put(ep.ready, id);
    put(ep.items, [](const ItemState& i) { return i.armed ? 1 : 0; });
    put(ep.waiters, [&](const WaiterState& w) { return actor(w.actor); });
  }
  for (const FileState& f : state.files) {
    put(f.readers, actor);
    put(f.writers, actor);
  }
  for (const ObjectState& o : state.objects) {
    put(o.fill, [](std::uint64_t n) { return static_cast<std::int64_t>(n); });
  }
  return all;
}

}  // namespace

void Hindsight::chose(const History::Place& place, Witnessed what) {
  open_.push_back({place, std::move(what)});
  if (open_.size() > kMost) open_.pop_front();
}

bool Hindsight::reconsider(History& history, std::vector<StepRecord>& steps,
                           const std::function<bool(const Machine&)>& explains) {
  const auto levels_agree = [&](int step, const Machine& machine) {
    std::vector<std::string> differences;
    verify_levels(machine, steps[static_cast<std::size_t>(step) - 1].levels, differences);
    return differences.empty();
  };
  std::size_t again = 0;
  for (auto choice = open_.rbegin(); choice != open_.rend(); ++choice) {
    History::Place& place = choice->place;
    std::map<std::vector<std::int64_t>, bool> ends;
    const auto fits = [&](const Machine& end) {
      const auto [known, fresh] = ends.try_emplace(what_is_left(end), false);
      if (!fresh) return known->second;
      again += history.operations_since(place);
      if (again > kMostOperations) return false;
      Machine machine = end;
      return known->second = history.lives_alike(place, machine, levels_agree) && explains(machine);
    };
    History other(history.before(place));
    const OpCall* main = choice->what.main ? &*choice->what.main : nullptr;
    const LockstepResult r = run_model(other, main, choice->what.returned, schedules_, fits);
    if (!r.differences.empty() || !fits(other.live())) continue;
    history.revise(place, other);
    place.last = place.first + other.operations();
    for (const int step : std::views::iota(place.step, history.steps() + 1)) {
      steps[static_cast<std::size_t>(step) - 1].micro = history.micro_of(step);
    }
    return true;
  }
  return false;
}

}  // namespace epollscope
