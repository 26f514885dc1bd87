// How a call of a task goes on once it has begun: it sleeps and is woken, its time passes, a signal
// ends it or has it made again, it returns.
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/model/answers.h"
#include "core/model/calls.h"
#include "core/model/data_calls.h"
#include "core/model/descriptors.h"
#include "core/model/eventpoll.h"
#include "core/model/files.h"
#include "core/model/interleave.h"
#include "core/model/process.h"
#include "core/model/signals.h"
#include "core/model/socket_calls.h"
#include "core/model/unix_dgram.h"
#include "core/model/wait_queue.h"

namespace epollscope {
namespace {

using What = MicroStep::What;
using Step = std::optional<Outcome>;

// There was nobody to return to.
Outcome ended() {
  Outcome out;
  out.ended = true;
  return out;
}

// A call that is made again has the buffer that it had. What a number to write stands for depends
// on the file, so it is told by its bytes from here on.
Request made_again(const Request& request, FileKind kind) {
  const auto* write = std::get_if<WriteAmount>(&request.op);
  if (write == nullptr || kind != FileKind::eventfd) return request;
  std::string bytes(sizeof write->n, 0);
  std::memcpy(bytes.data(), &write->n, bytes.size());
  return {.op = WriteBytes{write->fd}, .bytes = std::move(bytes)};
}

// While a call sleeps it holds its file: closing the number does not end it.
Step settle(Run& run, Index task, const Request& request, Step step, bool slept_before) {
  World& w = run.w;
  const Index file = w.tasks[at(task)].file;
  if (!step) {
    if (slept_before) return step;
    if (file != kNone) hold(w, file);
    w.tasks[at(task)].request = request;
    return step;
  }
  Task& t = w.tasks[at(task)];
  const FileKind kind = file != kNone ? w.files[file].kind : FileKind::other;
  const std::optional<std::int64_t> timeout = std::exchange(t.timeout_ns, std::nullopt);
  t.state = TaskState::idle;
  t.frame = SleepCall{};
  t.file = t.on_fd = kNone;
  t.request = {};
  if (slept_before && file != kNone) fput(run, file);
  fput_owed(run, task);
  if (w.tasks[at(task)].ended) return step;
  if (step->error != EINTR) restore_saved_sigmask(w, task);
  const Handled handled = exit_to_user_mode(run, task);
  if (w.tasks[at(task)].ended) return ended();
  if (!is_restart(step->error)) {
    w.tasks[at(task)].inside = false;
    return step;
  }
  const auto say = [&](Why why) {
    note(run, {.function = "handle_signal",
               .what = why == Why::restarted ? What::signalled : What::interrupted,
               .why = why,
               .task = task});
  };
  const bool restarts = handled.restarts && step->error == kRestartSys;
  if (handled.signal != 0 && !restarts) {
    say(step->error == kRestartSys ? Why::interrupted_call : Why::interrupted_sleep);
    w.tasks[at(task)].inside = false;
    return failure(EINTR);
  }
  if (step->error == kRestartBlock) {
    w.tasks[at(task)].timeout_ns = timeout;
    fall_asleep(run, task, {}, "hrtimer_nanosleep", Why::slept_sleep);
    return std::nullopt;
  }
  say(Why::restarted);
  return start_call(run, task, made_again(request, kind));
}

// The task leaves its queue by itself. True: a wakeup came first and took it out.
bool rise(Run& run, Index task) {
  World& w = run.w;
  w.tasks[at(task)].rising = true;
  point(run);
  w.tasks[at(task)].rising = false;
  const Index entry = w.tasks[at(task)].entry;
  const bool was_woken =
      w.entries[entry].queue == kNone && std::holds_alternative<WaitCall>(w.tasks[at(task)].frame);
  remove_entry(w, entry);
  return was_woken;
}

// The scan of a wait that ends in any case; nullopt: there was nothing to report.
std::optional<Outcome> last_look(Run& run, Index task) {
  const auto call = std::get<WaitCall>(run.w.tasks[at(task)].frame);
  if (!ep_events_available(run.w, call.ep)) return std::nullopt;
  return ep_try_send_events(run, call);
}

}  // namespace

std::optional<Outcome> start_call(Run& run, Index task, const Request& request) {
  if (run.w.tasks[at(task)].state != TaskState::idle) abandon_call(run, task);
  run.w.tasks[at(task)].inside = true;
  return settle(run, task, request, make_call(run, task, request), false);
}

namespace {

// finish_wait(): not while somebody walks the queue.
void leave_queue(Run& run, Index task) {
  const Index queue = run.w.entries[run.w.tasks[at(task)].entry].queue;
  if (queue != kNone) await_queue(run, queue);
  Task& t = run.w.tasks[at(task)];
  t.rising = false;
  remove_entry(run.w, t.entry);
}

}  // namespace

std::optional<Outcome> continue_call(Run& run, Index task) {
  if (run.w.tasks[at(task)].rising) leave_queue(run, task);
  Task& t = run.w.tasks[at(task)];
  t.state = TaskState::idle;
  const Request request = std::exchange(t.request, {});
  const Frame& frame = t.frame;
  Step step;
  if (std::holds_alternative<WaitCall>(frame)) {
    step = ep_poll(run, task, true);
  } else if (std::holds_alternative<ReadCall>(frame)) {
    step = do_read(run, task);
  } else if (std::holds_alternative<WriteCall>(frame)) {
    step = do_write(run, task);
  } else if (std::holds_alternative<AcceptCall>(frame)) {
    step = do_accept(run, task);
  } else if (std::holds_alternative<ConnectCall>(frame)) {
    step = do_connect(run, task);
  } else if (std::holds_alternative<WaitpidCall>(frame)) {
    step = do_waitpid(run, task);
  } else {
    step = failure(kRestartBlock);  // only a signal wakes it
  }
  if (!step) run.w.tasks[at(task)].request = request;
  return settle(run, task, request, std::move(step), true);
}

Outcome end_call_in_time(Run& run, Index task) {
  const bool was_woken = rise(run, task);
  const Task& t = run.w.tasks[at(task)];
  const bool sleep = std::holds_alternative<SleepCall>(t.frame);
  note(run, {.function = sleep ? "hrtimer_nanosleep" : "ep_poll",
             .what = What::timed_out,
             .why = sleep ? Why::timed_out_sleep : Why::timed_out_wait,
             .file = t.file,
             .task = task});
  std::optional<Outcome> outcome = was_woken ? last_look(run, task) : std::nullopt;
  return *settle(run, task, {}, outcome ? std::move(*outcome) : Outcome{}, true);
}

Outcome interrupt_wait(Run& run, Index task) {
  rise(run, task);
  note(run, {.function = "ep_poll",
             .what = What::interrupted,
             .why = Why::interrupted_wait,
             .file = run.w.tasks[at(task)].file,
             .task = task});
  // The kernel scans before it looks for a signal.
  std::optional<Outcome> outcome = last_look(run, task);
  return *settle(run, task, {}, outcome ? std::move(*outcome) : failure(EINTR), true);
}

void abandon_call(Run& run, Index task) {
  World& w = run.w;
  Task& t = w.tasks[at(task)];
  t.rising = false;
  remove_entry(w, t.entry);
  std::erase(w.runnable, task);
  if (auto* write = std::get_if<WriteCall>(&t.frame); write != nullptr && write->to != kNone) {
    unix_dgram_give_up(run, t.file, *write);
  }
  const auto* accept = std::get_if<AcceptCall>(&t.frame);
  if (accept != nullptr && accept->fd != kNone) free_reserved(w, accept->fd);
  settle(run, task, {}, Outcome{}, true);
}

static std::string_view call_name(EpollWait::Form form) {
  switch (form) {
    case EpollWait::Form::wait:
      break;
    case EpollWait::Form::pwait:
      return "epoll_pwait";
    case EpollWait::Form::pwait2:
      return "epoll_pwait2";
  }
  return "epoll_wait";
}

std::string_view call_name(const Frame& frame) {
  if (const auto* wait = std::get_if<WaitCall>(&frame)) return call_name(wait->form);
  if (const auto* read = std::get_if<ReadCall>(&frame)) return read->recv ? "recv" : "read";
  if (const auto* write = std::get_if<WriteCall>(&frame)) return write->send ? "send" : "write";
  if (const auto* accept = std::get_if<AcceptCall>(&frame)) {
    return accept->flags != 0 ? "accept4" : "accept";
  }
  if (std::holds_alternative<ConnectCall>(frame)) return "connect";
  if (std::holds_alternative<WaitpidCall>(frame)) return "waitpid";
  return "sleep";
}

}  // namespace epollscope
