// What the lab knows of descriptor numbers, and what a read of such a file tells.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/call/outcome.h"

namespace epollscope::lab {

enum class FdKind : std::uint8_t { other, eventfd, timerfd, epoll, signalfd, inotify, tcp };

// What the lab remembers of descriptor numbers: the kind of the file a number was last given
// to, and which numbers belong to the control channel. Any thread.
class Descriptors {
 public:
  // Numbers from `first_control` on are the lab's own.
  explicit Descriptors(std::int32_t first_control);
  [[nodiscard]] FdKind kind(std::int32_t fd) const;
  void remember(std::int32_t fd, FdKind kind);
  // The number to hand to the kernel: -1 (never open) for the lab's own.
  [[nodiscard]] std::int32_t visible(std::int32_t fd) const;

 private:
  std::int32_t first_control_;
  std::vector<std::atomic<std::uint8_t>> kinds_;
};

// What is read from some files is a structure, of which one number tells all that a scenario asks.
struct Summary {
  std::uint64_t value = 0;
  ValueKind kind = ValueKind::number;
};
// nullopt: bytes, or a size that only another kind of file gives.
std::optional<Summary> sum_up(FdKind kind, std::span<const std::byte> read);

}  // namespace epollscope::lab
