// Timers as fs/timerfd.c has them. The model has no clock: that a timer has expired is told by its
// owner (timer_expired()), who saw it or who counts virtual time.
//
//   The first expiry wakes (IN). A periodic timer runs on only when it is read: without a read
//   nothing more is heard of it, however often its interval passes.
//   settime() forgets an unread expiry and wakes nobody; a read wakes nobody.
#pragma once

#include <cstdint>

#include "core/model/pipe.h"
#include "core/model/run.h"

namespace epollscope {

// 0 or the errno that timerfd_create() gives for these.
int timerfd_refused(std::int32_t clock, std::int32_t flags);
Index make_timerfd(Run& run, std::uint32_t flags);
void timerfd_release(World& w, Index timer);

std::uint32_t timerfd_level(const TimerfdCtx& timer);
Answer timerfd_read(Run& run, Index task, Index file, ReadCall& call, std::uint64_t& value);

// timerfd_settime(fd, 0, {interval, value}, NULL) with checks: 0 or an errno.
int timerfd_settime(Run& run, const TimerfdSettime& op);

// Armed, and no expiry was told of.
bool is_pending(const World& w, Index file);

// The timer has expired, or, if it had, a read would give `ticks` now. Requires: it is armed.
void timer_expired(Run& run, Index file, std::uint64_t ticks);

// Whether an expiry that nobody has told of yet may have put items of this file on ready lists: of
// an armed timer, of one that was set again before it was seen, or of one that an instance watches.
bool may_have_expired(const World& w, Index file);

// Whether the expiry of an armed timer would wake the sleeping task.
bool timer_may_wake(const World& w, Index task);

}  // namespace epollscope
