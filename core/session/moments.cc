#include "core/session/moments.h"

#include <algorithm>

namespace epollscope {
namespace {

// Some tens of megabytes at most.
constexpr std::size_t kMostThings = 200'000;
constexpr std::size_t kMostMoments = 128;

std::size_t things_in(const State& state) {
  std::size_t n = 1 + state.files.size() + state.objects.size() + state.threads.size();
  for (const EventpollState& ep : state.eventpolls) n += 1 + ep.items.size();
  return n;
}

}  // namespace

std::shared_ptr<const State> Moments::get(int step, std::optional<int> micro, Age age,
                                          const std::function<Made()>& make) {
  const auto is_stale = [&](const Kept& k) {
    return k.age.revisions != age.revisions || (!k.lasting && k.age.changes != age.changes);
  };
  std::erase_if(kept_, is_stale);
  const auto found = std::ranges::find_if(
      kept_, [&](const Kept& k) { return k.step == step && k.micro == micro; });
  if (found != kept_.end()) {
    kept_.splice(kept_.begin(), kept_, found);
    return found->state;
  }
  Made made = make();
  const std::size_t things = things_in(made.state);
  kept_.push_front({.step = step,
                    .micro = micro,
                    .age = age,
                    .lasting = made.lasting,
                    .things = things,
                    .state = std::make_shared<const State>(std::move(made.state))});
  forget_the_oldest();
  return kept_.front().state;
}

void Moments::forget_the_oldest() {
  std::size_t things = 0;
  std::size_t count = 0;
  for (auto k = kept_.begin(); k != kept_.end(); ++k) {
    things += k->things;
    ++count;
    // The newest is kept whatever its size.
    if (count > 1 && (things > kMostThings || count > kMostMoments)) {
      kept_.erase(k, kept_.end());
      return;
    }
  }
}

}  // namespace epollscope
