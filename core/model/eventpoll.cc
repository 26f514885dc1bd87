#include "core/model/eventpoll.h"

#include <sys/epoll.h>

#include <cerrno>

#include "core/model/believed.h"
#include "core/model/descriptors.h"
#include "core/model/files.h"
#include "core/model/interleave.h"
#include "core/model/tree_order.h"
#include "core/model/wait_queue.h"

namespace epollscope {
namespace {

using What = MicroStep::What;

std::vector<std::string> words(const Run& run, std::uint32_t mask) {
  return run.watched() ? std::vector<std::string>{show_mask(mask)} : std::vector<std::string>{};
}

// To the tail of the ready list; one thread and all outer instances hear of it.
void queue_ready(Run& run, Index item, std::string_view function, Why why) {
  World& w = run.w;
  Epitem& it = w.items[item];
  Eventpoll& ep = w.eps[it.ep];
  w.ready_links().add_tail(ep.rdllist, item);
  it.linked = true;
  note(run, {.function = function, .what = What::queued, .why = why, .item = item});
  wake_one(run, ep.wq);
  ep_poll_safewake(run, it.ep);
}

// The name of its descriptor, unless the program wrote a number; a number behind it if an item of
// this instance has that name already, as the ghost of a closed number does.
void name_item(World& w, Index item, const EpollCtl& op) {
  Epitem& it = w.items[item];
  it.name = op.by_number ? kNone : w.descriptors[slot_of(w, op.fd)].name;
  if (it.name == kNone) return;
  if (w.named.size() <= at(it.name)) w.named.resize(at(it.name) + 1);
  IndexList& same = w.named[at(it.name)];
  const auto taken = [&](std::int32_t number) {
    for (Index i = same.head; i != kNone; i = w.items[i].name_link.next) {
      if (w.items[i].ep == it.ep && w.items[i].name_number == number) return true;
    }
    return false;
  };
  while (taken(it.name_number)) ++it.name_number;
  w.name_links().add_tail(same, item);
}

// struct epitem: attached to the file's list and in the tree.
Index make_item(Run& run, Index ep, Index file, const EpollCtl& op, std::uint32_t events) {
  World& w = run.w;
  const Index item = w.items.take();
  w.nodes.resize(w.items.all.size());
  Epitem& it = w.items[item];
  it.id = EpitemId{w.next_item_id++};
  it.ep = ep;
  it.file = file;
  it.fd = Fd{op.fd.value};
  it.process = op.fd.process;
  it.events = events;
  it.data = op.event->data;
  name_item(w, item, op);
  w.file_links().add_head(w.files[file].items, item);
  ++w.eps[ep].count;
  const bool ranked = tree_insert(w, item);
  note(run, {.function = "ep_rbtree_insert",
             .what = What::inserted,
             .why = ranked ? Why::inserted_tree : Why::inserted_later,
             .item = item});
  return item;
}

// ep_ptable_queue_proc: a hook in a wait queue of the file.
void make_hook(Run& run, Index item, std::size_t number, Index queue) {
  World& w = run.w;
  await_queue(run, queue);
  const Index entry = w.entries.take();
  const bool exclusive = (w.items[item].events & EPOLLEXCLUSIVE) != 0;
  w.entries[entry].item = item;
  w.entries[entry].exclusive = exclusive;
  w.items[item].hooks[number] = entry;
  exclusive ? add_entry_tail(w, queue, entry) : add_entry_head(w, queue, entry);
  note(run, {.function = "ep_ptable_queue_proc",
             .what = What::hooked,
             .why = exclusive ? Why::hooked_tail : Why::hooked_head,
             .item = item});
}

// As many as poll() of the file asks for.
void make_hooks(Run& run, Index item) {
  const Index file = run.w.items[item].file;
  if (!puts_hooks(run.w, file)) return;
  make_hook(run, item, 0, queue_of(run.w, file));
  const Index second = second_queue_of(run.w, file);
  if (second != kNone) make_hook(run, item, 1, second);
}

void unhook(Run& run, Index item) {
  World& w = run.w;
  for (std::size_t i = 0; i < w.items[item].hooks.size(); ++i) {
    const Index hook = w.items[item].hooks[i];
    if (hook == kNone) continue;
    await_queue(run, w.entries[hook].queue);
    remove_entry(w, hook);
    w.entries.give_back(hook);
    w.items[item].hooks[i] = kNone;
    note(run, {.function = "ep_unregister_pollwait",
               .what = What::unhooked,
               .why = Why::unhooked,
               .item = item});
  }
}

}  // namespace

Index ep_alloc(World& w, Index file) {
  const Index e = w.eps.take();
  w.eps[e].file = file;
  w.eps[e].wq = make_queue(w, file);
  w.eps[e].poll_wait = make_queue(w, file);
  return e;
}

Index ep_find(const World& w, Index ep, Index file, Fd fd) {
  for (Index i = w.files[file].items.head; i != kNone; i = w.items[i].file_link.next) {
    if (w.items[i].ep == ep && w.items[i].fd.value == fd.value) return i;
  }
  return kNone;
}

int ep_insert(Run& run, Index ep, Index file, const EpollCtl& op, std::uint32_t events) {
  World& w = run.w;
  if (w.quota_met) return *w.quota_met;
  const Index item = make_item(run, ep, file, op, events);
  const bool nested = w.files[file].kind == FileKind::epoll;
  const bool watched = !w.files[w.eps[ep].file].items.empty();
  if ((nested || watched) && !reverse_path_check(w, file)) {
    if (!w.items[item].ranked && w.eps[ep].count > 1) w.eps[ep].shape_guessed = true;
    ep_remove(run, item, Why::erased_del);
    return EINVAL;
  }
  make_hooks(run, item);
  const std::uint32_t ready = ep_item_poll(run, item);
  note(run, {.function = "ep_item_poll",
             .what = What::checked,
             .why = Why::checked_add,
             .item = item,
             .mask = ready,
             .args = words(run, ready)});
  const bool hears = !believes(w, Misconception::add_is_silent);
  if (ready != 0 && !w.items[item].linked && hears) {
    queue_ready(run, item, "ep_insert", Why::queued_at_add);
  }
  return 0;
}

void ep_modify(Run& run, Index item, std::uint32_t events, std::uint64_t data) {
  World& w = run.w;
  const bool fired = (w.items[item].events & ~kPrivateBits) == 0;
  w.items[item].events = events;
  w.items[item].data = data;
  note(run, {.function = "ep_modify",
             .what = What::modified,
             .why = fired ? Why::modified_rearmed : Why::modified,
             .item = item,
             .mask = events});
  const std::uint32_t ready = ep_item_poll(run, item);
  note(run, {.function = "ep_item_poll",
             .what = What::checked,
             .why = Why::checked_mod,
             .item = item,
             .mask = ready,
             .args = words(run, ready)});
  if (ready == 0) return;
  if (w.items[item].linked) {
    note(run, {.function = "ep_modify", .what = What::kept, .why = Why::kept_at_mod, .item = item});
    return;
  }
  queue_ready(run, item, "ep_modify", Why::queued_at_mod);
}

void ep_remove(Run& run, Index item, Why why) {
  World& w = run.w;
  unhook(run, item);  // others may run meanwhile
  Epitem& it = w.items[item];
  Eventpoll& ep = w.eps[it.ep];
  w.file_links().remove(w.files[it.file].items, item);
  tree_erase(w, item);
  note(run, {.function = "ep_remove", .what = What::erased, .why = why, .item = item});
  if (it.linked) {
    w.ready_links().remove(ep.rdllist, item);
    it.linked = false;
    note(run, {.function = "ep_remove",
               .what = What::unlinked,
               .why = Why::unlinked_removed,
               .item = item});
  }
  --ep.count;
  if (it.name != kNone) w.name_links().remove(w.named[at(it.name)], item);
  w.items.give_back(item);
}

void ep_release(Run& run, Index ep) {
  World& w = run.w;
  const EpMutex mutex(run, ep);  // a file of an item may be on its way out
  const std::vector<Index> all = items_of(w, ep);
  for (const Index i : all) unhook(run, i);
  for (const Index i : all) ep_remove(run, i, Why::erased_instance);
  free_queue(w, w.eps[ep].wq);
  free_queue(w, w.eps[ep].poll_wait);
  w.eps.give_back(ep);
}

// The file is held while it is asked, epi_fget(): others may close it then. Kernels before that
// made the last close wait for the scan instead. What they leave behind is what a close after the
// scan leaves, one of the orders anyhow.
std::uint32_t ep_item_poll(Run& run, Index item) {
  World& w = run.w;
  const Index file = w.items[item].file;
  if (w.files[file].refs == 0) return 0;  // it is on its way out
  hold(w, file);
  const std::uint32_t mask = file_poll(run, file, w.items[item].events) & w.items[item].events;
  fput_later(run, file);
  return mask;
}

void ep_poll_safewake(Run& run, Index ep) {
  wake_up(run, run.w.eps[ep].poll_wait,
          {.function = "ep_poll_safewake", .why = Why::wakeup_nested, .key = EPOLLIN});
}

bool ep_poll_callback(Run& run, Index item, std::uint32_t key) {
  World& w = run.w;
  Epitem& it = w.items[item];
  Eventpoll& ep = w.eps[it.ep];
  const auto say = [&](What what, Why why) {
    note(run, {.function = "ep_poll_callback", .what = what, .why = why, .item = item});
  };
  bool counts = (it.events & EPOLLEXCLUSIVE) == 0;
  if ((it.events & ~kPrivateBits) == 0) {
    say(What::filtered, Why::filtered_disarmed);
    return counts;
  }
  const bool no_news = believes(w, Misconception::et_on_change) && !rose(w, it);
  if ((key != 0 && (key & it.events) == 0) || no_news) {
    note(run, {.function = "ep_poll_callback",
               .what = What::filtered,
               .why = Why::filtered_mask,
               .item = item,
               .mask = key,
               .args = words(run, key)});
    return counts;
  }
  if (believes(w, Misconception::one_event_per_write)) it.owed = it.linked ? it.owed + 1 : 0;
  if (ep.scanning) {
    if (!it.on_ovflist) {
      it.ovf_next = ep.ovflist;
      it.on_ovflist = true;
      ep.ovflist = item;
    }
    say(What::deferred, Why::deferred_scan);
  } else if (!it.linked) {
    w.ready_links().add_tail(ep.rdllist, item);
    it.linked = true;
    say(What::queued, Why::queued_wakeup);
  } else {
    say(What::kept, Why::kept_queued);
  }
  if (!w.queues[ep.wq].entries.empty()) {
    const std::uint32_t direction = key & (EPOLLIN | EPOLLOUT);
    counts = counts || direction == 0 ||
             (direction != (EPOLLIN | EPOLLOUT) && (it.events & direction) != 0);
    wake_one(run, ep.wq);
  }
  ep_poll_safewake(run, it.ep);
  return counts;
}

}  // namespace epollscope
