#include "core/model/micro_step.h"

#include <fmt/format.h>

#include "core/model/descriptors.h"
#include "core/model/run.h"

namespace epollscope {

std::string_view name_of(MicroStep::What what) {
  using enum MicroStep::What;
  switch (what) {
    case created:
      return "created";
    case inserted:
      return "inserted";
    case erased:
      return "erased";
    case hooked:
      return "hooked";
    case unhooked:
      return "unhooked";
    case checked:
      return "checked";
    case modified:
      return "modified";
    case queued:
      return "queued";
    case kept:
      return "kept";
    case requeued:
      return "requeued";
    case left:
      return "left";
    case disarmed:
      return "disarmed";
    case dropped:
      return "dropped";
    case unlinked:
      return "unlinked";
    case reported:
      return "reported";
    case deferred:
      return "deferred";
    case wakeup:
      return "wakeup";
    case filtered:
      return "filtered";
    case scan_started:
      return "scan_started";
    case scan_done:
      return "scan_done";
    case woke:
      return "woke";
    case slept:
      return "slept";
    case timed_out:
      return "timed_out";
    case interrupted:
      return "interrupted";
    case signalled:
      return "signalled";
    case data_moved:
      return "data_moved";
    case closed:
      return "closed";
    case failed:
      return "failed";
  }
  return {};
}

std::string label_of(const World& w, Index file) {
  const File& f = w.files[file];
  const std::string_view kind = [&]() -> std::string_view {
    switch (f.kind) {
      case FileKind::pipe:
        return "pipe";
      case FileKind::unix_stream:
      case FileKind::unix_dgram:
      case FileKind::unix_seqpacket:
        return w.socks[f.object].single ? "unix" : "socketpair";
      case FileKind::eventfd:
        return "eventfd";
      case FileKind::epoll:
        return "epoll";
      case FileKind::null_device:
        return "/dev/null";
      case FileKind::timerfd:
        return "timerfd";
      case FileKind::inotify:
        return "inotify";
      case FileKind::pty:
        return "pty";
      case FileKind::regular:
        return "memfd";
      case FileKind::tcp:
        return "tcp";
      case FileKind::udp:
        return "udp";
      case FileKind::signalfd:
        return "signalfd";
      case FileKind::pidfd:
        return "pidfd";
      case FileKind::other:
        break;
    }
    return "file";
  }();
  return fmt::format("{}:{}", kind, f.label_number);
}

std::string name_of_file(const World& w, Index file) {
  const File& f = w.files[file];
  if (f.name != kNone) return std::string(w.names.text(f.name));
  if (const Fd fd = fd_of(w, file); fd.valid()) return fmt::format("fd#{}", fd.value);
  return label_of(w, file);
}

std::string name_of_item(const World& w, Index item) {
  const Epitem& it = w.items[item];
  std::string name =
      it.name == kNone ? fmt::format("fd#{}", it.fd.value) : std::string(w.names.text(it.name));
  if (it.name_number > 1) name += fmt::format("#{}", it.name_number);
  return name;
}

void tell(Run& run, const Note& n) {
  const World& w = run.w;
  MicroStep step;
  step.function = n.function;
  step.what = n.what;
  step.mask = n.mask;
  step.why = row_of(n.why).key;
  step.args = n.args;
  step.actor = n.task == kNone ? run.actor : w.tasks[at(n.task)].actor;
  if (n.item != kNone) {
    step.item = w.items[n.item].id;
    step.subject = name_of_item(w, n.item);
  } else if (n.file != kNone) {
    step.subject = name_of_file(w, n.file);
  } else if (n.ep != kNone && n.task == kNone) {
    step.subject = name_of_file(w, w.eps[n.ep].file);
  }
  const Index file = n.file == kNone && n.item != kNone ? w.items[n.item].file : n.file;
  // Those who wait for a place have a queue of their own, which poll() puts no hooks on.
  const bool on_file = file != kNone && n.why != Why::wakeup_place;
  if (on_file) step.file = w.files[file].id;
  const Index ep = n.ep == kNone && n.item != kNone ? w.items[n.item].ep : n.ep;
  if (ep != kNone) step.eventpoll = w.files[w.eps[ep].file].id;
  run.observe(step, run.machine);
}

}  // namespace epollscope
