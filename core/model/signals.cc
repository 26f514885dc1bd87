#include "core/model/signals.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <csignal>
#include <utility>

#include "core/call/flags.h"
#include "core/model/files.h"
#include "core/model/interleave.h"
#include "core/model/process.h"
#include "core/model/signalfd.h"
#include "core/model/wait_queue.h"

namespace epollscope {
namespace {

using What = MicroStep::What;

constexpr std::uint64_t bit(int signal) { return std::uint64_t{1} << (signal - 1); }

constexpr int kFirstRealTime = 32;  // the kernel's SIGRTMIN; the C library keeps two for itself
constexpr std::uint64_t kUnblockable = bit(SIGKILL) | bit(SIGSTOP);
constexpr std::uint64_t kIgnoredByDefault =
    bit(SIGCONT) | bit(SIGCHLD) | bit(SIGWINCH) | bit(SIGURG);
constexpr std::uint64_t kStops = bit(SIGSTOP) | bit(SIGTSTP) | bit(SIGTTIN) | bit(SIGTTOU);
// Of those that are pending, these are taken first.
constexpr std::uint64_t kSynchronous =
    bit(SIGSEGV) | bit(SIGBUS) | bit(SIGILL) | bit(SIGTRAP) | bit(SIGFPE) | bit(SIGSYS);
constexpr std::size_t kMostQueued = 1000;  // far below RLIMIT_SIGPENDING, which counts per user

bool is_in(std::uint64_t mask, int signal) { return (mask & bit(signal)) != 0; }

Process& process_of(World& w, Index task) { return w.process_of(w.tasks[at(task)]); }

bool handler_ignores(const World& w, Index task, int signal) {
  const SignalAction action = w.process_of(w.tasks[at(task)]).dispositions[at(signal)].action;
  return action == signal_ignored || (action == signal_default && is_in(kIgnoredByDefault, signal));
}

void recalc_sigpending(World& w, Index task) {
  Task& t = w.tasks[at(task)];
  t.signalled = (pending_set(t) & ~t.blocked) != 0;
}

void set_current_blocked(World& w, Index task, std::uint64_t mask) {
  w.tasks[at(task)].blocked = mask & ~kUnblockable;
  recalc_sigpending(w, task);
}

void say(Run& run, std::string_view function, Why why, Index task, std::vector<std::string> args) {
  tell(run, {.function = function,
             .what = What::signalled,
             .why = why,
             .task = task,
             .args = std::move(args)});
}

void say_signal(Run& run, std::string_view function, Why why, Index task, int signal) {
  if (run.watched()) say(run, function, why, task, {signal_name(signal)});
}

// Of all threads of the task's process.
void flush_sigqueue(World& w, Index task, std::uint64_t mask) {
  const std::int32_t process = w.tasks[at(task)].actor.process();
  for (Task& t : w.tasks) {
    if (t.actor.process() != process) continue;
    std::erase_if(t.pending, [&](int signal) { return is_in(mask, signal); });
  }
}

// False: it is ignored. A blocked signal never is: until it is unblocked that may change.
bool prepare_signal(World& w, Index task, int signal) {
  if (is_in(kStops, signal)) flush_sigqueue(w, task, bit(SIGCONT));
  if (signal == SIGCONT) flush_sigqueue(w, task, kStops);
  return is_in(w.tasks[at(task)].blocked, signal) || !handler_ignores(w, task, signal);
}

// What a signal without a handler does that is not ignored.
void act_by_default(Run& run, Index task, int signal) {
  World& w = run.w;
  if (is_in(kStops, signal))
    return not_modelled(w, "a signal that stops the process: " + signal_name(signal));
  const std::int32_t process = w.tasks[at(task)].actor.process();
  if (w.process(process).killed_by) return;
  say_signal(run, "do_group_exit", Why::signal_fatal, task, signal);
  if (process != 0) return end_process(run, task, 0, signal);
  w.process(0).killed_by = signal;
}

void signal_wake_up(Run& run, Index task) {
  World& w = run.w;
  Task& t = w.tasks[at(task)];
  t.signalled = true;
  if (t.state != TaskState::blocked || t.rising) return;
  t.state = TaskState::runnable;
  t.rising = true;  // it takes its own entry out of the queue once it runs
  w.runnable.push_back(task);
  note(run, {.function = "signal_wake_up_state",
             .what = What::woke,
             .why = Why::woke_signal,
             .task = task});
}

void complete_signal(Run& run, Index task, int signal) {
  World& w = run.w;
  if (is_in(w.tasks[at(task)].blocked, signal)) return;
  signal_wake_up(run, task);
  if (!w.tasks[at(task)].inside) exit_to_user_mode(run, task);
}

// sighand->siglock of the task's process, held while a signal is sent.
class SigLock {
 public:
  SigLock(Run& run, Index task) : run_(run), process_(run.w.tasks[at(task)].actor.process()) {
    if (run.others != nullptr) {
      run.others->await([this] { return !run_.w.process(process_).siglock; });
    }
    run.w.process(process_).siglock = true;
  }
  ~SigLock() { run_.w.process(process_).siglock = false; }
  SigLock(const SigLock&) = delete;
  SigLock& operator=(const SigLock&) = delete;

