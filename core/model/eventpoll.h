// epoll as fs/eventpoll.c does it (Linux 6.18; the order of events is the same since 5.1).
//
// The lists of an instance
//
//            ADD                          rbr: red-black tree of all items, by (open file, fd)
//             |
//             v        wakeup, or ready at ADD / MOD
//        [ unlinked ] -------------------------------------> [ rdllist ]  FIFO, "maybe ready"
//             ^                                                   |
//             | ET reported, ONESHOT reported,                    |  epoll_wait: the whole list
//             | or not ready after all                            v
//             +------------------------------------------- [ txlist ]  private to one scan
//                              LT reported: to the tail of rdllist again
//
//   ovflist  takes wakeups while a scan runs (newest first), even of items that are linked;
//            when the scan ends they go to the head of rdllist, oldest first, unless linked.
//
// Invariants
//  1. An item is linked on at most one of rdllist and txlist (Epitem::linked).
//  2. After a scan: rest of txlist, then ovflist in order of arrival, then LT items just
//     reported.
//  3. Hooks are made by ADD only, newest at the head of the file's queue (exclusive: tail).
//  4. Whether an item is truly ready is found out by a scan only; the callback never asks.
//
// The kernel guards rdllist, ovflist and wq by ep->lock and a scan by ep->mtx. Here one call runs
// at a time, so nothing needs a lock; a scan in progress still defers wakeups.
#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "core/call/outcome.h"
#include "core/call/request.h"
#include "core/model/run.h"

namespace epollscope {

// EP_PRIVATE_BITS: what a mask keeps when ONESHOT has fired; nothing else in it: disarmed.
inline constexpr std::uint32_t kPrivateBits = EPOLLWAKEUP | EPOLLONESHOT | EPOLLET | EPOLLEXCLUSIVE;

// A new instance behind `file`.
Index ep_alloc(World& w, Index file);

// The item of (ep, file, fd); kNone when there is none.
Index ep_find(const World& w, Index ep, Index file, Fd fd);

// ADD, MOD and DEL once every check has passed. ep_insert() gives 0 or an errno; `events` is the
// mask that is kept. Requires: op.event.
int ep_insert(Run& run, Index ep, Index file, const EpollCtl& op, std::uint32_t events);
void ep_modify(Run& run, Index item, std::uint32_t events, std::uint64_t data);
void ep_remove(Run& run, Index item, Why why);

// The last reference to the instance's own file is gone.
void ep_release(Run& run, Index ep);

// A hook was woken with `key`. True: it counts for the exclusive limit of the waker.
bool ep_poll_callback(Run& run, Index item, std::uint32_t key);

// Asks the file; the answer & interest.
std::uint32_t ep_item_poll(Run& run, Index item);
// poll() of an instance: drops what is not ready, stops at the first item that is.
std::uint32_t ep_eventpoll_poll(Run& run, Index ep);
// Wakes those who watch the instance itself.
void ep_poll_safewake(Run& run, Index ep);

// ---- the scan, in three parts
void ep_start_scan(Run& run, Index ep);
void ep_done_scan(Run& run, Index ep);
struct Harvest {
  std::vector<Event> events;
  int error = 0;  // EFAULT, and no event was stored
};
Harvest ep_send_events(Run& run, Index ep, std::int32_t maxevents, bool null_buffer);

// EPOLL_CTL_* with all checks, in the kernel's order. 0 or an errno.
int epoll_ctl(Run& run, const EpollCtl& op);

// The body of epoll_wait from the first look on; nullopt: the task fell asleep. `woken`: it goes
// on after a wakeup.
std::optional<Outcome> ep_poll(Run& run, Index task, bool woken);

// 0, or ELOOP: watching `target` from `ep` would close a circle or make a chain too long.
int ep_loop_check(const World& w, Index ep, Index target);
// False: a file would have too many paths of instances above it.
bool reverse_path_check(const World& w, Index target_file);

}  // namespace epollscope
