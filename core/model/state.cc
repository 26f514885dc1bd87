// The machine as plain data for whoever draws, prints or compares it.
#include <fcntl.h>
#include <sys/epoll.h>

#include <algorithm>

#include "core/call/call.h"
#include "core/model/calls.h"
#include "core/model/descriptors.h"
#include "core/model/eventfd.h"
#include "core/model/eventpoll.h"
#include "core/model/files.h"
#include "core/model/inet_sock.h"
#include "core/model/inotify.h"
#include "core/model/machine.h"
#include "core/model/signals.h"
#include "core/model/tcp.h"
#include "core/model/timerfd.h"
#include "core/model/tree_order.h"
#include "core/model/tty.h"
#include "core/model/unix_listen.h"
#include "core/model/unix_sock.h"
#include "core/model/world.h"

namespace epollscope {
namespace {

// What poll(2) can ask for; the other bits are older names of the same conditions.
constexpr std::uint32_t kShown = EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLERR | EPOLLHUP;

ObjectKind kind_of(FileKind kind) {
  switch (kind) {
    case FileKind::pipe:
      return ObjectKind::pipe;
    case FileKind::unix_stream:
      return ObjectKind::unix_stream;
    case FileKind::unix_dgram:
      return ObjectKind::unix_dgram;
    case FileKind::unix_seqpacket:
      return ObjectKind::unix_seqpacket;
    case FileKind::eventfd:
      return ObjectKind::eventfd;
    case FileKind::epoll:
      return ObjectKind::epoll;
    case FileKind::tcp:
      return ObjectKind::tcp;
    case FileKind::udp:
      return ObjectKind::udp;
    case FileKind::timerfd:
      return ObjectKind::timerfd;
    case FileKind::inotify:
      return ObjectKind::inotify;
    case FileKind::pty:
      return ObjectKind::pty;
    case FileKind::regular:
      return ObjectKind::regular;
    case FileKind::signalfd:
      return ObjectKind::signalfd;
    case FileKind::pidfd:
      return ObjectKind::pidfd;
    case FileKind::null_device:
    case FileKind::other:
      break;
  }
  return ObjectKind::other;
}

// FIONREAD of a datagram socket: the next message alone.
std::int64_t first_message(const Sock& s) {
  return s.receive_queue.empty() ? 0 : std::int64_t{s.receive_queue.front().length};
}

class Builder {
 public:
  explicit Builder(const World& w) : w_(w), position_(w.items.all.size()) {}

  State build() {
    State state;
    const std::vector<Index> order = files_in_order();
    state.files.reserve(order.size());
    state.objects.reserve(order.size());
    for (const Index file : order) {
      const File& f = w_.files[file];
      if (f.kind == FileKind::null_device) continue;
      if (f.kind == FileKind::epoll) {
        state.eventpolls.push_back(eventpoll(f.object));
        continue;
      }
      state.files.push_back(file_state(file));
      if (state.objects.empty() || state.objects.back().id != f.object_id) {
        add_object(state.objects, file);
      }
      extend(state.objects, file);
    }
    for (std::size_t i = 0; i < w_.tasks.size(); ++i) {
      const ActorId actor = w_.tasks[i].actor;
      if (w_.process(actor.process()).state == Process::State::reaped) continue;
      state.threads.push_back(thread(static_cast<Index>(i)));
    }
    return state;
  }

  [[nodiscard]] ThreadState thread(Index task) const {
    const Task& t = w_.tasks[at(task)];
    ThreadState s{.actor = t.actor,
                  .state = t.state,
                  .call = {},
                  .on = {},
                  .waits_at = {},
                  .timeout_ns = {},
                  .blocked_signals = t.blocked,
                  .pending_signals = pending_set(t)};
    if (t.ended) s.state = TaskState::zombie;
    if (t.state == TaskState::idle) return s;
    s.call = call_name(t.frame);
    s.timeout_ns = t.timeout_ns;
    if (t.file != kNone) s.on = name_on(t);
    const Index full = full_queue_of(w_, t);
    if (full != kNone) s.waits_at = name_of_file(w_, w_.queues[w_.socks[full].wait].file);
    if (const auto* wait = std::get_if<WaitpidCall>(&t.frame)) {
      s.on = print(ActorId{'P', wait->process});
    }
    return s;
  }

 private:
  [[nodiscard]] std::string name_on(const Task& t) const {
    const Index slot = slot_of(w_, {t.on_fd, t.actor.process()});
    if (slot != kNone) {
      const Descriptor& d = w_.descriptors[slot];
      if (d.file == t.file && d.name != kNone) return std::string(w_.names.text(d.name));
    }
    return name_of_file(w_, t.file);
  }

