#include "core/model/signalfd.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "core/model/files.h"
#include "core/model/interleave.h"
#include "core/model/signals.h"
#include "core/model/wait_queue.h"

namespace epollscope {

Index make_signalfd(Run& run, std::uint64_t mask, std::uint32_t flags) {
  constexpr std::uint64_t kUnreadable = 1ULL << (SIGKILL - 1) | 1ULL << (SIGSTOP - 1);
  World& w = run.w;
  const Index ctx = w.signalfds.take();
  const Index file = make_file(w, FileKind::signalfd, FileEnd::whole, O_RDWR | flags);
  w.signalfds[ctx] = {.mask = mask & ~kUnreadable, .process = w.current};
  Index& queue = w.process(w.current).signalfd_wqh;
  if (queue == kNone) queue = make_queue(w, file);
  w.files[file].object = ctx;
  w.files[file].object_id = ObjectId{w.next_object_id++};
  w.files[file].label_number = ++w.made[static_cast<int>(FileKind::signalfd)];
  return file;
}

void signalfd_release(World& w, Index ctx) { w.signalfds.give_back(ctx); }

void signalfd_asked(World& w, const SignalfdCtx& ctx, Index task) {
  if (w.tasks[at(task)].actor.process() != ctx.process) {
    not_modelled(w, "a signalfd that a child asks");
  }
}

std::uint32_t signalfd_level(const World& w, const SignalfdCtx& ctx, Index task) {
  const auto reads = [&](const Task& t) {
    return t.actor.process() == ctx.process && (pending_set(t) & ctx.mask) != 0;
  };
  const bool any = task == kNone ? std::ranges::any_of(w.tasks, reads) : reads(w.tasks[at(task)]);
  return any ? EPOLLIN : 0U;
}

Answer signalfd_read(Run& run, Index task, Index file, ReadCall& call, std::uint64_t& first) {
  World& w = run.w;
  const std::uint64_t room = call.count / sizeof(signalfd_siginfo);
  if (room == 0) return -EINVAL;
  signalfd_asked(w, w.signalfds[w.files[file].object], task);
  await_siglock(run);
  const std::uint64_t mask = w.signalfds[w.files[file].object].mask;
  std::uint64_t got = 0;
  for (; got < room; ++got) {
    const int signal = dequeue_signal(w, task, mask);
    if (signal == 0) break;
    if (got == 0) first = static_cast<std::uint64_t>(signal);
    if (run.watched()) {
      tell(run, {.function = "signalfd_dequeue",
                 .what = MicroStep::What::data_moved,
                 .why = Why::moved_signal,
                 .file = file,
                 .args = {signal_name(signal)}});
    }
  }
  if (got > 0) return static_cast<std::int64_t>(got * sizeof(signalfd_siginfo));
  if (!call.slept && (w.files[file].flags & O_NONBLOCK) != 0) return -EAGAIN;
  if (signal_pending(w, task)) return -kRestartSys;
  call.slept = true;
  fall_asleep(run, task, {queue_of(w, file), Place::head, false}, "signalfd_dequeue",
              Why::slept_read);
  return std::nullopt;
}

void signalfd_notify(Run& run, Index task) {
  World& w = run.w;
  const Index queue = w.process_of(w.tasks[at(task)]).signalfd_wqh;
  if (queue == kNone || w.queues[queue].entries.empty()) return;
  tell_file_of(w, queue);
  wake_up(run, queue, {.function = "signalfd_notify", .why = Why::wakeup_signal});
}

}  // namespace epollscope
