#include "core/model/tcp.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include "core/model/files.h"
#include "core/model/inet_sock.h"
#include "core/model/signals.h"
#include "core/model/tcp_flow.h"
#include "core/model/tcp_queue.h"
#include "core/model/unix_sock.h"
#include "core/model/wait_queue.h"

namespace epollscope {
namespace {

bool is_connected(const InetSock& s) {
  return s.state == TcpState::established || s.state == TcpState::close_wait;
}

// The two ends know each other no more.
void part(World& w, InetSock& s) {
  if (s.peer == kNone) return;
  InetSock& peer = w.inets[s.peer];
  if (s.file != kNone) w.files[s.file].peer = kNone;
  if (peer.file != kNone) w.files[peer.file].peer = kNone;
  s.peer = peer.peer = kNone;
  for (InetSock* end : {&s, &peer}) {  // tcp_write_queue_purge
    end->coming = {};
    end->crowded = false;
    end->writable = true;
  }
}

// tcp_done: the connection is over.
void done(Run& run, Index sock) {
  InetSock& s = run.w.inets[sock];
  s.state = TcpState::close;
  s.has_port = false;
  s.shutdown = kShutdownMask;
  touch_sock(run.w, s);
  part(run.w, s);
  state_change(run, s);
}

void done_with_error(Run& run, Index sock, int error) {
  run.w.inets[sock].error = error;
  done(run, sock);
  error_report(run, run.w.inets[sock]);
}

// tcp_reset: a RST came.
void reset(Run& run, Index sock) {
  if (sock == kNone) return;
  const TcpState state = run.w.inets[sock].state;
  if (state == TcpState::close) return;
  done_with_error(run, sock, state == TcpState::close_wait ? EPIPE : ECONNRESET);
}

// The socket sends a RST and knows nothing of the connection any more.
void send_reset(Run& run, InetSock& s) {
  const Index peer = s.peer;
  s.state = TcpState::close;
  s.has_port = false;
  part(run.w, s);
  reset(run, peer);
}

// tcp_fin, and the rest of tcp_data_queue: the FIN is something to read as well.
void receive_fin(Run& run, Index sock) {
  InetSock& s = run.w.inets[sock];
  touch_sock(run.w, s);
  s.shutdown |= kReceiveShutdown;
  s.done = true;
  if (s.state == TcpState::fin_wait) {
    done(run, sock);
  } else {
    s.state = TcpState::close_wait;
  }
  state_change(run, s);
  data_ready(run, s);
}

// tcp_send_fin. True: its acknowledgement is to come.
bool send_fin(Run& run, InetSock& s) {
  if (!is_connected(s)) return false;
  const Index peer = s.peer;
  if (peer != kNone && !run.w.inets[peer].coming.empty()) {
    not_modelled(run.w, "the end of a TCP connection behind bytes that wait for room");
  }
  if (s.state == TcpState::established) s.state = TcpState::fin_wait;
  if (peer != kNone) receive_fin(run, peer);
  return true;
}

// Who takes no more answers what still comes with a RST, as soon as its sender tries again.
void take_no_more(World& w, const InetSock& s) {
  if (!s.coming.empty()) not_modelled(w, "bytes that wait for room at an end that takes no more");
}

// tcp_disconnect of a socket that is in no connection.
void disconnect(Run& run, InetSock& s) {
  s.shutdown = 0;
  s.done = false;
  s.addressed = s.bound;
  s.urgent = Urgent::none;
  s.bytes = {};
  s.messages = {};
  touch_sock(run.w, s);
  error_report(run, s);
}

// inet_csk_listen_stop: who was not accepted hears of it.
void forget_children(Run& run, InetSock& s) {
  while (!s.accept_queue.empty()) {
    const Index child = s.accept_queue.front();
    s.accept_queue.pop();
    send_reset(run, run.w.inets[child]);
    free_inet(run.w, child);
  }
}

Index find_listener(const World& w, bool v6, std::int32_t port) {
  for (Index i = 0; i < static_cast<Index>(w.inets.all.size()); ++i) {
    const InetSock& s = w.inets[i];
    if (s.state == TcpState::listen && s.v6 == v6 && s.port == port) return i;
  }
  return kNone;
}

// tcp_create_openreq_child: with the options of the listener.
Index make_child(World& w, Index listener) {
  const Index child = w.inets.take();
  const InetSock& l = w.inets[listener];
  InetSock& s = w.inets[child];
  s.v6 = l.v6;
  s.nodelay = l.nodelay;
  s.options = l.options;
  s.shutdown = l.shutdown;
  s.port = l.port;
  s.has_port = s.addressed = true;
  s.state = TcpState::established;
  s.socket_state = SocketState::connected;
  return child;
}

// The handshake runs inside the call: the connecting end is told first.
void shake_hands(Run& run, Index sock, Index listener) {
  World& w = run.w;
  const Index child = make_child(w, listener);
  InetSock& s = w.inets[sock];
  s.state = TcpState::established;
  s.peer = child;
  w.inets[child].peer = sock;
  note(run, {.function = "tcp_finish_connect",
             .what = MicroStep::What::modified,
             .why = Why::connected,
             .file = s.file});
  state_change(run, s);
  w.inets[listener].accept_queue.push(child);
  touch_sock(w, w.inets[listener]);
  data_ready(run, w.inets[listener]);
}

// What a connect() finds whose connection was refused: 0, ECONNABORTED, or why.
int take_refusal(Run& run, InetSock& s) {
  const int error = s.error != 0 ? std::exchange(s.error, 0) : ECONNABORTED;
  s.socket_state = SocketState::unconnected;
  disconnect(run, s);
  return error;
}

// A write of bytes and nothing else, to somebody who may read them.
bool plain(const World& w, const InetSock& s, const WriteCall& call) {
  return (call.flags & MSG_OOB) == 0 && w.inets[s.peer].urgent == Urgent::none &&
         (w.inets[s.peer].shutdown & kReceiveShutdown) == 0;
}

}  // namespace

int tcp_connect(Run& run, Index file, std::int32_t port, int unfit) {
  World& w = run.w;
  const Index sock = w.files[file].object;
  InetSock& s = w.inets[sock];
  touch(w, file);
  switch (s.socket_state) {
    case SocketState::connected:
      return EISCONN;
    case SocketState::disconnecting:
      return EINVAL;
    case SocketState::connecting:
      if (s.state == TcpState::close) return take_refusal(run, s);
      s.socket_state = SocketState::connected;
      return 0;
    case SocketState::unconnected:
      break;
  }
  if (s.state != TcpState::close) return EISCONN;
  if (unfit != 0) return unfit;
  if (s.has_port && s.port == port) {
    not_modelled(w, "a socket that connects to itself");
    return 0;
  }
  if (s.wants_room) not_modelled(w, "a wish for room of an earlier TCP connection");
  autobind(w, s);
  s.addressed = true;
  const bool waits = (w.files[file].flags & O_NONBLOCK) == 0;
  s.socket_state = SocketState::connecting;
  const Index listener = find_listener(w, s.v6, port);
  if (listener == kNone) {
    done_with_error(run, sock, ECONNREFUSED);
    return waits ? take_refusal(run, w.inets[sock]) : EINPROGRESS;
  }
  if (w.inets[listener].accept_queue.size() > w.inets[listener].backlog) {
    not_modelled(w, "a connection to a full accept queue");
    return EINPROGRESS;
  }
  if ((w.inets[listener].shutdown & kSendShutdown) != 0) {
    not_modelled(w, "a listener that was shut down before it listened");
  }
  shake_hands(run, sock, listener);
  if (!waits) return EINPROGRESS;
  w.inets[sock].socket_state = SocketState::connected;
  return 0;
}

int tcp_listen(Run& run, Index file, std::int32_t backlog) {
  World& w = run.w;
  InetSock& s = inet_of(w, file);
  if (s.socket_state != SocketState::unconnected) return EINVAL;
  if (s.state != TcpState::close && s.state != TcpState::listen) return EINVAL;
  constexpr std::uint32_t kMostWaiting = 4096;  // net.core.somaxconn
  s.backlog = std::min(static_cast<std::uint32_t>(backlog), kMostWaiting);
  if (s.state == TcpState::listen) return 0;
  autobind(w, s);  // the port of an earlier connection was given back
  touch(w, file);
  s.state = TcpState::listen;
  note(run, {.function = "inet_csk_listen_start",
             .what = MicroStep::What::modified,
             .why = Why::listening,
             .file = file});
  return 0;
}

Answer tcp_accept(Run& run, Index task, Index file, std::int32_t flags) {
  World& w = run.w;
  InetSock& s = inet_of(w, file);
  if (s.state != TcpState::listen) return -EINVAL;
  if (s.accept_queue.empty()) {
    auto& call = std::get<AcceptCall>(w.tasks[at(task)].frame);
    if (!may_sleep(w, file, call)) return -EAGAIN;
    if (signal_pending(w, task)) return -kRestartSys;
    call.slept = true;
    fall_asleep(run, task, {.queue = s.wait, .place = Place::tail, .exclusive = true},
                "inet_csk_wait_for_connect", Why::slept_accept);
    return std::nullopt;
  }
  const Index child = s.accept_queue.front();
  s.accept_queue.pop();
  touch(w, file);
  const Index made =
      make_inet_file(run, FileKind::tcp, child, static_cast<std::uint32_t>(flags & SOCK_NONBLOCK));
  const Index peer = w.inets[child].peer;
  if (peer != kNone && w.inets[peer].file != kNone) {
    w.files[made].peer = w.inets[peer].file;
    w.files[w.inets[peer].file].peer = made;
  }
  return made;
}

Answer tcp_write(Run& run, Index file, WriteCall& call) {
  World& w = run.w;
  const Index sock = w.files[file].object;
  InetSock& s = w.inets[sock];
  if (!is_connected(s) || s.error != 0 || (s.shutdown & kSendShutdown) != 0) {
    if (s.error != 0) touch(w, file);
    const int error = s.error != 0 ? std::exchange(s.error, 0) : EPIPE;
    const bool tells = error == EPIPE && (call.flags & MSG_NOSIGNAL) == 0;
    if (tells) send_sig(run, task_of(w, run.actor), SIGPIPE);
    return -error;
  }
  if (call.size == 0) return 0;
  const auto size = static_cast<std::int64_t>(call.size);
  if (w.moved && s.peer != kNone) {
    if (!plain(w, s, call))
      not_modelled(w, "urgent data, or an end, behind bytes that wait for room");
    return tcp_take_seen(run, file, call);
  }
  if (!tcp_fits(w, s, call.size)) {
    not_modelled(w, "how much a TCP connection holds");
    return size;
  }
  touch_both(w, file);
  say_moved(run, file, "tcp_sendmsg", Why::moved_in, call.size);
  if (s.peer == kNone) {
    reset(run, sock);
    return size;
  }
  // What comes after close() for reading and a FIN of its own resets both ends.
  const Index peer = s.peer;
  const InetSock& to = w.inets[peer];
  if (to.state == TcpState::fin_wait && (to.shutdown & kReceiveShutdown) != 0) {
    if ((call.flags & MSG_OOB) != 0) not_modelled(w, "urgent data for who was shut down before");
    reset(run, peer);
    reset(run, sock);
    return size;
  }
  tcp_receive(run, peer, {call.text, call.size}, (call.flags & MSG_OOB) != 0);
  return size;
}

int tcp_shutdown(Run& run, Index file, std::int32_t how) {
  World& w = run.w;
  const std::uint8_t mode = shutdown_mode(how);
  if (mode == 0) return EINVAL;
  const Index sock = w.files[file].object;
  InetSock& s = w.inets[sock];
  touch_both(w, file);
  if (s.socket_state == SocketState::connecting) {
    s.socket_state =
        s.state == TcpState::close ? SocketState::disconnecting : SocketState::connected;
  }
  int error = 0;
  bool acknowledged = false;
  if (s.state == TcpState::listen) {
    if ((mode & kReceiveShutdown) != 0) {
      s.state = TcpState::close;
      s.has_port = false;
      forget_children(run, s);
      disconnect(run, s);
    }
  } else {
    if (s.state == TcpState::close) error = ENOTCONN;
    s.shutdown |= mode;
    if ((mode & kSendShutdown) != 0) acknowledged = send_fin(run, s);
    if (s.state == TcpState::fin_wait && (s.shutdown & kReceiveShutdown) != 0) take_no_more(w, s);
  }
  state_change(run, s);
  if (!acknowledged) return error;
  if (s.state == TcpState::fin_wait) {
    state_change(run, s);
  } else if (s.state == TcpState::close_wait) {
    done(run, sock);  // the last of the two FINs is acknowledged
  }
  return error;
}

void tcp_release(Run& run, Index file) {
  World& w = run.w;
  const Index sock = w.files[file].object;
  InetSock& s = w.inets[sock];
  free_queue(w, s.wait);
  s.wait = s.file = kNone;
  if (s.state == TcpState::listen) {
    forget_children(run, s);
  } else if (s.state != TcpState::close) {
    if (!s.bytes.empty() || s.options.linger == 0) {
      send_reset(run, s);
    } else {
      if (is_connected(s) && s.options.linger > 0) not_modelled(w, "a close() that lingers");
      take_no_more(w, s);
      send_fin(run, s);
    }
  }
  free_inet(w, sock);
}

void tcp_lowat_changed(Run& run, Index file) {
  touch(run.w, file);
  tcp_data_ready(run, inet_of(run.w, file));
}

}  // namespace epollscope
