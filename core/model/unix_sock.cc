#include "core/model/unix_sock.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <tuple>
#include <utility>

#include "core/model/files.h"
#include "core/model/interleave.h"
#include "core/model/unix_dgram.h"
#include "core/model/wait_queue.h"

namespace epollscope {
namespace {

constexpr std::uint32_t kSkBuff = 256;  // sk_buff, aligned, on 64 bits

// sock_wfree() still holds one reference when it asks; poll() does not.
bool writable(const World& w, const Sock& s, std::uint64_t held) {
  return (s.wmem + held) * 4 <= send_buffer(w, s);
}

// SOCK_MIN_SNDBUF and SOCK_MIN_RCVBUF on 64 bits.
constexpr std::uint32_t kLeastRcvbuf = 2048 + kSkBuff;
constexpr std::uint32_t kLeastSndbuf = 2 * kLeastRcvbuf;

// What a size becomes: as much again for the kernel's own. A negative one is a great one.
std::uint32_t doubled(std::int32_t bytes, std::uint32_t most) {
  return 2 * std::min({static_cast<std::uint32_t>(bytes), most, 0x3FFFFFFFU});
}

void write_space(Run& run, const Sock& s) {
  wake_up(run, s.wait,
          {.function = "unix_write_space", .why = Why::wakeup_space, .key = kSocketWritable});
}

void state_change(Run& run, const Sock& s) {
  if (s.dead || s.wait == kNone) return;
  wake_up(run, s.wait,
          {.function = "sock_def_wakeup", .why = Why::wakeup_state, .exclusive = kAll});
}

// An empty message at the head counts for nothing: the kernel takes it for out-of-band data that
// was read.
bool leaves_unread(const Sock& s) {
  if (s.receive_queue.empty()) return false;
  return s.receive_queue.front().length > 0 || s.receive_queue.size() > 1;
}

// unix_release_sock. `embryo`: nobody has accepted it. Wakeups let others run, who may make
// sockets: no reference to one is kept over them.
void release_sock(Run& run, Index sock, bool embryo) {
  World& w = run.w;
  const Index peer = w.socks[sock].peer;
  w.socks[sock].dead = true;
  w.socks[sock].shutdown = kShutdownMask;
  if (!w.socks[sock].hears_of_peer) touch_senders(w, sock);
  wake_place(run, sock, "unix_release_sock", 0, kAll);
  forget_place(run, sock);
  if (peer != kNone && w.socks[sock].hears_of_peer && !w.socks[peer].dead) {
    touch_sock(w, peer);
    w.socks[peer].shutdown = kShutdownMask;
    if (embryo || leaves_unread(w.socks[sock])) w.socks[peer].error = ECONNRESET;
    state_change(run, w.socks[peer]);
  }
  while (!w.socks[sock].accept_queue.empty()) {
    const Index child = w.socks[sock].accept_queue.front();
    w.socks[sock].accept_queue.pop();
    release_sock(run, child, true);
  }
  purge_receive_queue(run, sock);
  for (Index* queue : {&w.socks[sock].wait, &w.socks[sock].peer_wait}) {
    if (*queue != kNone) free_queue(w, std::exchange(*queue, kNone));
  }
  set_peer(w, sock, kNone);
  put_sock(w, sock);
}

}  // namespace

SocketEnds make_unix_pair(Run& run, FileKind kind, std::uint32_t flags) {
  World& w = run.w;
  const Index a = w.socks.take();
  const Index b = w.socks.take();
  const SocketEnds ends{make_file(w, kind, FileEnd::whole, O_RDWR | flags),
                        make_file(w, kind, FileEnd::whole, O_RDWR | flags)};
  const ObjectId object{w.next_object_id++};
  const std::int32_t number = ++w.made[static_cast<int>(FileKind::unix_stream)];  // of any type
  for (const auto& [file, sock, other] :
       {std::tuple(ends.first, a, b), std::tuple(ends.second, b, a)}) {
    w.socks[sock].wait = make_queue(w, file);
    set_peer(w, sock, other);
    w.socks[sock].hears_of_peer = kind != FileKind::unix_dgram;
    File& f = w.files[file];
    f.object = sock;
    f.object_id = object;
    f.label_number = number;
    f.peer = file == ends.first ? ends.second : ends.first;
  }
  return ends;
}

Index make_unix_file(Run& run, FileKind kind, Index sock, std::uint32_t flags) {
  World& w = run.w;
  const Index file = make_file(w, kind, FileEnd::whole, O_RDWR | flags);
  w.socks[sock].wait = make_queue(w, file);
  File& f = w.files[file];
  f.object = sock;
  f.object_id = ObjectId{w.next_object_id++};
  f.label_number = ++w.made[static_cast<std::size_t>(FileKind::unix_dgram)];  // of any type
  return file;
}

Index make_unix_socket(Run& run, FileKind kind, std::uint32_t flags) {
  World& w = run.w;
  const Index sock = w.socks.take();
  Sock& s = w.socks[sock];
  s.single = true;
  s.connected = false;
  s.hears_of_peer = kind != FileKind::unix_dgram;
  return make_unix_file(run, kind, sock, flags);
}

void unix_release(Run& run, Index file) { release_sock(run, run.w.files[file].object, false); }

std::uint64_t send_buffer(const World& w, const Sock& s) {
  return s.sndbuf != 0 ? s.sndbuf : w.inputs.unix_sndbuf;
}

std::uint64_t receive_buffer(const World& w, const Sock& s) {
  return s.rcvbuf != 0 ? s.rcvbuf : w.inputs.unix_rcvbuf;
}

void set_send_buffer(Run& run, Index file, std::int32_t bytes) {
  World& w = run.w;
  Sock& s = sock_of(w, file);
  s.sndbuf = std::max(kLeastSndbuf, doubled(bytes, w.inputs.wmem_max));
  touch(w, file);
  if (!s.listening && writable(w, s, 1)) write_space(run, s);
}

void set_receive_buffer(Run& run, Index file, std::int32_t bytes) {
  World& w = run.w;
  sock_of(w, file).rcvbuf = std::max(kLeastRcvbuf, doubled(bytes, w.inputs.rmem_max));
}

std::uint32_t unix_level(const World& w, Index sock) {
  const Sock& s = w.socks[sock];
  std::uint32_t mask = 0;
  if (s.error != 0) mask |= EPOLLERR;
  if (s.shutdown == kShutdownMask) mask |= EPOLLHUP;
  if ((s.shutdown & kReceiveShutdown) != 0) mask |= EPOLLRDHUP | kReadable;
  if (!s.receive_queue.empty() || !s.accept_queue.empty()) mask |= kReadable;
  if (s.listening) return mask;
  if (s.hears_of_peer && !s.connected) mask |= EPOLLHUP;
  if (has_room(w, s) && !unix_dgram_peer_full(w, sock)) mask |= kSocketWritable;
  return mask;
}

bool has_room(const World& w, const Sock& s) { return writable(w, s, 1); }

int unix_shutdown(Run& run, Index file, std::int32_t how) {
  World& w = run.w;
  if (how < SHUT_RD || how > SHUT_RDWR) return EINVAL;
  const auto mode = static_cast<std::uint8_t>(how + 1);
  Sock& s = sock_of(w, file);
  touch_both(w, file);
  s.shutdown = static_cast<std::uint8_t>(s.shutdown | mode);
  state_change(run, s);
  if (!s.hears_of_peer || s.peer == kNone) return 0;
  Sock& peer = w.socks[s.peer];
  const int across = ((mode & kReceiveShutdown) != 0 ? kSendShutdown : 0) |
                     ((mode & kSendShutdown) != 0 ? kReceiveShutdown : 0);
  peer.shutdown = static_cast<std::uint8_t>(peer.shutdown | across);
  state_change(run, peer);
  return 0;
}

void wake_receiver(Run& run, const Sock& receiver) {
  if (receiver.wait == kNone) return;
  wake_up(run, receiver.wait,
          {.function = "sock_def_readable",
           .why = Why::wakeup_data,
           .key = EPOLLIN | EPOLLPRI | EPOLLRDNORM | EPOLLRDBAND});
}

void free_skb(Run& run, Index sender, std::uint32_t truesize) {
  Sock& s = run.w.socks[sender];
  s.wmem -= truesize;
  if (s.dead || s.wait == kNone || !writable(run.w, s, 2)) return;
  write_space(run, s);
}

void purge_receive_queue(Run& run, Index sock) {
  World& w = run.w;
  w.socks[sock].bytes.pop(w.socks[sock].bytes.size(), nullptr);
  while (!w.socks[sock].receive_queue.empty()) {
    const Skb skb = w.socks[sock].receive_queue.front();
    w.socks[sock].receive_queue.pop();
    free_message(run, w.socks[sock].peer, skb);
  }
}

void free_message(Run& run, Index peer, const Skb& skb) {
  const bool held = skb.sender != kNone;
  const Index sender = held ? skb.sender : peer;
  touch_sock(run.w, sender);
  free_skb(run, sender, skb.truesize);
  if (held) put_sock(run.w, sender);
}

void put_sock(World& w, Index sock) {
  if (--w.socks[sock].refs == 0) w.socks.give_back(sock);
}

void set_peer(World& w, Index sock, Index peer) {
  const Index before = std::exchange(w.socks[sock].peer, peer);
  if (peer != kNone) ++w.socks[peer].refs;
  if (before != kNone) put_sock(w, before);
}

void touch_senders(World& w, Index sock) {
  for (Index i = 0; i < static_cast<Index>(w.socks.all.size()); ++i) {
    if (w.socks[i].peer == sock) touch_sock(w, i);
  }
}

Index queue_for_place(World& w, Index sock) {
  if (w.socks[sock].peer_wait == kNone) {
    const Index queue = make_queue(w, w.queues[w.socks[sock].wait].file);
    w.socks[sock].peer_wait = queue;
  }
  return w.socks[sock].peer_wait;
}

void wake_place(Run& run, Index sock, std::string_view function, std::uint32_t key, int most) {
  const World& w = run.w;
  const Index queue = w.socks[sock].peer_wait;
  if (queue == kNone || w.queues[queue].entries.empty()) return;
  wake_up(run, queue,
          {.function = function, .why = Why::wakeup_place, .key = key, .exclusive = most});
}

void forget_place(Run& run, Index sock) {
  World& w = run.w;
  if (w.socks[sock].relay == kNone) return;
  await_queue(run, w.entries[w.socks[sock].relay].queue);
  const Index entry = std::exchange(w.socks[sock].relay, kNone);
  if (entry == kNone) return;  // it was told meanwhile
  remove_entry(w, entry);
  w.entries.give_back(entry);
}

void touch_sock(World& w, Index sock) {
  const Index queue = w.socks[sock].wait;
  if (queue != kNone) touch(w, w.queues[queue].file);
}

std::uint32_t whole_pages(const MachineInputs& inputs, std::uint32_t bytes) {
  return (bytes + inputs.page_size - 1) / inputs.page_size * inputs.page_size;
}

std::uint32_t skb_truesize(const MachineInputs& inputs, std::uint32_t length, std::uint32_t paged) {
  const std::uint32_t head = (length - paged + 63) / 64 * 64 + kSharedInfo;
  return std::bit_ceil(head) + kSkBuff + whole_pages(inputs, paged);
}

void wait_for_more_packets(Run& run, Index task, Index queue, Why why) {
  fall_asleep(
      run, task,
      {.queue = queue, .place = Place::tail, .exclusive = true, .wants = EPOLLIN | EPOLLERR},
      "__skb_wait_for_more_packets", why);
}

}  // namespace epollscope
