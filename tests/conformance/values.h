// Arguments of calls, made in a word.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "core/call/call.h"

namespace epollscope::trial {

inline Value number(std::int64_t n) { return {.v = Integer::of(n)}; }
inline Value ref(std::string name) { return {.v = Ref{std::move(name)}}; }
inline Value flags(FlagSet set, std::uint64_t bits) { return {.v = Mask{set, bits}}; }

}  // namespace epollscope::trial
