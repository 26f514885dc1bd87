#include "core/model/inotify.h"

#include <fcntl.h>
#include <sys/epoll.h>

#include <cerrno>

#include "core/model/files.h"
#include "core/model/interleave.h"
#include "core/model/signals.h"
#include "core/model/wait_queue.h"

namespace epollscope {
namespace {

constexpr std::size_t kMostQueued = 16'384;  // fs.inotify.max_queued_events, unless it was changed

void notify(Run& run, Index file, std::int32_t scratch) {
  Inotifier& inotify = run.w.inotifiers[run.w.files[file].object];
  if (!inotify.events.empty() && inotify.events.back() == scratch) {
    note(run, {.function = "inotify_merge",
               .what = MicroStep::What::kept,
               .why = Why::merged_notify,
               .file = file});
    return;
  }
  if (inotify.events.size() + 1 >= kMostQueued)
    not_modelled(run.w, "an inotify queue that is full");
  inotify.events.push(scratch);
  touch(run.w, file);
  wake_up(run, inotify.wait,
          {.function = "fsnotify_insert_event", .why = Why::wakeup_notify, .key = 0});
}

}  // namespace

Index make_inotify(Run& run) {
  World& w = run.w;
  const Index inotify = w.inotifiers.take();
  const Index file = make_file(w, FileKind::inotify, FileEnd::whole, O_RDONLY);
  w.inotifiers[inotify].wait = make_queue(w, file);
  w.files[file].object = inotify;
  w.files[file].object_id = ObjectId{w.next_object_id++};
  w.files[file].label_number = ++w.made[static_cast<int>(FileKind::inotify)];
  return file;
}

void inotify_release(World& w, Index inotify) {
  free_queue(w, w.inotifiers[inotify].wait);
  w.inotifiers.give_back(inotify);
}

std::uint32_t inotify_level(const Inotifier& inotify) {
  return inotify.events.empty() ? 0U : EPOLLIN | EPOLLRDNORM;
}

Answer inotify_read(Run& run, Index task, Index file, ReadCall& call, std::uint64_t& events) {
  World& w = run.w;
  Inotifier& inotify = w.inotifiers[w.files[file].object];
  if (inotify.events.empty()) {
    // Whatever woke it, a signal as well: the flag is asked first.
    if ((w.files[file].flags & O_NONBLOCK) != 0) return -EAGAIN;
    if (signal_pending(w, task)) return -kRestartSys;
    call.slept = true;
    fall_asleep(run, task, {inotify.wait, Place::head, false}, "inotify_read", Why::slept_read);
    return std::nullopt;
  }
  auto room = static_cast<std::int64_t>(call.count);
  if (room < kNotifyBytes) return -EINVAL;
  for (; !inotify.events.empty() && room >= kNotifyBytes; room -= kNotifyBytes) {
    inotify.events.pop();
    ++events;
  }
  touch(w, file);
  const std::int64_t bytes = static_cast<std::int64_t>(events) * kNotifyBytes;
  say_moved(run, file, "inotify_read", Why::moved_out, static_cast<std::uint64_t>(bytes));
  return bytes;
}

void scratch_touched(Run& run, std::int32_t scratch) {
  World& w = run.w;
  std::vector<Index> watching;
  int heard = 0;
  for (Index i = 0; i < static_cast<Index>(w.files.all.size()); ++i) {
    const File& f = w.files[i];
    if (!f.id.valid() || f.kind != FileKind::inotify) continue;
    watching.push_back(i);
    if (!w.queues[w.inotifiers[f.object].wait].entries.empty()) ++heard;
  }
  // They hear in the order of their addresses.
  if (heard > 1) not_modelled(w, "which of two inotify instances hears first");
  for (const Index file : watching) notify(run, file, scratch);
}

}  // namespace epollscope
