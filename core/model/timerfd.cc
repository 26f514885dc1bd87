#include "core/model/timerfd.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "core/model/descriptors.h"
#include "core/model/files.h"
#include "core/model/interleave.h"
#include "core/model/signals.h"
#include "core/model/tree_order.h"
#include "core/model/wait_queue.h"

namespace epollscope {
namespace {

// Whether some armed timer is watched for IN by the instance, or by one that it watches.
bool watches_pending(const World& w, Index ep) {
  for (const Index i : items_of(w, ep)) {
    const Epitem& item = w.items[i];
    if ((item.events & EPOLLIN) == 0) continue;
    const File& f = w.files[item.file];
    if (f.kind == FileKind::epoll ? watches_pending(w, f.object) : is_pending(w, item.file)) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool is_pending(const World& w, Index file) {
  const File& f = w.files[file];
  return f.kind == FileKind::timerfd && w.timers[f.object].armed && w.timers[f.object].ticks == 0;
}

int timerfd_refused(std::int32_t clock, std::int32_t flags) {
  if ((flags & ~(TFD_CLOEXEC | TFD_NONBLOCK)) != 0) return EINVAL;
  switch (clock) {
    case CLOCK_MONOTONIC:
    case CLOCK_REALTIME:
    case CLOCK_BOOTTIME:
      return 0;
    case CLOCK_REALTIME_ALARM:
    case CLOCK_BOOTTIME_ALARM:
      return EPERM;  // a lab has no CAP_WAKE_ALARM
    default:
      return EINVAL;
  }
}

Index make_timerfd(Run& run, std::uint32_t flags) {
  World& w = run.w;
  const Index timer = w.timers.take();
  const Index file = make_file(w, FileKind::timerfd, FileEnd::whole, O_RDWR | flags);
  w.timers[timer].wqh = make_queue(w, file);
  w.files[file].object = timer;
  w.files[file].object_id = ObjectId{w.next_object_id++};
  w.files[file].label_number = ++w.made[static_cast<int>(FileKind::timerfd)];
  return file;
}

void timerfd_release(World& w, Index timer) {
  free_queue(w, w.timers[timer].wqh);
  w.timers.give_back(timer);
}

std::uint32_t timerfd_level(const TimerfdCtx& timer) { return timer.ticks > 0 ? EPOLLIN : 0U; }

Answer timerfd_read(Run& run, Index task, Index file, ReadCall& call, std::uint64_t& value) {
  World& w = run.w;
  const Index object = w.files[file].object;
  if (call.count < sizeof value) return -EINVAL;
  const QueueLock lock(run, w.timers[object].wqh);
  TimerfdCtx& timer = w.timers[object];
  if (timer.ticks == 0) {
    if (!call.slept && (w.files[file].flags & O_NONBLOCK) != 0) return -EAGAIN;
    if (signal_pending(w, task)) return -kRestartSys;
    call.slept = true;
    fall_asleep(run, task, {timer.wqh, Place::tail, false}, "timerfd_read", Why::slept_read);
    return std::nullopt;
  }
  value = timer.ticks;
  timer.ticks = 0;
  timer.armed = timer.interval_ns > 0;
  ++timer.reads;
  touch(w, file);
  say_moved(run, file, "timerfd_read", timer.armed ? Why::timer_goes_on : Why::timer_read, value);
  return static_cast<std::int64_t>(sizeof value);
}

int timerfd_settime(Run& run, const TimerfdSettime& op) {
  World& w = run.w;
  if (op.value_ns < 0 || op.interval_ns < 0) return EINVAL;
  const Index file = file_of(w, op.fd);
  if (file == kNone) return EBADF;
  if (w.files[file].kind != FileKind::timerfd) return EINVAL;
  TimerfdCtx& timer = w.timers[w.files[file].object];
  timer.raced = timer.raced || is_pending(w, file);
  timer.ticks = 0;
  timer.armed = op.value_ns > 0;
  timer.value_ns = op.value_ns;
  timer.interval_ns = op.interval_ns;
  ++timer.settimes;
  touch(w, file);
  note(run, {.function = "timerfd_setup",
             .what = MicroStep::What::modified,
             .why = timer.armed ? Why::timer_armed : Why::timer_disarmed,
             .file = file});
  return 0;
}

void timer_expired(Run& run, Index file, std::uint64_t ticks) {
  World& w = run.w;
  TimerfdCtx& timer = w.timers[w.files[file].object];
  const bool first = timer.ticks == 0;
  timer.ticks = ticks;
  timer.raced = false;
  if (!first) return;
  touch(w, file);
  wake_up(run, timer.wqh,
          {.function = "timerfd_triggered", .why = Why::wakeup_timer, .key = EPOLLIN});
}

bool may_have_expired(const World& w, Index file) {
  const File& f = w.files[file];
  if (f.kind == FileKind::timerfd) return is_pending(w, file) || w.timers[f.object].raced;
  if (f.kind != FileKind::epoll || w.timers.all.empty()) return false;
  return std::ranges::any_of(items_of(w, f.object),
                             [&](Index i) { return may_have_expired(w, w.items[i].file); });
}

bool timer_may_wake(const World& w, Index task) {
  const Task& t = w.tasks[at(task)];
  if (t.state != TaskState::blocked) return false;
  if (const auto* wait = std::get_if<WaitCall>(&t.frame)) return watches_pending(w, wait->ep);
  return std::holds_alternative<ReadCall>(t.frame) && is_pending(w, t.file);
}

}  // namespace epollscope