  [[nodiscard]] std::vector<Index> files_in_order() const {
    std::vector<Index> order;
    order.reserve(w_.files.all.size());
    for (Index i = 0; i < static_cast<Index>(w_.files.all.size()); ++i) {
      if (w_.files[i].id.valid()) order.push_back(i);
    }
    std::sort(order.begin(), order.end(),
              [&](Index a, Index b) { return w_.files[a].id < w_.files[b].id; });
    return order;
  }

  EventpollState eventpoll(Index ep) {
    const Eventpoll& e = w_.eps[ep];
    EventpollState s;
    s.file = w_.files[e.file].id;
    s.name = name_of_file(w_, e.file);
    s.fd = fd_of(w_, e.file);
    s.fds = descriptors_of(e.file);
    const std::vector<Index> items = items_of(w_, ep);
    for (std::size_t i = 0; i < items.size(); ++i) {
      position_[at(items[i])] = static_cast<std::int32_t>(i);
    }
    s.items.reserve(items.size());
    for (const Index i : items) s.items.push_back(item(i));
    s.shape_guessed = e.shape_guessed;
    for (const Index i : e.unranked) s.unranked.push_back(w_.items[i].id);
    s.root = place(e.root);
    s.ready = ids(e.rdllist);
    s.scanning = e.scanning;
    s.scan_batch = ids(e.txlist);
    for (Index i = e.ovflist; i != kNone; i = w_.items[i].ovf_next) {
      s.ovflist.push_back(w_.items[i].id);
    }
    for (Index i = w_.queues[e.wq].entries.head; i != kNone; i = w_.entries[i].link.next) {
      const Task& t = w_.tasks[at(w_.entries[i].task)];
      s.waiters.push_back({t.actor, t.timeout_ns});
    }
    return s;
  }

  [[nodiscard]] std::int32_t place(Index item) const {
    return item == kNone ? -1 : position_[at(item)];
  }

  [[nodiscard]] std::vector<EpitemId> ids(const IndexList& list) const {
    std::vector<EpitemId> out;
    for (Index i = list.head; i != kNone; i = w_.items[i].rdllink.next) {
      out.push_back(w_.items[i].id);
    }
    return out;
  }

  [[nodiscard]] ItemState item(Index i) const {
    const Epitem& it = w_.items[i];
    const RbNode& node = w_.nodes[at(i)];
    const std::uint32_t level = file_level(w_, it.file);
    ItemState s;
    s.id = it.id;
    s.name = name_of_item(w_, i);
    s.fd = {it.fd.value, it.process};
    s.file = w_.files[it.file].id;
    s.mask = it.events;
    s.data = it.data;
    s.data_name = data_name(it.data);
    s.level = level & (kShown | it.events);
    s.armed = (it.events & ~kPrivateBits) != 0;
    s.ready = s.armed && (level & it.events) != 0;
    s.queued = it.linked;
    s.timing = may_have_expired(w_, it.file);
    s.ghost = !has_number(it.file, it.fd);
    if (it.ranked) {
      s.red = node.red;
      s.left = place(node.left);
      s.right = place(node.right);
      s.parent = place(node.parent);
    }
    return s;
  }

  [[nodiscard]] std::vector<Fd> descriptors_of(Index file) const {
    std::vector<Fd> fds;
    for (Index i = w_.files[file].fds.head; i != kNone; i = w_.descriptors[i].link.next) {
      fds.push_back(w_.descriptors[i].fd);
    }
    std::ranges::sort(fds, {}, [](Fd fd) { return std::pair(fd.process, fd.value); });
    return fds;
  }

  // Whether some process means the file by that number: then it can take the item back.
  [[nodiscard]] bool has_number(Index file, Fd number) const {
    for (Index i = w_.files[file].fds.head; i != kNone; i = w_.descriptors[i].link.next) {
      if (w_.descriptors[i].fd.value == number.value) return true;
    }
    return false;
  }

  [[nodiscard]] std::string data_name(std::uint64_t data) const {
    const auto it = std::ranges::lower_bound(w_.data_names, data, {}, &DataNameRow::first);
    if (it == w_.data_names.end() || it->first != data) return std::to_string(data);
    return std::string(w_.names.text(it->second));
  }

