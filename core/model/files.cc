#include "core/model/files.h"

#include <sys/epoll.h>

#include <algorithm>

#include "core/call/flags.h"
#include "core/model/eventfd.h"
#include "core/model/eventpoll.h"
#include "core/model/inotify.h"
#include "core/model/interleave.h"
#include "core/model/pipe.h"
#include "core/model/process.h"
#include "core/model/regular.h"
#include "core/model/signalfd.h"
#include "core/model/signals.h"
#include "core/model/tcp.h"
#include "core/model/tcp_flow.h"
#include "core/model/timerfd.h"
#include "core/model/tty.h"
#include "core/model/udp.h"
#include "core/model/unix_dgram.h"
#include "core/model/unix_sock.h"
#include "core/model/wait_queue.h"

namespace epollscope {
namespace {

void release(Run& run, Index file) {
  World& w = run.w;
  note(run, {.function = "__fput",
             .what = MicroStep::What::closed,
             .why = Why::closed_file,
             .file = file});
  while (!w.files[file].items.empty()) {
    const Index ep = w.items[w.files[file].items.head].ep;
    const EpMutex mutex(run, ep);
    // While it waited the instance may have been closed, and its items with it.
    const Index item = w.files[file].items.head;
    if (item != kNone && w.items[item].ep == ep) ep_remove(run, item, Why::erased_close);
  }
  touch_both(w, file);
  const Index object = w.files[file].object;
  const Index peer = w.files[file].peer;
  if (peer != kNone) w.files[peer].peer = kNone;
  switch (w.files[file].kind) {
    case FileKind::pipe:
      pipe_release(run, file);
      break;
    case FileKind::unix_stream:
    case FileKind::unix_dgram:
    case FileKind::unix_seqpacket:
      unix_release(run, file);
      break;
    case FileKind::eventfd:
      eventfd_release(w, object);
      break;
    case FileKind::epoll:
      ep_release(run, object);
      break;
    case FileKind::timerfd:
      timerfd_release(w, object);
      break;
    case FileKind::inotify:
      inotify_release(w, object);
      break;
    case FileKind::pty:
      pty_release(run, file);
      break;
    case FileKind::regular:
      regular_release(w, object);
      break;
    case FileKind::tcp:
      tcp_release(run, file);
      break;
    case FileKind::udp:
      udp_release(w, file);
      break;
    case FileKind::signalfd:
      signalfd_release(w, object);
      break;
    case FileKind::pidfd:
      pidfd_release(w, object);
      break;
    case FileKind::null_device:
    case FileKind::other:
      break;
  }
  w.files.give_back(file);
}

bool inner_is_ready(const World& w, Index ep) {
  for (Index i = w.eps[ep].rdllist.head; i != kNone; i = w.items[i].rdllink.next) {
    if ((file_level(w, w.items[i].file) & w.items[i].events) != 0) return true;
  }
  return false;
}

}  // namespace

Index queue_of(const World& w, Index file) {
  const File& f = w.files[file];
  switch (f.kind) {
    case FileKind::pipe:
      return f.end == FileEnd::read ? w.pipes[f.object].rd_wait : w.pipes[f.object].wr_wait;
    case FileKind::unix_stream:
    case FileKind::unix_dgram:
    case FileKind::unix_seqpacket:
      return w.socks[f.object].wait;
    case FileKind::eventfd:
      return w.eventfds[f.object].wqh;
    case FileKind::epoll:
      return w.eps[f.object].poll_wait;
    case FileKind::timerfd:
      return w.timers[f.object].wqh;
    case FileKind::inotify:
      return w.inotifiers[f.object].wait;
    case FileKind::pty:
      return w.ttys[f.object].read_wait;
    case FileKind::regular:
      return w.regulars[f.object].wait;
    case FileKind::tcp:
    case FileKind::udp:
      return w.inets[f.object].wait;
    case FileKind::signalfd:
      return w.process(w.signalfds[f.object].process).signalfd_wqh;
    case FileKind::pidfd:
      return w.process(w.pidfds[f.object].process).wait_pidfd;
    case FileKind::null_device:
    case FileKind::other:
      return f.object;  // what the model does not know never wakes anybody
  }
  return kNone;
}

Index second_queue_of(const World& w, Index file) {
  const File& f = w.files[file];
  return f.kind == FileKind::pty ? w.ttys[f.object].write_wait : kNone;
}

bool puts_hooks(const World& w, Index file) {
  const File& f = w.files[file];
  return f.kind != FileKind::pty || !w.ttys[f.object].hung_up;
}

std::uint32_t file_poll(Run& run, Index file, std::uint32_t asked) {
  const File& f = run.w.files[file];
  if (f.kind == FileKind::epoll) return ep_eventpoll_poll(run, f.object);
  if (f.kind == FileKind::pty) return pty_poll(run, file);
  if (f.kind == FileKind::pipe) run.w.pipes[f.object].poll_usage = true;
  if (f.kind == FileKind::tcp) tcp_polled(run.w.inets[f.object]);
  if (f.kind == FileKind::unix_dgram && (asked & kSocketWritable) != 0) {
    unix_dgram_polled(run, f.object);
  }
  if (f.kind == FileKind::signalfd) {
    const Index object = f.object;
    await_siglock(run);
    signalfd_asked(run.w, run.w.signalfds[object], task_of(run.w, run.actor));
    return signalfd_level(run.w, run.w.signalfds[object], task_of(run.w, run.actor));
  }
  return file_level(run.w, file);
}

std::uint32_t file_level(const World& w, Index file) {
  const File& f = w.files[file];
  switch (f.kind) {
    case FileKind::pipe:
      return pipe_level(w, f);
    case FileKind::unix_stream:
    case FileKind::unix_dgram:
    case FileKind::unix_seqpacket:
      return unix_level(w, f.object);
    case FileKind::eventfd:
      return eventfd_level(w.eventfds[f.object]);
    case FileKind::epoll:
      return inner_is_ready(w, f.object) ? EPOLLIN | EPOLLRDNORM : 0U;
    case FileKind::inotify:
      return inotify_level(w.inotifiers[f.object]);
    case FileKind::pty:
      return pty_level(w, f);
    case FileKind::null_device:
    case FileKind::regular:
      return EPOLLIN | EPOLLOUT | EPOLLRDNORM | EPOLLWRNORM;
    case FileKind::timerfd:
      return timerfd_level(w.timers[f.object]);
    case FileKind::tcp:
      return tcp_level(w.inets[f.object]);
    case FileKind::udp:
      return udp_level(w.inets[f.object]);
    case FileKind::signalfd:
      return signalfd_level(w, w.signalfds[f.object], kNone);
    case FileKind::pidfd:
      return pidfd_level(w, w.pidfds[f.object]);
    case FileKind::other:
      break;
  }
  return 0;
}

std::string show_mask(std::uint32_t mask) {
  return mask == 0 ? "nothing" : print_flags(FlagSet::epoll_events, mask);
}

void say_moved(Run& run, Index file, std::string_view function, Why why, std::uint64_t number) {
  if (!run.watched()) return;
  tell(run, {.function = function,
             .what = MicroStep::What::data_moved,
             .why = why,
             .file = file,
             .args = {std::to_string(number)}});
}

Index make_file(World& w, FileKind kind, FileEnd end, std::uint32_t flags) {
  const Index file = w.files.take();
  File& f = w.files[file];
  f.id = FileId{w.next_file_id++};
  f.kind = kind;
  f.end = end;
  f.flags = flags;
  return file;
}

void hold(World& w, Index file) { ++w.files[file].refs; }

void fput(Run& run, Index file) {
  if (--run.w.files[file].refs == 0) release(run, file);
}

void fput_later(Run& run, Index file) {
  World& w = run.w;
  if (--w.files[file].refs > 0) return;
  w.tasks[at(task_of(w, run.actor))].owed.push_back(file);
}

void fput_owed(Run& run, Index task) {
  World& w = run.w;
  while (!w.tasks[at(task)].owed.empty()) {
    const Index file = w.tasks[at(task)].owed.back();
    w.tasks[at(task)].owed.pop_back();
    release(run, file);
  }
}

void touch(World& w, Index file) {
  if (w.files[file].touched == w.calls) return;
  w.files[file].touched = w.calls;
  w.touched.push_back(file);
}

void touch_both(World& w, Index file) {
  touch(w, file);
  if (w.files[file].peer != kNone) touch(w, w.files[file].peer);
}

Index find_file(const World& w, FileId id, FileKind kind) {
  const auto file = std::ranges::find(w.files.all, id, &File::id);
  if (file == w.files.all.end() || file->kind != kind) return kNone;
  return static_cast<Index>(file - w.files.all.begin());
}

void not_modelled(World& w, std::string what) {
  if (!w.not_modelled) w.not_modelled = std::move(what);
}

}  // namespace epollscope
