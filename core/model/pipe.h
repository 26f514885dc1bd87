// Pipes as fs/pipe.c has them (Linux 6.14 and later): a ring of slots of a page each.
//
//   A write first tops up the last slot if its odd bytes fit there, then takes whole slots.
//   A read frees no room inside a slot until the slot is empty.
//   OUT means: a slot is free. A small write can succeed without it.
//   Every write wakes readers once somebody has polled the pipe; a read wakes writers only when
//   it freed a slot while all were used.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/model/run.h"

namespace epollscope {

// What read and write of any file give: a count, -errno, or nullopt when the task fell asleep.
using Answer = std::optional<std::int64_t>;

// Two files, read end first.
struct PipeEnds {
  Index reader = kNone;
  Index writer = kNone;
};
std::uint32_t slots_of_a_new_pipe(const World& w);  // of a page each
PipeEnds make_pipe(Run& run, std::uint32_t flags);
void pipe_release(Run& run, Index file);

std::uint32_t pipe_level(const World& w, const File& file);
Answer pipe_read(Run& run, Index task, Index file, ReadCall& call, std::string* out);
Answer pipe_write(Run& run, Index task, Index file, WriteCall& call);

// F_SETPIPE_SZ: the new capacity or -errno.
std::int64_t pipe_set_size(Run& run, Index file, std::uint32_t bytes);
[[nodiscard]] std::uint64_t pipe_capacity(const World& w, const Pipe& pipe);

}  // namespace epollscope
