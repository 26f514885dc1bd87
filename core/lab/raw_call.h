// What surrounds a raw system call: its arguments as registers carry them, and the time.
#pragma once

#include <cstdint>
#include <ctime>
#include <type_traits>

#include "core/base/ids.h"

namespace epollscope::lab {

inline std::int64_t now_ns() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000'000 + t.tv_nsec;
}

inline timespec to_timespec(std::int64_t ns) {
  return {.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
}

// An argument as the register that carries it.
template <class T>
long word(T v) {
  if constexpr (std::is_pointer_v<T>) {
    return reinterpret_cast<long>(v);
  } else if constexpr (std::is_null_pointer_v<T>) {
    return 0;
  } else {
    return static_cast<long>(v);
  }
}

inline std::uint64_t word64(Fd fd) { return static_cast<std::uint64_t>(std::int64_t{fd.value}); }

}  // namespace epollscope::lab
