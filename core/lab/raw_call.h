// What surrounds a raw system call: its arguments as registers carry them, the time, and what a
// signal that restarts it has to look at again.
#pragma once

#include <atomic>
#include <cstdint>
#include <ctime>
#include <type_traits>

#include "core/base/ids.h"
#include "core/lab/descriptors.h"

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

// What the thread reads from. A signal restarts the call by its number, which may mean another file
// by then, so the handler, which runs right before, looks again.
struct Reading {
  const Descriptors* descriptors = nullptr;
  std::int32_t fd = -1;
  std::atomic<FdKind> kind = FdKind::other;
};
inline thread_local Reading reading;

inline void on_signal(int /*signal*/) {
  if (reading.descriptors != nullptr) reading.kind = reading.descriptors->kind(reading.fd);
}

}  // namespace epollscope::lab
