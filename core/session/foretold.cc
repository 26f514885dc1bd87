#include "core/session/foretold.h"

#include <algorithm>
#include <array>

namespace epollscope {
namespace {

// Reasons whose numbers are the kernel's. Those of what a call itself moved are in its Chance.
constexpr std::array<std::string_view, 3> kSeen = {"passed.on", "timer.read", "timer.goes_on"};

}  // namespace

bool partly_seen(const StepRecord& record) {
  return is_chance(record.chance) ||
         std::ranges::any_of(record.resumed,
                             [](const Resumed& other) { return is_chance(other.chance); }) ||
         std::ranges::any_of(record.micro, [](const MicroStep& m) {
           return std::ranges::find(kSeen, m.why) != kSeen.end();
         });
}

}  // namespace epollscope
