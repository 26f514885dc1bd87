#include "core/model/unix_dgram.h"

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

constexpr std::uint32_t kPagesOfHead = 4;   // SKB_MAX_ALLOC: two orders of pages
constexpr std::uint32_t kMostPages = 17;    // MAX_SKB_FRAGS
constexpr std::uint64_t kNotForBytes = 32;  // of SO_SNDBUF

// The peer of a datagram socket is found dead by the first message to it: the two are no pair any
// more, and what the dead one had sent is thrown away.
int disconnect(Run& run, Index file, Sock& s) {
  s.connected = false;
  touch(run.w, file);
  wake_up(run, s.wait,
          {.function = "unix_dgram_peer_wake_disconnect_wakeup",
           .why = Why::wakeup_space,
           .key = kSocketWritable});
  purge_receive_queue(run, s);
  return ECONNREFUSED;
}

// Where the message cannot go; 0: it can.
int undeliverable(Run& run, Index file, Sock& s) {
  if (!s.connected) return ENOTCONN;
  const Sock& peer = run.w.socks[s.peer];
  if (peer.dead) return disconnect(run, file, s);
  return (peer.shutdown & kReceiveShutdown) != 0 ? EPIPE : 0;
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
  Sock& s = sock_of(w, file);
  if (call.count == 0 && !call.recv) return 0;
  if (s.hears_of_peer && !s.connected) return -ENOTCONN;
  if ((call.flags & MSG_OOB) != 0) return -EOPNOTSUPP;
  while (s.error == 0 && s.receive_queue.empty()) {
    const bool ended = (s.shutdown & kReceiveShutdown) != 0;
    const bool blocks = may_sleep(w, file, call);
    if (ended && (s.hears_of_peer || blocks)) return 0;
    if (!blocks) return -EAGAIN;
    call.slept = true;
    if (await_queue(run, s.wait)) continue;
    if (signal_pending(w, task)) return -kRestartSys;
    wait_for_more_packets(run, task, s.wait, Why::slept_read);
    return std::nullopt;
  }
  if (s.error != 0) {
    touch(w, file);
    return -std::exchange(s.error, 0);
  }
  const Skb message = s.receive_queue.front();
  const auto got = std::min<std::uint64_t>(message.length, call.count);
  if ((call.flags & MSG_PEEK) != 0) {
    ByteQueue(s.bytes).pop(got, out);
    return static_cast<std::int64_t>(got);
  }
  touch_both(w, file);
  s.receive_queue.pop();
  s.bytes.pop(got, out);
  s.bytes.pop(message.length - got, nullptr);
  say_moved(run, file, "unix_dgram_recvmsg", got < message.length ? Why::moved_cut : Why::moved_out,
            got);
  free_skb(run, s.peer, message.truesize);
  return static_cast<std::int64_t>(got);
}

Answer unix_dgram_write(Run& run, Index task, Index file, WriteCall& call) {
  World& w = run.w;
  Sock& s = sock_of(w, file);
  if (s.error != 0) {  // of a seqpacket: nobody else gets one
    touch(w, file);
    return -std::exchange(s.error, 0);
  }
  if (s.hears_of_peer && s.peer == kNone) return -ENOTCONN;
  if ((call.flags & MSG_OOB) != 0) return -EOPNOTSUPP;
  if (call.size > dgram_longest(send_buffer(w, s))) return -EMSGSIZE;
  if ((s.shutdown & kSendShutdown) != 0) return -EPIPE;
  while (s.wmem >= send_buffer(w, s)) {
    if (!may_sleep(w, file, call)) return -EAGAIN;
    call.slept = true;
    if (await_queue(run, s.wait)) continue;
    if (signal_pending(w, task)) return -kRestartSys;
    fall_asleep(run, task, {s.wait, Place::head, false}, "sock_wait_for_wmem", Why::slept_write);
    return std::nullopt;
  }
  const auto length = static_cast<std::uint32_t>(call.size);
  const std::uint32_t truesize = dgram_truesize(w.inputs, length);
  s.wmem += truesize;
  if (const int error = undeliverable(run, file, s); error != 0) {
    free_skb(run, w.files[file].object, truesize);  // the sender hears its own message go
    return -error;
  }
  Sock& peer = w.socks[s.peer];
  peer.receive_queue.push({length, truesize});
  peer.bytes.push({call.text, call.size}, 0, length);
  touch_both(w, file);
  say_moved(run, file, "unix_dgram_sendmsg", Why::moved_in, length);
  wake_receiver(run, peer);
  return static_cast<std::int64_t>(length);
}

}  // namespace epollscope
