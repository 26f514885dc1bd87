#include "core/model/process.h"

#include <fcntl.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string>

#include "core/model/answers.h"
#include "core/model/descriptors.h"
#include "core/model/files.h"
#include "core/model/signals.h"
#include "core/model/wait_queue.h"

namespace epollscope {
namespace {

using What = MicroStep::What;
using Life = Process::State;

const Process* find_process(const World& w, std::int32_t number) {
  const bool known = number >= 0 && at(number) < w.processes.size();
  return known && w.process(number).state != Life::none ? &w.process(number) : nullptr;
}

std::string name_of_process(std::int32_t number) { return "P" + std::to_string(number); }

void say(Run& run, std::string_view function, What what, Why why, Index task, std::int32_t number) {
  if (!run.watched()) return;
  tell(run, {.function = function,
             .what = what,
             .why = why,
             .task = task,
             .args = {name_of_process(number)}});
}

void wake_pidfds(Run& run, std::int32_t number, std::uint32_t key) {
  const Index queue = run.w.process(number).wait_pidfd;
  if (queue == kNone) return;
  tell_file_of(run.w, queue);
  wake_up(run, queue,
          {.function = "do_notify_pidfd", .why = Why::wakeup_ended, .key = key, .exclusive = kAll});
}

// release_task(): nothing is left of it but what its pidfds say.
void reap(Run& run, std::int32_t number) {
  run.w.process(number).state = Life::reaped;
  if (run.w.inputs.traits.pidfd_hup_when_reaped) wake_pidfds(run, number, 0);
}

// do_notify_parent()
void notify_parent(Run& run, std::int32_t number) {
  World& w = run.w;
  const std::int32_t parent = w.process(number).parent;
  const Disposition& how = w.process(parent).dispositions[at(SIGCHLD)];
  const bool ignored = how.action == signal_ignored;
  const bool reaps_itself = ignored || (how.flags & SA_NOCLDWAIT) != 0;
  if (!ignored) send_sigchld(run, w.process(number).parent_task);
  if (w.process(parent).wait_chldexit != kNone) {
    wake_up(run, w.process(parent).wait_chldexit,
            {.function = "__wake_up_parent", .why = Why::wakeup_ended, .exclusive = kAll});
  }
  if (reaps_itself) reap(run, number);
}

}  // namespace

bool lives(const World& w, ActorId actor) {
  const Process* p = find_process(w, actor.process());
  return p != nullptr && p->state == Life::running;
}

bool existed(const World& w, ActorId actor) { return find_process(w, actor.process()) != nullptr; }

Outcome fork_call(Run& run, Index task, const Fork& op) {
  World& w = run.w;
  const std::int32_t number = op.child.process();
  if (w.current != 0 || number < 1 || number > kMostProcesses) return failure(EPERM);
  if (find_process(w, number) != nullptr) return failure(EBUSY);
  if (w.quota_met) return failure(*w.quota_met);
  if (w.processes.size() <= at(number)) w.processes.resize(at(number) + 1);
  const Process& parent = w.process(0);
  Process& child = w.process(number);
  child.state = Life::running;
  child.descriptor_limit = parent.descriptor_limit;
  child.dispositions = parent.dispositions;
  child.parent_task = task;
  copy_table(w, 0, number);
  const Index born = task_of(w, op.child);
  w.tasks[at(born)].blocked = w.tasks[at(task)].blocked;
  say(run, "kernel_clone", What::created, Why::forked, kNone, number);
  return success(number);
}

void end_process(Run& run, Index task, std::int32_t status, int signal) {
  World& w = run.w;
  const std::int32_t number = w.tasks[at(task)].actor.process();
  const std::int32_t before = std::exchange(w.current, number);
  w.tasks[at(task)].ended = true;
  w.tasks[at(task)].pending.clear();
  say(run, "do_exit", What::closed, Why::ended, task, number);
  close_table(run, number);
  Process& p = w.process(number);
  p.state = Life::zombie;
  p.status = status;
  if (signal != 0) p.killed_by = signal;
  wake_pidfds(run, number, EPOLLIN | EPOLLRDNORM);
  notify_parent(run, number);
  w.current = before;
}

int waitpid_refused(const World& w, Index task, const Waitpid& op) {
  const Process* p = find_process(w, op.child.process());
  const bool child = p != nullptr && op.child.process() != 0 && p->state != Life::reaped &&
                     p->parent == w.tasks[at(task)].actor.process();
  return child ? 0 : ECHILD;
}

std::optional<Outcome> do_waitpid(Run& run, Index task) {
  World& w = run.w;
  const std::int32_t number = std::get<WaitpidCall>(w.tasks[at(task)].frame).process;
  if (const int error = waitpid_refused(w, task, {{'P', number}}); error != 0) {
    return failure(error);
  }
  const Process& child = w.process(number);
  if (child.state == Life::zombie) {
    Outcome out = success(number);
    out.value = static_cast<std::uint64_t>(child.killed_by.value_or(child.status));
    out.value_kind = child.killed_by ? ValueKind::signal : ValueKind::number;
    say(run, "wait_task_zombie", What::closed, Why::reaped, kNone, number);
    reap(run, number);
    return out;
  }
  if (signal_pending(w, task)) return failure(kRestartSys);
  Process& parent = w.process(child.parent);
  if (parent.wait_chldexit == kNone) parent.wait_chldexit = make_queue(w, kNone);
  fall_asleep(run, task, {parent.wait_chldexit, Place::head, false}, "do_wait", Why::slept_child);
  return std::nullopt;
}

int pidfd_refused(const World& w, const PidfdOpen& op) {
  const Process* p = find_process(w, op.process.process());
  return p == nullptr || op.process.process() == 0 || p->state == Life::reaped ? ESRCH : 0;
}

Index make_pidfd(Run& run, std::int32_t process) {
  World& w = run.w;
  const Index pidfd = w.pidfds.take();
  const Index file = make_file(w, FileKind::pidfd, FileEnd::whole, O_RDWR);
  w.pidfds[pidfd].process = process;
  if (w.process(process).wait_pidfd == kNone) w.process(process).wait_pidfd = make_queue(w, file);
  w.files[file].object = pidfd;
  w.files[file].object_id = ObjectId{w.next_object_id++};
  w.files[file].label_number = ++w.made[static_cast<int>(FileKind::pidfd)];
  return file;
}

void pidfd_release(World& w, Index pidfd) { w.pidfds.give_back(pidfd); }

std::uint32_t pidfd_level(const World& w, const Pidfd& pidfd) {
  switch (w.process(pidfd.process).state) {
    case Life::none:
    case Life::running:
      return 0;
    case Life::zombie:
      return EPOLLIN | EPOLLRDNORM;
    case Life::reaped:
      break;
  }
  return EPOLLIN | EPOLLRDNORM | (w.inputs.traits.pidfd_hup_when_reaped ? EPOLLHUP : 0U);
}

}  // namespace epollscope
