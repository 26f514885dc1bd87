#include "core/model/prediction.h"

#include <algorithm>
#include <cassert>

namespace epollscope {
namespace {

bool same(const Machine::Result& a, const Machine::Result& b) {
  return a.blocked == b.blocked && a.outcome.same_result(b.outcome);
}

}  // namespace

std::vector<Prediction> predictions(const Machine& truth, std::span<const Machine> believers,
                                    ActorId actor, const Request& request) {
  assert(!truth.belief());
  std::vector<Prediction> all = {{Machine(truth).call(actor, request), {}}};
  for (const Machine& believer : believers) {
    assert(believer.belief());
    if (!believer.idle(actor)) continue;
    const Machine::Result expected = Machine(believer).call(actor, request);
    const auto known =
        std::ranges::find_if(all, [&](const Prediction& p) { return same(p.result, expected); });
    if (known == all.begin()) continue;
    if (known == all.end()) {
      all.push_back({expected, {*believer.belief()}});
    } else {
      known->believed.push_back(*believer.belief());
    }
  }
  return all;
}

}  // namespace epollscope
