// The scan of a ready list: epoll_wait's harvest, and poll() of an instance.
#include <sys/epoll.h>

#include <cerrno>
#include <utility>

#include "core/model/answers.h"
#include "core/model/believed.h"
#include "core/model/eventpoll.h"
#include "core/model/files.h"
#include "core/model/interleave.h"
#include "core/model/signals.h"
#include "core/model/wait_queue.h"

namespace epollscope {
namespace {

using What = MicroStep::What;

constexpr std::string_view kHarvest = "ep_send_events";

int length(const World& w, const IndexList& list) {
  int n = 0;
  for (Index i = list.head; i != kNone; i = w.items[i].rdllink.next) ++n;
  return n;
}

// Whether a reported item goes back to the ready list.
bool stays_listed(const World& w, const Epitem& item) {
  if ((item.events & EPOLLET) != 0) return believes(w, Misconception::et_until_drained);
  return !believes(w, Misconception::lt_once);
}

// What becomes of an item whose event was stored.
void after_report(Run& run, Index ep, Index item) {
  World& w = run.w;
  Epitem& it = w.items[item];
  if ((it.events & EPOLLONESHOT) != 0) {
    it.events &= kPrivateBits;
    note(
        run,
        {.function = kHarvest, .what = What::disarmed, .why = Why::disarmed_oneshot, .item = item});
  } else if (stays_listed(w, it)) {
    w.ready_links().add_tail(w.eps[ep].rdllist, item);
    it.linked = true;
    note(run,
         {.function = kHarvest, .what = What::requeued, .why = Why::requeued_level, .item = item});
  } else {
    note(run, {.function = kHarvest, .what = What::left, .why = Why::left_edge, .item = item});
  }
}

void say_checked(Run& run, Index item, std::uint32_t mask, Why why) {
  if (!run.watched()) return;
  tell(run, {.function = "ep_item_poll",
             .what = What::checked,
             .why = why,
             .item = item,
             .mask = mask,
             .args = {show_mask(mask)}});
}

void drop(Run& run, Index item, std::string_view function) {
  note(run,
       {.function = function, .what = What::dropped, .why = Why::dropped_not_ready, .item = item});
}

void take_from_ovflist(Run& run, Eventpoll& ep) {
  World& w = run.w;
  const Index item = ep.ovflist;
  Epitem& it = w.items[item];
  ep.ovflist = std::exchange(it.ovf_next, kNone);
  it.on_ovflist = false;
  const auto say = [&](What what, Why why) {
    note(run, {.function = "ep_done_scan", .what = what, .why = why, .item = item});
  };
  if (it.linked) return say(What::kept, Why::kept_after_scan);
  w.ready_links().add_head(ep.rdllist, item);
  it.linked = true;
  say(What::queued, Why::queued_after_scan);
}

}  // namespace

void ep_start_scan(Run& run, Index ep) {
  Eventpoll& e = run.w.eps[ep];
  e.txlist = e.rdllist;
  e.rdllist = {};
  e.ovflist = kNone;
  e.scanning = true;
  if (!run.watched()) return;
  tell(run, {.function = "ep_start_scan",
             .what = What::scan_started,
             .why = Why::scan_started,
             .ep = ep,
             .args = {std::to_string(length(run.w, e.txlist))}});
}

void ep_done_scan(Run& run, Index ep) {
  World& w = run.w;
  Eventpoll& e = w.eps[ep];
  while (e.ovflist != kNone) take_from_ovflist(run, e);
  e.scanning = false;
  const bool rest = !e.txlist.empty();
  w.ready_links().splice_head(e.rdllist, e.txlist);
  note(run, {.function = "ep_done_scan",
             .what = What::scan_done,
             .why = rest ? Why::scan_left : Why::scan_done,
             .ep = ep});
  if (!e.rdllist.empty()) wake_one(run, e.wq);
}

Harvest ep_send_events(Run& run, Index ep, std::int32_t maxevents, bool null_buffer) {
  World& w = run.w;
  Harvest harvest;
  const EpMutex mutex(run, ep);
  ep_start_scan(run, ep);
  if (believes(w, Misconception::fd_order)) sort_batch_by_number(w, ep);
  while (!w.eps[ep].txlist.empty()) {
    point(run);
    if (harvest.events.size() >= static_cast<std::size_t>(maxevents)) {
      if (believes(w, Misconception::maxevents_loses)) forget_rest_of_batch(w, ep);
      break;
    }
    const Index item = w.eps[ep].txlist.head;
    const std::uint32_t mask = ep_item_poll(run, item);
    w.ready_links().remove(w.eps[ep].txlist, item);
    w.items[item].linked = false;
    say_checked(run, item, mask, Why::checked_scan);
    if (mask == 0) {
      drop(run, item, kHarvest);
      continue;
    }
    if (null_buffer) {
      w.ready_links().add_head(w.eps[ep].txlist, item);
      w.items[item].linked = true;
      note(run,
           {.function = kHarvest, .what = What::failed, .why = Why::reported_fault, .item = item});
      if (harvest.events.empty()) harvest.error = EFAULT;
      break;
    }
    harvest.events.push_back({mask, w.items[item].data});
    if (run.watched()) {
      tell(run, {.function = kHarvest,
                 .what = What::reported,
                 .why = Why::reported,
                 .item = item,
                 .mask = mask,
                 .args = {show_mask(mask), std::to_string(harvest.events.size() - 1)}});
    }
    if (w.items[item].owed > 0) repeat_event(w.items[item], harvest.events, maxevents);
    after_report(run, ep, item);
  }
  point(run);
  ep_done_scan(run, ep);
  if (believes(w, Misconception::oneshot_deletes)) erase_fired(run, ep);
  return harvest;
}

std::uint32_t ep_eventpoll_poll(Run& run, Index ep) {
  World& w = run.w;
  std::uint32_t result = 0;
  const EpMutex mutex(run, ep);
  ep_start_scan(run, ep);
  Index next = kNone;
  for (Index i = w.eps[ep].txlist.head; i != kNone; i = next) {
    point(run);
    next = w.items[i].rdllink.next;
    const std::uint32_t mask = ep_item_poll(run, i);
    say_checked(run, i, mask, Why::checked_poll);
    if (mask != 0) {
      result = EPOLLIN | EPOLLRDNORM;
      break;
    }
    w.ready_links().remove(w.eps[ep].txlist, i);
    w.items[i].linked = false;
    drop(run, i, "__ep_eventpoll_poll");
  }
  point(run);
  ep_done_scan(run, ep);
  return result;
}

bool ep_events_available(const World& w, Index ep) {
  return !w.eps[ep].rdllist.empty() || w.eps[ep].scanning;
}

std::optional<Outcome> ep_try_send_events(Run& run, const WaitCall& call) {
  Harvest h = ep_send_events(run, call.ep, call.maxevents, call.null_buffer);
  if (h.error != 0) return failure(h.error);
  if (h.events.empty()) return std::nullopt;
  Outcome o;
  o.returned = static_cast<std::int64_t>(h.events.size());
  o.events = std::move(h.events);
  return o;
}

std::optional<Outcome> ep_poll(Run& run, Index task, bool woken) {
  World& w = run.w;
  const auto call = std::get<WaitCall>(w.tasks[at(task)].frame);
  const auto available = [&] { return ep_events_available(w, call.ep); };
  for (bool look = woken || available();; look = true) {
    if (look) {
      if (auto outcome = ep_try_send_events(run, call)) return outcome;
    }
    if (call.at_once) return Outcome{};
    if (look) point(run);
    if (signal_pending(w, task)) {
      note(run, {.function = "ep_poll",
                 .what = What::interrupted,
                 .why = Why::interrupted_signal,
                 .file = w.tasks[at(task)].file,
                 .task = task});
      return failure(EINTR);
    }
    if (!available()) break;
  }
  fall_asleep(run, task, {w.eps[call.ep].wq, Place::head, true}, "ep_poll",
              woken ? Why::slept_again : Why::slept_wait);
  return std::nullopt;
}

}  // namespace epollscope