  [[nodiscard]] FileState file_state(Index file) const {
    const File& f = w_.files[file];
    FileState s;
    s.id = f.id;
    s.object = f.object_id;
    s.label = label_of(w_, file);
    s.end = f.end;
    s.fds = descriptors_of(file);
    for (const Fd fd : s.fds) {
      const NameId name = w_.descriptors[slot_of(w_, fd)].name;
      s.names.emplace_back(name == kNone ? std::string_view() : w_.names.text(name));
    }
    s.level = file_level(w_, file) & kShown;
    s.nonblocking = (f.flags & O_NONBLOCK) != 0;
    look_into(queue_of(w_, file), file, s, s.hooks);
    if (is_unix(f.kind)) add_waiting_for_place(file, s.writers);
    const Index second = second_queue_of(w_, file);
    if (second != kNone) look_into(second, file, s, s.write_hooks);
    if (f.kind == FileKind::pty) look_into(w_.ttys[f.object].read_lock, file, s, s.hooks);
    return s;
  }

  // They sleep at another socket.
  void add_waiting_for_place(Index file, std::vector<ActorId>& actors) const {
    for (const Task& t : w_.tasks) {
      if (t.file == file && full_queue_of(w_, t) != kNone) actors.push_back(t.actor);
    }
  }

  void look_into(Index queue, Index file, FileState& s, std::vector<EpitemId>& hooks) const {
    if (queue == kNone) return;  // in the middle of its release
    for (Index i = w_.queues[queue].entries.head; i != kNone; i = w_.entries[i].link.next) {
      const WaitEntry& entry = w_.entries[i];
      if (entry.item != kNone) {  // signalfds share a queue
        if (w_.items[entry.item].file == file) hooks.push_back(w_.items[entry.item].id);
        continue;
      }
      const Task& t = w_.tasks[at(entry.task)];
      if (t.file != file) continue;
      (std::holds_alternative<WriteCall>(t.frame) ? s.writers : s.readers).push_back(t.actor);
    }
  }

  void add_object(std::vector<ObjectState>& objects, Index file) const {
    const File& f = w_.files[file];
    ObjectState o;
    o.id = f.object_id;
    o.kind = kind_of(f.kind);
    o.label = label_of(w_, file);
    if (f.kind == FileKind::pipe) {
      const Pipe& p = w_.pipes[f.object];
      o.fill = {p.bytes.size()};
      o.capacity = {pipe_capacity(w_, p)};
    } else if (f.kind == FileKind::eventfd) {
      o.fill = {w_.eventfds[f.object].count};
      o.capacity = {kGreatestCounter};
    } else if (f.kind == FileKind::timerfd) {
      o.fill = {w_.timers[f.object].ticks};
      o.capacity = {kGreatestCounter};
    } else if (f.kind == FileKind::inotify) {
      o.fill = {w_.inotifiers[f.object].events.size()};
      o.capacity = {kGreatestCounter};
    } else if (f.kind == FileKind::regular) {
      o.fill = {w_.regulars[f.object].size};
      o.capacity = {kMostFileBytes};
    } else if (f.kind == FileKind::pidfd) {
      const Process::State state = w_.process(w_.pidfds[f.object].process).state;
      o.fill = {state == Process::State::reaped ? 2U : state == Process::State::zombie ? 1U : 0U};
    } else if (f.kind == FileKind::signalfd) {
      for (const Task& t : w_.tasks) add_signals(t, w_.signalfds[f.object].mask, o.signals);
      o.fill = {o.signals.size()};
    }
    objects.push_back(std::move(o));
  }

  static void add_signals(const Task& t, std::uint64_t mask, std::vector<PendingSignal>& out) {
    for (const int signal : t.pending) {
      if ((mask >> (signal - 1) & 1) != 0) out.push_back({t.actor, signal});
    }
  }

  // An end of a pair may send to somebody else since.
  void extend_pair(ObjectState& o, const Sock& s, Index sock) const {
    o.fill.push_back(s.bytes.size());
    if (s.peer == kNone || w_.socks[s.peer].dead || w_.socks[s.peer].peer == sock) {
      o.capacity.push_back(room_for(s));
    } else if (!w_.socks[s.peer].dead) {
      o.peer = w_.files[w_.queues[w_.socks[s.peer].wait].file].object_id;
    }
  }

  void extend(std::vector<ObjectState>& objects, Index file) const {
    const File& f = w_.files[file];
    ObjectState& o = objects.back();
    o.files.push_back(f.id);
    if (is_inet(f.kind)) extend_inet(o, f);
    if (f.kind == FileKind::pty) {
      const Tty& t = w_.ttys[f.object];
      o.fill.push_back(t.input.size());
      o.capacity.push_back(kTtyRoom);
      if (!t.master) o.typed = static_cast<std::uint32_t>(t.line.size());
    }
    if (!is_unix(f.kind)) return;
    if (w_.socks[f.object].single) return extend_unix(o, f);
    extend_pair(o, w_.socks[f.object], f.object);
  }

  // What it can read is charged to who sends it.
  [[nodiscard]] std::uint64_t room_for(const Sock& s) const {
    return send_buffer(w_, s.peer == kNone ? s : w_.socks[s.peer]);
  }

