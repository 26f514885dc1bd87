// Makes one system call, or one shorthand of several, inside the lab: request in, reply out.
// Runs on the actor's own thread.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>

#include "core/lab/buffers.h"
#include "core/lab/descriptors.h"
#include "core/lab/shared.h"

namespace epollscope::lab {

// What all calls of a lab share.
struct Workshop {
  Header& header;
  Descriptors& descriptors;
  const Filler& filler;
  Area area;                                        // for Kill: which thread an actor is
  std::array<std::int32_t, kScratchFiles> scratch;  // descriptors of the scratch files
  const char* terminal_path;                        // see seal_terminal_path()
  pid_t lab;                                        // the process of the threads
  // What a process does that fork() has just made: it becomes the actor of that slot.
  std::function<void(std::size_t slot)> born;
};

// Executes slot.operation and fills slot.reply. Returns the number of the return (Header::returns).
std::uint64_t execute(Workshop& shop, Slot& slot, std::byte* payload, Window& window);

}  // namespace epollscope::lab
