// Makes one system call, or one shorthand of several, inside the lab: request in, reply out.
// Runs on the actor's own thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <sys/types.h>

#include "core/lab/buffers.h"
#include "core/lab/shared.h"

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

// What all calls of a lab share.
struct Workshop {
  Header& header;
  Descriptors& descriptors;
  const Filler& filler;
  Area area;                                        // for Kill: which thread an actor is
  std::array<std::int32_t, kScratchFiles> scratch;  // descriptors of the scratch files
  pid_t lab;                                        // the process of the threads
  // What a process does that fork() has just made: it becomes the actor of that slot.
  std::function<void(std::size_t slot)> born;
};

// Executes slot.operation and fills slot.reply. Returns the number of the return (Header::returns).
std::uint64_t execute(Workshop& shop, Slot& slot, std::byte* payload, Window& window);

}  // namespace epollscope::lab
