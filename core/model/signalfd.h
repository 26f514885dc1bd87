// Descriptors that read signals, as fs/signalfd.c has them. One that is polled or read looks at
// the signals of the thread that asks.
//
//   All signalfds of a process share one wait queue. Each signal that becomes pending wakes it
//   with key 0, whichever signals they read; a read wakes nobody.
#pragma once

#include <cstdint>

#include "core/model/pipe.h"
#include "core/model/run.h"

namespace epollscope {

// Requires: the flags were checked.
Index make_signalfd(Run& run, std::uint64_t mask, std::uint32_t flags);
void signalfd_release(World& w, Index ctx);

// A thread asks, or reads. One of another process than the signalfd's looks at signals of its own,
// while the hooks stay with the first process: that is not modelled.
void signalfd_asked(World& w, const SignalfdCtx& ctx, Index task);

// For this thread; kNone: for any.
std::uint32_t signalfd_level(const World& w, const SignalfdCtx& ctx, Index task);
// The number of the first signal that is read goes to `first`.
Answer signalfd_read(Run& run, Index task, Index file, ReadCall& call, std::uint64_t& first);

// A signal is being sent to the task.
void signalfd_notify(Run& run, Index task);

}  // namespace epollscope
