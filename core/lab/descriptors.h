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

enum class FdKind : std::uint8_t {
  other,
  eventfd,
  timerfd,
  epoll,
  signalfd,
  inotify,
  tcp,
  datagram,  // of AF_UNIX
  master,
  slave
};
struct Known {  // of an open file
  FdKind kind = FdKind::other;
  std::uint16_t terminal = 0;  // of a master and its slave: their number, from 1 on
};

// What the lab remembers of descriptor numbers: the kind of the file a number was last given
// to, and which numbers belong to the control channel. Any thread.
class Descriptors {
 public:
  // Numbers from `first_control` on are the lab's own.
  explicit Descriptors(std::int32_t first_control);
  [[nodiscard]] Known known(std::int32_t fd) const;
  [[nodiscard]] FdKind kind(std::int32_t fd) const { return known(fd).kind; }
  void remember(std::int32_t fd, Known known);
  // The number to hand to the kernel: -1 (never open) for the lab's own.
  [[nodiscard]] std::int32_t visible(std::int32_t fd) const;

 private:
  std::int32_t first_control_;
  std::vector<std::atomic<Known>> known_;
};

// What is read from some files is a structure, of which one number tells all that a scenario asks.
struct Summary {
  std::uint64_t value = 0;
  ValueKind kind = ValueKind::number;
};
// nullopt: bytes, or a size that only another kind of file gives.
std::optional<Summary> sum_up(FdKind kind, std::span<const std::byte> read);

}  // namespace epollscope::lab
