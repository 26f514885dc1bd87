// Event counters as fs/eventfd.c has them: every write wakes readers, also one of 0; every
// successful read wakes writers.
#pragma once

#include <cstdint>
#include <optional>

#include "core/model/pipe.h"
#include "core/model/run.h"

namespace epollscope {

inline constexpr std::uint64_t kGreatestCounter = 0xfffffffffffffffe;

Index make_eventfd(Run& run, std::uint32_t initial, std::uint32_t flags, bool semaphore);
void eventfd_release(World& w, Index ctx);

std::uint32_t eventfd_level(const EventFdCtx& ctx);
Answer eventfd_read(Run& run, Index task, Index file, ReadCall& call, std::uint64_t& value);
Answer eventfd_write(Run& run, Index task, Index file, WriteCall& call);

}  // namespace epollscope
