#include "core/session/hindsight.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace epollscope {
namespace {

// Beyond that it is looked no further: so many operations are made again.
constexpr std::size_t kMostOperations = 100'000;
constexpr std::size_t kOperationsOfASearch = 100;  // that explaining the present step costs, say
constexpr int kSchedules = 500;                    // for each earlier step
constexpr int kMostAlike = 8;  // ends that differ in nothing but what buffers hold

// What an order of running can change, but for the order of bytes, as numbers. Each list is
// preceded by its length.
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

void Hindsight::settle() {
  std::erase_if(open_, [](const Choice& c) { return !c.what.moved_data && !c.what.outran_timer; });
}

void Hindsight::forget_timers(int step) {
  std::erase_if(open_, [&](const Choice& c) {
    return c.what.outran_timer && !c.what.moved_data && c.place.step <= step - kTimerSteps;
  });
}

std::optional<int> Hindsight::oldest() const {
  if (open_.empty()) return std::nullopt;
  return open_.front().place.step;
}

bool Hindsight::reconsider(History& history,
                           const std::function<bool(int step, const Machine&)>& agrees,
                           const std::function<bool(const Machine&)>& explains,
                           const std::function<void(int step, std::vector<MicroStep>)>& retold) {
  std::size_t again = 0;
  for (auto choice = open_.rbegin(); choice != open_.rend() && again < kMostOperations; ++choice) {
    History::Place& place = choice->place;
    std::map<std::vector<std::int64_t>, int> ends;
    const auto fits = [&](const Machine& end) {
      if (again >= kMostOperations || ++ends[what_is_left(end)] > kMostAlike) return false;
      again += history.operations_since(place) + kOperationsOfASearch;
      Machine machine = end;
      return history.lives_alike(place, machine, agrees) && explains(machine);
    };
    History other(history.before(place));
    const OpCall* main = choice->what.main ? &*choice->what.main : nullptr;
    const LockstepResult r = run_model(other, main, choice->what.returned, kSchedules, fits);
    if (!r.differences.empty()) continue;
    ends.clear();
    if (!fits(other.live())) continue;  // nobody had a choice, or none that fits
    std::vector<std::vector<MicroStep>> told = history.revise(place, other);
    place.last = place.first + other.operations();
    for (std::size_t i = 0; i < told.size(); ++i) {
      retold(place.step + static_cast<int>(i), std::move(told[i]));
    }
    return true;
  }
  return false;
}

}  // namespace epollscope
