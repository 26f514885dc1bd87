// The table that benchmarks print: what, the least it can take, what it takes here, the ratio.
#pragma once

#include <fmt/core.h>

#include <optional>
#include <string_view>

#include "tests/bench/measure.h"

namespace epollscope::bench {

struct Unit {
  double seconds;
  std::string_view name;
};
inline constexpr Unit kMilliseconds{1e-3, "ms"};
inline constexpr Unit kMicroseconds{1e-6, "µs"};
inline constexpr Unit kNanoseconds{1e-9, "ns"};

inline void print_header(std::string_view least, std::string_view ours) {
  fmt::print("{:<28} {:>13} {:>13} {:>10}\n", "", least, ours, "ratio");
}

inline void print_row(std::string_view what, const std::optional<Pair>& pair, Unit unit,
                      std::string_view aim) {
  if (!pair) {
    fmt::print("{:<28} could not be measured\n", what);
    return;
  }
  fmt::print("{:<28} {:>9.2f} {:<3} {:>9.2f} {:<3} {:>8.2f} ×  {}\n", what,
             pair->least / unit.seconds, unit.name, pair->ours / unit.seconds, unit.name,
             pair->ours / pair->least, aim);
}

}  // namespace epollscope::bench