  void extend_unix(ObjectState& o, const File& f) const {
    const Sock& s = w_.socks[f.object];
    o.kind = s.listening ? ObjectKind::listener : ObjectKind::unix_socket;
    o.waiting = static_cast<std::uint32_t>(s.accept_queue.size());
    o.local = true;
    o.named = s.name != 0;
    if (s.listening) return;
    o.fill.push_back(s.bytes.size());
    o.connected = s.connected;
    o.datagrams = f.kind == FileKind::unix_dgram;
    if (o.datagrams) return extend_datagrams(o, s);
    o.capacity.push_back(room_for(s));
    if (f.peer != kNone) o.peer = w_.files[f.peer].object_id;
  }

  void extend_datagrams(ObjectState& o, const Sock& s) const {
    o.messages = static_cast<std::uint32_t>(s.receive_queue.size());
    if (s.peer == kNone) {
      o.places = w_.inputs.max_dgram_qlen + 1;
    } else if (!w_.socks[s.peer].dead) {
      o.peer = w_.files[w_.queues[w_.socks[s.peer].wait].file].object_id;
    }
  }

  void extend_inet(ObjectState& o, const File& f) const {
    const InetSock& s = w_.inets[f.object];
    o.datagrams = f.kind == FileKind::udp;
    o.named = s.port != 0;
    if (s.state == TcpState::listen) {
      o.kind = ObjectKind::listener;
      o.waiting = static_cast<std::uint32_t>(s.accept_queue.size());
      return;
    }
    o.fill.push_back(s.bytes.size());
    if (s.peer != kNone) o.unsent = w_.inets[s.peer].coming.size();
    o.connected = f.kind == FileKind::tcp ? s.state != TcpState::close : s.peer_port != 0;
    if (f.peer != kNone) o.peer = w_.files[f.peer].object_id;
  }

  const World& w_;
  std::vector<std::int32_t> position_;
};

}  // namespace

State Machine::state() const { return Builder(*world_).build(); }

std::vector<ThreadState> Machine::threads() const {
  const Builder builder(*world_);
  std::vector<ThreadState> asleep;
  for (std::size_t i = 0; i < world_->tasks.size(); ++i) {
    if (world_->tasks[i].state != TaskState::idle) {
      asleep.push_back(builder.thread(static_cast<Index>(i)));
    }
  }
  return asleep;
}

std::optional<Level> Machine::level(Fd fd) const {
  const World& w = *world_;
  const Index file = file_of(w, fd);
  if (file == kNone) return std::nullopt;
  const File& f = w.files[file];
  Level level{.fd = fd, .revents = file_level(w, file) & kShown};
  switch (f.kind) {
    case FileKind::pipe: {
      const Pipe& p = w.pipes[f.object];
      level.readable_bytes = static_cast<std::int64_t>(p.bytes.size());
      level.capacity = static_cast<std::int64_t>(pipe_capacity(w, p));
      return level;
    }
    case FileKind::unix_dgram:
      level.readable_bytes = first_message(w.socks[f.object]);
      level.capacity = static_cast<std::int64_t>(send_buffer(w, w.socks[f.object]));
      return level;
    case FileKind::unix_stream:
    case FileKind::unix_seqpacket:
      if (!w.socks[f.object].listening) {
        level.readable_bytes = static_cast<std::int64_t>(w.socks[f.object].bytes.size());
      }
      level.capacity = static_cast<std::int64_t>(send_buffer(w, w.socks[f.object]));
      return level;
    case FileKind::eventfd:
      level.readable_bytes = static_cast<std::int64_t>(w.eventfds[f.object].count);
      return level;
    case FileKind::inotify:
      level.readable_bytes =
          static_cast<std::int64_t>(w.inotifiers[f.object].events.size()) * kNotifyBytes;
      return level;
    case FileKind::pty:
      level.readable_bytes = pty_readable(w, f).value_or(-1);
      return level;
    case FileKind::tcp:
      level.readable_bytes = tcp_readable(w.inets[f.object]);
      return level;
    case FileKind::udp: {
      const InetSock& s = w.inets[f.object];
      level.readable_bytes = s.messages.empty() ? 0 : std::int64_t{s.messages.front()};
      return level;
    }
    case FileKind::timerfd:
    case FileKind::null_device:
    case FileKind::regular:
    case FileKind::pidfd:
      return level;
    case FileKind::signalfd:  // for a thread to which nobody sent a signal
      level.revents = 0;
      return level;
    case FileKind::epoll:
    case FileKind::other:
      break;
  }
  return std::nullopt;
}

}  // namespace epollscope
