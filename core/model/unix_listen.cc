#include "core/model/unix_listen.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/model/files.h"
#include "core/model/interleave.h"
#include "core/model/signals.h"
#include "core/model/unix_sock.h"
#include "core/model/wait_queue.h"

namespace epollscope {
namespace {

Index find_named(const World& w, std::int32_t name) {
  for (Index i = 0; i < static_cast<Index>(w.socks.all.size()); ++i) {
    if (w.socks[i].owns_name && !w.socks[i].dead && w.socks[i].name == name) return i;
  }
  return kNone;
}

}  // namespace

Index full_queue_of(const World& w, const Task& task) {
  if (task.state != TaskState::blocked) return kNone;
  if (const auto* write = std::get_if<WriteCall>(&task.frame)) return write->to;
  const auto* connect = std::get_if<ConnectCall>(&task.frame);
  return connect == nullptr ? kNone : find_named(w, connect->name);
}

void unix_bind(World& w, Index file) {
  Sock& s = sock_of(w, file);
  if (s.name != 0) return;
  s.name = ++w.next_port;
  s.owns_name = true;
}

int unix_listen(Run& run, Index file, std::int32_t backlog) {
  World& w = run.w;
  if (w.files[file].kind == FileKind::unix_dgram) return EOPNOTSUPP;
  Sock& s = sock_of(w, file);
  if (s.name == 0 || s.connected) return EINVAL;
  constexpr std::uint32_t kMostWaiting = 4096;  // net.core.somaxconn
  const std::uint32_t before = s.backlog;
  s.backlog = std::min(static_cast<std::uint32_t>(backlog), kMostWaiting);
  if (s.backlog > before) wake_place(run, w.files[file].object, "unix_listen", 0, kAll);
  if (sock_of(w, file).listening) return 0;
  sock_of(w, file).listening = true;
  touch(w, file);
  note(run, {.function = "unix_listen",
             .what = MicroStep::What::modified,
             .why = Why::listening,
             .file = file});
  return 0;
}

Answer unix_stream_connect(Run& run, Index task, Index file, ConnectCall& call) {
  World& w = run.w;
  if (call.slept && signal_pending(w, task)) return -kRestartSys;
  Index listener = kNone;
  for (;;) {
    listener = find_named(w, call.name);
    if (listener == kNone || !w.socks[listener].listening ||
        (w.socks[listener].shutdown & kReceiveShutdown) != 0) {
      return -ECONNREFUSED;
    }
    if (w.socks[listener].accept_queue.size() <= w.socks[listener].backlog) break;
    if (!may_sleep(w, file, call)) return -EAGAIN;
    const Index queue = queue_for_place(w, listener);
    if (await_queue(run, queue)) continue;
    call.slept = true;
    fall_asleep(run, task, {.queue = queue, .place = Place::tail, .exclusive = true},
                "unix_wait_for_peer", Why::slept_connect);
    return std::nullopt;
  }
  const Index sock = w.files[file].object;
  if (w.socks[sock].listening) return -EINVAL;
  if (w.socks[sock].connected) return -EISCONN;
  const Index child = w.socks.take();
  Sock& s = w.socks[sock];
  Sock& c = w.socks[child];
  c.single = true;
  c.name = call.name;
  set_peer(w, child, sock);
  set_peer(w, sock, child);
  s.connected = true;
  w.socks[listener].accept_queue.push(child);
  touch(w, file);
  touch(w, w.queues[w.socks[listener].wait].file);
  note(run, {.function = "unix_stream_connect",
             .what = MicroStep::What::modified,
             .why = Why::connected,
             .file = file});
  wake_receiver(run, w.socks[listener]);
  return 0;
}

Answer unix_accept(Run& run, Index task, Index file, std::int32_t flags) {
  World& w = run.w;
  const Index sock = w.files[file].object;
  const auto s = [&]() -> Sock& { return w.socks[sock]; };  // others may make sockets meanwhile
  if (!s().listening) return -EINVAL;
  while (s().accept_queue.empty()) {
    auto& call = std::get<AcceptCall>(w.tasks[at(task)].frame);
    if (!may_sleep(w, file, call)) return -EAGAIN;
    if ((s().shutdown & kReceiveShutdown) != 0) return -EINVAL;
    call.slept = true;
    if (await_queue(run, s().wait)) continue;
    if (signal_pending(w, task)) return -kRestartSys;
    wait_for_more_packets(run, task, s().wait, Why::slept_accept);
    return std::nullopt;
  }
  const Index child = s().accept_queue.front();
  s().accept_queue.pop();
  touch(w, file);
  wake_place(run, sock, "unix_accept", 0, 1);
  const Index made = make_unix_file(run, w.files[file].kind, child,
                                    static_cast<std::uint32_t>(flags & SOCK_NONBLOCK));
  const Index client = w.socks[child].peer;
  if (client != kNone && !w.socks[client].dead) {
    const Index other = w.queues[w.socks[client].wait].file;
    w.files[made].peer = other;
    w.files[other].peer = made;
  }
  return made;
}

}  // namespace epollscope
