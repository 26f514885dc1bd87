#include "core/model/wait_queue.h"

#include "core/model/eventpoll.h"
#include "core/model/files.h"
#include "core/model/interleave.h"

namespace epollscope {

Index make_queue(World& w, Index file) {
  const Index q = w.queues.take();
  w.queues[q].file = file;
  return q;
}

void free_queue(World& w, Index queue) { w.queues.give_back(queue); }

void tell_file_of(World& w, Index queue) {
  const Index first = w.queues[queue].entries.head;
  if (first == kNone) return;
  const WaitEntry& entry = w.entries[first];
  w.queues[queue].file =
      entry.item != kNone ? w.items[entry.item].file : w.tasks[at(entry.task)].file;
}

void add_entry_head(World& w, Index queue, Index entry) {
  w.entries[entry].queue = queue;
  w.entry_links().add_head(w.queues[queue].entries, entry);
}

void add_entry_tail(World& w, Index queue, Index entry) {
  w.entries[entry].queue = queue;
  w.entry_links().add_tail(w.queues[queue].entries, entry);
}

void remove_entry(World& w, Index entry) {
  WaitEntry& e = w.entries[entry];
  if (e.queue == kNone) return;
  w.entry_links().remove(w.queues[e.queue].entries, entry);
  e.queue = kNone;
}

namespace {

// False: it was awake.
bool wake_task(Run& run, Index task, std::string_view function, Why why) {
  World& w = run.w;
  remove_entry(w, w.tasks[at(task)].entry);
  if (w.tasks[at(task)].rising) return false;
  w.tasks[at(task)].state = TaskState::runnable;
  w.runnable.push_back(task);
  note(run, {.function = function, .what = MicroStep::What::woke, .why = why, .task = task});
  return true;
}

// unix_dgram_peer_wake_relay.
void relay(Run& run, Index entry, std::uint32_t key) {
  World& w = run.w;
  Sock& s = w.socks[w.entries[entry].sock];
  s.relay = kNone;
  remove_entry(w, entry);
  w.entries.give_back(entry);
  if (s.wait == kNone) return;
  wake_up(run, s.wait,
          {.function = "unix_dgram_peer_wake_relay", .why = Why::wakeup_relayed, .key = key});
}

}  // namespace

void wake_up(Run& run, Index queue, const Wakeup& wakeup) {
  if (run.w.queues[queue].entries.empty()) return point(run);
  {
    const QueueLock lock(run, queue);
    wake_up_locked(run, queue, wakeup);
  }
  point(run);
}

void wake_up_locked(Run& run, Index queue, const Wakeup& wakeup) {
  World& w = run.w;
  if (w.queues[queue].entries.empty()) return;
  note(run, {.function = wakeup.function,
             .what = MicroStep::What::wakeup,
             .why = wakeup.why,
             .file = w.queues[queue].file,
             .mask = wakeup.key});
  int left = wakeup.exclusive;
  Index next = kNone;
  for (Index i = w.queues[queue].entries.head; i != kNone; i = next) {
    point(run);
    const WaitEntry entry = w.entries[i];
    next = entry.link.next;
    bool took = true;
    if (entry.item != kNone) {
      took = ep_poll_callback(run, entry.item, wakeup.key);
    } else if (entry.sock != kNone) {
      relay(run, i, wakeup.key);
      took = false;
    } else if (wakeup.key != 0 && entry.wants != 0 && (wakeup.key & entry.wants) == 0) {
      took = false;
    } else {
      took = wake_task(run, entry.task, "autoremove_wake_function", Why::woke_file);
    }
    if (took && entry.exclusive && --left == 0) return;
  }
}

void wake_one(Run& run, Index queue) {
  const IndexList& entries = run.w.queues[queue].entries;
  while (!entries.empty()) {
    const Index task = run.w.entries[entries.head].task;
    if (wake_task(run, task, "ep_autoremove_wake_function", Why::woke_event)) return;
  }
}

Index find_task(const World& w, ActorId actor) {
  for (std::size_t i = 0; i < w.tasks.size(); ++i) {
    if (w.tasks[i].actor == actor) return static_cast<Index>(i);
  }
  return kNone;
}

Index task_of(World& w, ActorId actor) {
  if (const Index known = find_task(w, actor); known != kNone) return known;
  if (w.process(actor.process()).shared_signal) {
    not_modelled(w, "a new thread, and a signal of the process");
  }
  const auto task = static_cast<Index>(w.tasks.size());
  Task& t = w.tasks.emplace_back();
  t.actor = actor;
  t.entry = w.entries.take();
  w.entries[t.entry].task = task;
  return task;
}

void fall_asleep(Run& run, Index task, Bed bed, std::string_view function, Why why) {
  World& w = run.w;
  Task& t = w.tasks[at(task)];
  t.state = TaskState::blocked;
  w.entries[t.entry].exclusive = bed.exclusive;
  w.entries[t.entry].wants = bed.wants;
  if (bed.place == Place::head) add_entry_head(w, bed.queue, t.entry);
  if (bed.place == Place::tail) add_entry_tail(w, bed.queue, t.entry);
  note(run, {.function = function,
             .what = MicroStep::What::slept,
             .why = why,
             .file = t.file,
             .task = task});
}

}  // namespace epollscope
