// The model's red-black tree of epitems against std::set with the same keys.
#pragma once

#include <optional>

#include "tests/bench/measure.h"

namespace epollscope::bench {

// Seconds to insert and erase one of `items` keys, in random orders.
std::optional<Pair> set_and_tree(int items);

}  // namespace epollscope::bench
