// Calls that no scenario may make, tried from inside the lab to prove that they are refused.
#pragma once

#include <cstddef>
#include <span>

#include "core/lab/shared.h"

namespace epollscope::lab {

// Fills `tries` and returns how many there are. Harmless when one of them is not refused.
std::size_t try_forbidden(std::span<ForbiddenTry> tries);

}  // namespace epollscope::lab