 private:
  Run& run_;
  std::int32_t process_;
};

void send_signal_locked(Run& run, Index task, int signal) {
  constexpr std::string_view kWho = "__send_signal_locked";
  World& w = run.w;
  if (!prepare_signal(w, task, signal)) {
    return say_signal(run, kWho, Why::signal_ignored, task, signal);
  }
  if (signal < kFirstRealTime && is_in(pending_set(w.tasks[at(task)]), signal)) {
    return say_signal(run, kWho, Why::signal_merged, task, signal);
  }
  if (w.tasks[at(task)].pending.size() >= kMostQueued) {
    not_modelled(w, "a thousand signals that are pending for a thread");
  }
  signalfd_notify(run, task);
  w.tasks[at(task)].pending.push_back(static_cast<std::uint8_t>(signal));
  say_signal(run, kWho, Why::signal_pending, task, signal);
  complete_signal(run, task, signal);
}

// A signal of `mask`, as next_signal() chooses it.
int next_signal(const Task& t, std::uint64_t mask) {
  std::uint64_t of = pending_set(t) & mask;
  if (of == 0) return 0;
  if ((of & kSynchronous) != 0) of &= kSynchronous;
  return std::countr_zero(of) + 1;
}

}  // namespace

std::uint64_t pending_set(const Task& task) {
  std::uint64_t set = 0;
  for (const int signal : task.pending) set |= bit(signal);
  return set;
}

std::string signal_name(int signal) {
  std::string name = print_flags(FlagSet::signal, static_cast<std::uint64_t>(signal));
  return name.starts_with("SIG") ? name : fmt::format("signal {}", signal);
}

std::string signal_names(std::uint64_t mask) {
  std::string names;
  for (; mask != 0; mask &= mask - 1) {
    if (!names.empty()) names += ", ";
    names += signal_name(std::countr_zero(mask) + 1);
  }
  return names;
}

bool signal_pending(const World& w, Index task) { return w.tasks[at(task)].signalled; }

void await_siglock(Run& run) {
  World& w = run.w;
  const std::int32_t process = w.current;
  if (run.others == nullptr) return;
  run.others->await([&w, process] { return !w.process(process).siglock; });
}

int do_tkill(Run& run, const Kill& op) {
  World& w = run.w;
  // The first thread is there before it makes a call.
  const Index task = op.actor == ActorId{} ? task_of(w, op.actor) : find_task(w, op.actor);
  if (task == kNone) return ESRCH;
  if (process_of(w, task).state == Process::State::reaped) return ESRCH;
  if (op.signal < 0 || op.signal > kSignals) return EINVAL;
  if (op.signal != 0 && !w.tasks[at(task)].ended) send_sig(run, task, op.signal);
  return 0;
}

void send_sig(Run& run, Index task, int signal) {
  {
    const SigLock lock(run, task);
    send_signal_locked(run, task, signal);
  }
  point(run);
}

void send_sigchld(Run& run, Index task) {
  World& w = run.w;
  const std::int32_t process = w.tasks[at(task)].actor.process();
  if (is_in(w.tasks[at(task)].blocked, SIGCHLD)) {
    const bool alone = std::ranges::none_of(w.tasks, [&](const Task& t) {
      return t.actor.process() == process && t.actor != w.tasks[at(task)].actor;
    });
    if (!alone) not_modelled(w, "which thread takes a signal of the process");
    w.process(process).shared_signal = true;
  }
  send_sig(run, task, SIGCHLD);
}

int do_sigaction(Run& run, Index task, const Sigaction& op) {
  World& w = run.w;
  const bool of_the_library = op.signal == kFirstRealTime || op.signal == kFirstRealTime + 1;
  if (op.signal < 1 || op.signal > kSignals || of_the_library) return EINVAL;
  if (is_in(kUnblockable, op.signal)) return EINVAL;
  process_of(w, task).dispositions[at(op.signal)] = {op.action, op.flags};
  if (run.watched()) {
    const std::string action =
        print_flags(FlagSet::signal_action, static_cast<std::uint64_t>(op.action));
    say(run, "do_sigaction", Why::signal_action, kNone, {signal_name(op.signal), action});
  }
  if (!handler_ignores(w, task, op.signal)) return 0;
  const bool was_pending = std::ranges::any_of(w.tasks, [&](const Task& t) {
    return t.actor.process() == w.current && is_in(pending_set(t), op.signal);
  });
  flush_sigqueue(w, task, bit(op.signal));
  if (was_pending) say_signal(run, "do_sigaction", Why::signal_discarded, kNone, op.signal);
  return 0;
}

int do_sigprocmask(Run& run, Index task, const Sigprocmask& op) {
  World& w = run.w;
  if (!op.set) return 0;
  const std::uint64_t before = w.tasks[at(task)].blocked;
  switch (op.how) {
    case SIG_BLOCK:
      set_current_blocked(w, task, before | *op.set);
      break;
    case SIG_UNBLOCK:
      set_current_blocked(w, task, before & ~*op.set);
      break;
    case SIG_SETMASK:
      set_current_blocked(w, task, *op.set);
      break;
    default:
      return EINVAL;
  }
  if (run.watched()) {
    const std::string names = signal_names(w.tasks[at(task)].blocked);
    say(run, "sigprocmask", Why::signal_mask, task, {names.empty() ? "-" : names});
  }
  return 0;
}

void set_user_sigmask(World& w, Index task, std::uint64_t mask) {
  w.tasks[at(task)].saved_mask = w.tasks[at(task)].blocked;
  set_current_blocked(w, task, mask);
}

void restore_saved_sigmask(World& w, Index task) {
  Task& t = w.tasks[at(task)];
  if (t.saved_mask) set_current_blocked(w, task, *std::exchange(t.saved_mask, std::nullopt));
}

int dequeue_signal(World& w, Index task, std::uint64_t mask) {
  Task& t = w.tasks[at(task)];
  const int signal = next_signal(t, mask);
  if (signal == 0) return 0;
  t.pending.erase(std::ranges::find(t.pending, static_cast<std::uint8_t>(signal)));
  recalc_sigpending(w, task);
  return signal;
}

// A handler blocks its own signal, unless SA_NODEFER, until it returns; then what is pending still
// is looked at again. Handlers of several signals are stacked before the first of them runs.
Handled exit_to_user_mode(Run& run, Index task) {
  World& w = run.w;
  Handled handled;
  std::vector<std::uint64_t> frames;  // masks to come back to
  for (;;) {
    Task& t = w.tasks[at(task)];
    if (const int signal = dequeue_signal(w, task, ~t.blocked); signal != 0) {
      Disposition& how = process_of(w, task).dispositions[at(signal)];
      if (how.action != signal_handled) {
        if (!handler_ignores(w, task, signal)) {
          act_by_default(run, task, signal);
          if (w.tasks[at(task)].ended) return handled;
        } else {
          say_signal(run, "get_signal", Why::signal_dropped, task, signal);
        }
        continue;
      }
      if (handled.signal == 0) handled = {signal, (how.flags & SA_RESTART) != 0};
      if ((how.flags & static_cast<std::int32_t>(SA_RESETHAND)) != 0) how.action = signal_default;
      frames.push_back(std::exchange(t.saved_mask, std::nullopt).value_or(t.blocked));
      if ((how.flags & SA_NODEFER) == 0) t.blocked |= bit(signal);
      say_signal(run, "handle_signal", Why::signal_handled, task, signal);
    } else if (t.saved_mask) {
      restore_saved_sigmask(w, task);
    } else if (!frames.empty()) {
      t.blocked = frames.back();
      frames.pop_back();
    } else {
      break;
    }
  }
  recalc_sigpending(w, task);
  return handled;
}

}  // namespace epollscope
