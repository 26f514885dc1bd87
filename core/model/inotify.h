// inotify as fs/notify has it: a queue of events, of which one that is like the last is merged;
// every other wakes with a key that passes all filters.
#pragma once

#include <cstdint>

#include "core/model/pipe.h"
#include "core/model/run.h"

namespace epollscope {

inline constexpr std::int64_t kNotifyBytes = 16;  // struct inotify_event without a name

Index make_inotify(Run& run);
void inotify_release(World& w, Index inotify);

std::uint32_t inotify_level(const Inotifier& inotify);
Answer inotify_read(Run& run, Index task, Index file, ReadCall& call, std::uint64_t& events);

// The attributes of a scratch file change, and every instance watches it.
void scratch_touched(Run& run, std::int32_t scratch);

}  // namespace epollscope
