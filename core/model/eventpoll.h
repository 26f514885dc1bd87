// epoll as fs/eventpoll.c does it (Linux 6.18; the order of events is the same since 5.1).
//
// The lists of an instance
//
//   rbr      red-black tree of all items, by (open file, fd); the other lists are apart from it
//   rdllist  FIFO of items that may be ready
//   txlist   the rdllist that one scan took for itself: its batch
//   ovflist  items woken while a scan runs, newest first; linked apart from rdllist and txlist
//
//                         ready at ADD / MOD, woken
//           +--------------------------------------------------+
//    ADD    |                                                  v
//   ----> [ unlinked ] <---------- DEL, close ----------- [ rdllist ] <---+
//           ^   |                                          ^   |          |
//           |   +------------ LT reported -----------------+   | a scan   | it ends:
//           |                                                  v begins   | the rest
//           +---------------- asked by the scan ---------- [ txlist ] ----+
//
// Every transition, the micro-step that stands for it, and the kernel's function. Between any two
// micro-steps the lists are as if only the first had happened; nothing else moves an item.
//
//   transition                               micro-step           function
//   unlinked -> rdllist, tail
//     ready when ADD or MOD asks             queued               ep_insert, ep_modify
//     woken, no scan runs                    queued               ep_poll_callback
//   rdllist -> txlist, all at once           scan_started         ep_start_scan
//   txlist, head -> unlinked
//     a harvest asks it                      checked.scan         ep_send_events
//     poll() asked it: nothing               dropped              __ep_eventpoll_poll
//   unlinked -> rdllist, tail: LT reported   requeued             ep_send_events
//   unlinked -> txlist, head: a bad pointer  failed               ep_send_events
//   onto ovflist, head, unless it is on it
//     woken while a scan runs                deferred             ep_poll_callback
//   off ovflist, head, while a scan ends
//     unlinked -> rdllist, head              queued.after_scan    ep_done_scan
//     linked: where it is                    kept.after_scan      ep_done_scan
//   txlist -> rdllist, head, all at once     scan_done            ep_done_scan
//   rdllist -> unlinked, and freed           unlinked             ep_remove, after `erased`
//
// These leave an item where it is, and say so: kept (woken or ready at MOD while on rdllist),
// filtered, checked at ADD, at MOD and in a poll(), reported, and, of an item that the harvest has
// asked, dropped (nothing), left (ET) and disarmed (ONESHOT). The kernel unlinks an item just
// before a harvest asks it and not just after; it holds ep->mtx, and what is woken meanwhile goes
// to ovflist, so that nothing can tell.
//
// Invariants
//  1. An item is linked on at most one of rdllist and txlist (Epitem::linked).
//  2. After a scan: rest of txlist, then ovflist in order of arrival, then LT items just
//     reported.
//  3. Hooks are made by ADD only, newest at the head of the file's queue (exclusive: tail).
//  4. Whether an item is truly ready is found out by a scan only; the callback never asks.
//
// The kernel guards rdllist, ovflist and wq by ep->lock and a scan by ep->mtx. Here a task is alone
// between two points (interleave.h), so that only the mutex is left: EpMutex.
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
bool ep_events_available(const World& w, Index ep);
// A scan for a wait: what it returns; nullopt: there was nothing to report.
std::optional<Outcome> ep_try_send_events(Run& run, const WaitCall& call);

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
