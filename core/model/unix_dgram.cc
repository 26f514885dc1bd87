#include "core/model/unix_dgram.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "core/model/files.h"
#include "core/model/interleave.h"
#include "core/model/signals.h"
#include "core/model/unix_sock.h"
#include "core/model/wait_queue.h"

namespace epollscope {
namespace {

constexpr std::uint32_t kPagesOfHead = 4;   // SKB_MAX_ALLOC: two orders of pages
constexpr std::uint32_t kMostPages = 17;    // MAX_SKB_FRAGS
constexpr std::uint64_t kNotForBytes = 32;  // of SO_SNDBUF

bool is_full(const World& w, const Sock& s) {
  return s.receive_queue.size() > w.inputs.max_dgram_qlen;
}

// Between a socket and itself, and the two ends of a pair, there is no bound.
bool is_bounded(const World& w, Index sock, Index to) {
  return to != sock && w.socks[to].peer != sock;
}

// unix_dgram_peer_wake_me: it is told of the next place; false: there is one.
bool await_place(Run& run, Index sock, Index to) {
  World& w = run.w;
  const auto has_none = [&] { return is_full(w, w.socks[to]) && !w.socks[to].dead; };
  if (!has_none()) return false;
  const Index queue = queue_for_place(w, to);
  if (await_queue(run, queue) && !has_none()) return false;
  if (w.socks[sock].relay != kNone) return true;
  const Index entry = w.entries.take();
  w.entries[entry].sock = sock;
  w.socks[sock].relay = entry;
  add_entry_head(w, queue, entry);
  return true;
}

// unix_dgram_disconnected: messages that came from an earlier peer are lost.
void lose_messages(Run& run, Index sock, Index before) {
  World& w = run.w;
  if (w.socks[sock].receive_queue.empty()) return;
  touch_sock(w, sock);
  touch_senders(w, sock);
  purge_receive_queue(run, sock);
  wake_place(run, sock, "unix_dgram_disconnected", 0, kAll);
  Sock& other = w.socks[before];
  if (other.dead || other.peer != sock) return;
  other.error = ECONNRESET;
  touch_sock(w, before);
  wake_up(run, other.wait,
          {.function = "sock_def_error_report", .why = Why::wakeup_error, .key = EPOLLERR});
}

// It has another peer, or none. The one before is held until what it had sent is lost.
void change_peer(Run& run, Index sock, Index peer) {
  World& w = run.w;
  const Index before = w.socks[sock].peer;
  if (before == kNone) return set_peer(w, sock, peer);
  ++w.socks[before].refs;
  set_peer(w, sock, peer);
  forget_place(run, sock);
  wake_up(run, w.socks[sock].wait,
          {.function = "unix_dgram_peer_wake_disconnect_wakeup",
           .why = Why::wakeup_space,
           .key = kSocketWritable});
  if (before != peer) lose_messages(run, sock, before);
  put_sock(w, before);
}

// Where the message cannot go; 0: it can.
int undeliverable(Run& run, Index sock, Index to) {
  World& w = run.w;
  const Sock& other = w.socks[to];
  if (other.dead) {
    if (w.socks[sock].hears_of_peer) return EPIPE;
    if (w.socks[sock].peer != to) return ECONNRESET;  // another write was first to find out
    w.socks[sock].connected = false;
    touch_sock(w, sock);
    change_peer(run, sock, kNone);
    return ECONNREFUSED;
  }
  if (other.peer != kNone && other.peer != sock) return EPERM;
  return (other.shutdown & kReceiveShutdown) != 0 ? EPIPE : 0;
}

// Of a message that is charged to its sender already.
Answer deliver(Run& run, Index task, Index file, WriteCall& call, std::uint32_t truesize) {
  World& w = run.w;
  const Index sock = w.files[file].object;
  const Index to = call.to != kNone ? call.to : w.socks[sock].peer;
  for (;;) {
    if (const int error = undeliverable(run, sock, to); error != 0) return -error;
    if (!is_bounded(w, sock, to) || !is_full(w, w.socks[to])) break;
    if (!may_sleep(w, file, call)) {
      if (w.socks[sock].peer != to || await_place(run, sock, to)) return -EAGAIN;
      continue;
    }
    const Index queue = queue_for_place(w, to);
    if (await_queue(run, queue)) continue;
    call.slept = true;
    if (call.to == kNone) ++w.socks[to].refs;
    call.to = to;
    fall_asleep(run, task, {.queue = queue, .place = Place::tail, .exclusive = true},
                "unix_wait_for_peer", Why::slept_place);
    return std::nullopt;
  }
  const auto length = static_cast<std::uint32_t>(call.size);
  ++w.socks[sock].refs;
  Sock& receiver = w.socks[to];
  receiver.receive_queue.push({length, truesize, sock});
  receiver.bytes.push({call.text, call.size}, 0, length);
  touch(w, file);
  touch_sock(w, to);
  if (is_full(w, receiver)) touch_senders(w, to);
  say_moved(run, file, "unix_dgram_sendmsg", Why::moved_in, length);
  wake_receiver(run, receiver);
  return static_cast<std::int64_t>(length);
}

}  // namespace

std::uint64_t dgram_longest(std::uint64_t sndbuf) { return sndbuf - kNotForBytes; }

std::uint32_t dgram_truesize(const MachineInputs& inputs, std::uint32_t length) {
  const std::uint32_t head_room = kPagesOfHead * inputs.page_size - kSharedInfo;
  if (length <= head_room) return skb_truesize(inputs, length, 0);
  const std::uint32_t paged =
      std::min(whole_pages(inputs, length - head_room), kMostPages * inputs.page_size);
  return skb_truesize(inputs, length, std::min(paged, length));
}

Answer unix_dgram_read(Run& run, Index task, Index file, ReadCall& call, std::string* out) {
  World& w = run.w;
  const Index sock = w.files[file].object;
  const auto s = [&]() -> Sock& { return w.socks[sock]; };  // others may make sockets meanwhile
  if (call.count == 0 && !call.recv) return 0;
  if (s().hears_of_peer && !s().connected) return -ENOTCONN;
  if ((call.flags & MSG_OOB) != 0) return -EOPNOTSUPP;
  while (s().error == 0 && s().receive_queue.empty()) {
    const bool ended = (s().shutdown & kReceiveShutdown) != 0;
    const bool blocks = may_sleep(w, file, call);
    if (ended && (s().hears_of_peer || blocks)) return 0;
    if (!blocks) return -EAGAIN;
    call.slept = true;
    if (await_queue(run, s().wait)) continue;
    if (signal_pending(w, task)) return -kRestartSys;
    wait_for_more_packets(run, task, s().wait, Why::slept_read);
    return std::nullopt;
  }
  if (s().error != 0) {
    touch(w, file);
    return -std::exchange(s().error, 0);
  }
  const Skb message = s().receive_queue.front();
  const auto got = std::min<std::uint64_t>(message.length, call.count);
  const auto tell_of_place = [&] {  // also when the message stays
    wake_place(run, sock, "__unix_dgram_recvmsg", kSocketWritable, 1);
  };
  if ((call.flags & MSG_PEEK) != 0) {
    ByteQueue(s().bytes).pop(got, out);
    tell_of_place();
    return static_cast<std::int64_t>(got);
  }
  touch(w, file);
  if (is_full(w, s())) touch_senders(w, sock);
  s().receive_queue.pop();
  s().bytes.pop(got, out);
  s().bytes.pop(message.length - got, nullptr);
  tell_of_place();
  say_moved(run, file, "unix_dgram_recvmsg", got < message.length ? Why::moved_cut : Why::moved_out,
            got);
  free_message(run, s().peer, message);
  return static_cast<std::int64_t>(got);
}

// sock_alloc_send_pskb: 0, its memory is charged; nullopt: it fell asleep.
static Answer charge(Run& run, Index task, Index file, WriteCall& call, std::uint32_t truesize) {
  World& w = run.w;
  const Index sock = w.files[file].object;
  for (;;) {
    if (w.socks[sock].error != 0) {
      touch(w, file);
      return -std::exchange(w.socks[sock].error, 0);
    }
    if ((w.socks[sock].shutdown & kSendShutdown) != 0) return -EPIPE;
    if (w.socks[sock].wmem < send_buffer(w, w.socks[sock])) break;
    if (!may_sleep(w, file, call)) return -EAGAIN;
    call.slept = true;
    if (await_queue(run, w.socks[sock].wait)) continue;
    if (signal_pending(w, task)) return -kRestartSys;
    fall_asleep(run, task, {w.socks[sock].wait, Place::head, false}, "sock_wait_for_wmem",
                Why::slept_write);
    return std::nullopt;
  }
  w.socks[sock].wmem += truesize;
  return 0;
}

// What is looked at once, before there is a message.
static int check_dgram(World& w, Index file, const WriteCall& call) {
  Sock& s = sock_of(w, file);
  if (s.hears_of_peer && s.error != 0) {
    touch(w, file);
    return std::exchange(s.error, 0);
  }
  if (s.hears_of_peer && s.peer == kNone) return ENOTCONN;
  if ((call.flags & MSG_OOB) != 0) return EOPNOTSUPP;
  const bool late = w.inputs.traits.dgram_looks_for_peer_last;
  if (!late && s.peer == kNone) return ENOTCONN;
  return call.size > dgram_longest(send_buffer(w, s)) ? EMSGSIZE : 0;
}

Answer unix_dgram_write(Run& run, Index task, Index file, WriteCall& call) {
  World& w = run.w;
  const Index sock = w.files[file].object;
  const bool charged = call.to != kNone;  // it slept for a place
  if (const int error = call.slept ? 0 : check_dgram(w, file, call); error != 0) return -error;
  const std::uint32_t truesize = dgram_truesize(w.inputs, static_cast<std::uint32_t>(call.size));
  if (!charged) {
    const Answer answer = charge(run, task, file, call, truesize);
    if (!answer || *answer != 0) return answer;
  }
  Answer answer;
  if (!charged && w.socks[sock].peer == kNone) {
    answer = -ENOTCONN;
  } else if (charged && signal_pending(w, task)) {
    answer = -kRestartSys;
  } else {
    answer = deliver(run, task, file, call, truesize);
  }
  if (!answer) return std::nullopt;
  if (*answer < 0) {
    unix_dgram_give_up(run, file, call);
  } else if (const Index to = std::exchange(call.to, kNone); to != kNone) {
    put_sock(w, to);
  }
  return answer;
}

void unix_dgram_give_up(Run& run, Index file, WriteCall& call) {
  if (const Index to = std::exchange(call.to, kNone); to != kNone) put_sock(run.w, to);
  free_skb(run, run.w.files[file].object,
           dgram_truesize(run.w.inputs, static_cast<std::uint32_t>(call.size)));
}

int unix_dgram_connect(Run& run, Index file, Index to) {
  World& w = run.w;
  const Index sock = w.files[file].object;
  const Index peer = w.files[to].object;
  if (w.socks[peer].peer != kNone && w.socks[peer].peer != sock) return EPERM;
  w.socks[sock].connected = true;
  touch(w, file);
  touch_both(w, to);
  note(run, {.function = "unix_dgram_connect",
             .what = MicroStep::What::modified,
             .why = Why::directed_local,
             .file = file});
  change_peer(run, sock, peer);
  return 0;
}

void unix_dgram_polled(Run& run, Index sock) {
  World& w = run.w;
  const Index to = w.socks[sock].peer;
  if (has_room(w, w.socks[sock]) && to != kNone && is_bounded(w, sock, to)) {
    await_place(run, sock, to);
  }
}

bool unix_dgram_peer_full(const World& w, Index sock) {
  const Index to = w.socks[sock].peer;
  return to != kNone && is_bounded(w, sock, to) && !w.socks[to].dead && is_full(w, w.socks[to]);
}

}  // namespace epollscope
