#include "core/model/eventfd.h"

#include <fcntl.h>
#include <sys/epoll.h>

#include <cerrno>
#include <limits>

#include "core/model/files.h"
#include "core/model/interleave.h"
#include "core/model/signals.h"
#include "core/model/wait_queue.h"

namespace epollscope {
namespace {

constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

}  // namespace

Index make_eventfd(Run& run, std::uint32_t initial, std::uint32_t flags, bool semaphore) {
  World& w = run.w;
  const Index ctx = w.eventfds.take();
  const Index file = make_file(w, FileKind::eventfd, FileEnd::whole, O_RDWR | flags);
  w.eventfds[ctx] = {initial, semaphore, make_queue(w, file)};
  w.files[file].object = ctx;
  w.files[file].object_id = ObjectId{w.next_object_id++};
  w.files[file].label_number = ++w.made[static_cast<int>(FileKind::eventfd)];
  return file;
}

void eventfd_release(World& w, Index ctx) {
  free_queue(w, w.eventfds[ctx].wqh);
  w.eventfds.give_back(ctx);
}

std::uint32_t eventfd_level(const EventFdCtx& ctx) {
  std::uint32_t mask = 0;
  if (ctx.count > 0) mask |= EPOLLIN;
  if (ctx.count == kNever) mask |= EPOLLERR;
  if (ctx.count < kGreatestCounter) mask |= EPOLLOUT;
  return mask;
}

Answer eventfd_read(Run& run, Index task, Index file, ReadCall& call, std::uint64_t& value) {
  World& w = run.w;
  const Index object = w.files[file].object;
  if (call.count < sizeof value) return -EINVAL;
  const QueueLock lock(run, w.eventfds[object].wqh);
  EventFdCtx& ctx = w.eventfds[object];
  if (ctx.count == 0) {
    if (!call.slept && (w.files[file].flags & O_NONBLOCK) != 0) return -EAGAIN;
    if (signal_pending(w, task)) return -kRestartSys;
    call.slept = true;
    fall_asleep(run, task, {ctx.wqh, Place::tail, false}, "eventfd_read", Why::slept_read);
    return std::nullopt;
  }
  value = ctx.semaphore ? 1 : ctx.count;
  ctx.count -= value;
  touch(w, file);
  say_moved(run, file, "eventfd_read", Why::moved_counter, ctx.count);
  wake_up_locked(run, ctx.wqh,
                 {.function = "eventfd_read", .why = Why::wakeup_counter, .key = EPOLLOUT});
  return static_cast<std::int64_t>(sizeof value);
}

Answer eventfd_write(Run& run, Index task, Index file, WriteCall& call) {
  World& w = run.w;
  const Index object = w.files[file].object;
  if (call.size != sizeof call.value || call.value == kNever) return -EINVAL;
  const QueueLock lock(run, w.eventfds[object].wqh);
  EventFdCtx& ctx = w.eventfds[object];
  if (kNever - ctx.count <= call.value) {
    if (!call.slept && (w.files[file].flags & O_NONBLOCK) != 0) return -EAGAIN;
    if (signal_pending(w, task)) return -kRestartSys;
    call.slept = true;
    fall_asleep(run, task, {ctx.wqh, Place::tail, false}, "eventfd_write", Why::slept_write);
    return std::nullopt;
  }
  ctx.count += call.value;
  touch(w, file);
  say_moved(run, file, "eventfd_write", Why::moved_counter, ctx.count);
  wake_up_locked(run, ctx.wqh,
                 {.function = "eventfd_write",
                  .why = call.value == 0 ? Why::wakeup_spurious : Why::wakeup_data,
                  .key = EPOLLIN});
  return static_cast<std::int64_t>(sizeof call.value);
}

}  // namespace epollscope
