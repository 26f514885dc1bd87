// Compares what a scenario expects with what the kernel gave. Only what is written is compared:
// the numbers of new descriptors never are, a `?` never is. Pure functions.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/base/ids.h"
#include "core/call/outcome.h"
#include "core/script/program.h"

namespace epollscope {

// nullopt: the expectation holds; otherwise one sentence that says what was expected and what
// came. `bound` gives the numbers of names written as data.
std::optional<std::string> check_expectation(const Expected& expected, const Call& call,
                                             const Outcome& outcome,
                                             const std::map<std::string, Fd>& bound);

}  // namespace epollscope
