#include "core/model/unix_stream.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <tuple>
#include <utility>

#include "core/model/files.h"
#include "core/model/interleave.h"
#include "core/model/wait_queue.h"

namespace epollscope {
namespace {

constexpr std::uint8_t kReceive = 1;  // RCV_SHUTDOWN
constexpr std::uint8_t kSend = 2;     // SEND_SHUTDOWN
constexpr std::uint8_t kBoth = kReceive | kSend;

constexpr std::uint32_t kReadable = EPOLLIN | EPOLLRDNORM;
constexpr std::uint32_t kWritable = EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND;

// Sizes of the kernel's own structures on 64-bit machines.
constexpr std::uint32_t kSkBuff = 256;       // sk_buff, aligned
constexpr std::uint32_t kSharedInfo = 320;   // skb_shared_info, aligned
constexpr std::uint32_t kFragments = 32768;  // UNIX_SKB_FRAGS_SZ

// sock_wfree() still holds one reference when it asks; poll() does not.
bool writable(const World& w, const Sock& s, std::uint64_t held) {
  return (s.wmem + held) * 4 <= w.inputs.unix_sndbuf;
}

void state_change(Run& run, const Sock& s) {
  if (s.dead) return;
  wake_up(run, s.wait,
          {.function = "sock_def_wakeup", .why = Why::wakeup_state, .exclusive = kAll});
}

// The skb is freed: the sender's account shrinks, and it may write again (unix_write_space).
void free_skb(Run& run, Index sender, std::uint32_t truesize) {
  Sock& s = run.w.socks[sender];
  s.wmem -= truesize;
  if (s.dead || !writable(run.w, s, 2)) return;
  wake_up(run, s.wait,
          {.function = "unix_write_space", .why = Why::wakeup_space, .key = kWritable});
}

// Bytes off the front of the queue. Each skb that is read to its end is freed.
std::uint64_t consume(Run& run, Sock& s, std::uint64_t count, std::string* out) {
  std::uint64_t got = 0;
  while (got < count && !s.receive_queue.empty()) {
    Skb& skb = s.receive_queue.front();
    const auto part = static_cast<std::uint32_t>(std::min<std::uint64_t>(skb.length, count - got));
    s.bytes.pop(part, out);
    skb.length -= part;
    got += part;
    if (skb.length != 0) break;
    const std::uint32_t truesize = skb.truesize;
    s.receive_queue.pop();
    free_skb(run, s.peer, truesize);
  }
  return got;
}

}  // namespace

SkbSize skb_for(const MachineInputs& inputs, std::uint64_t size) {
  const std::uint32_t head_room = inputs.page_size - kSharedInfo;  // SKB_MAX_HEAD(0)
  const std::uint64_t most =
      std::min<std::uint64_t>(inputs.unix_sndbuf / 2 - 64, head_room + kFragments);
  const auto length = static_cast<std::uint32_t>(std::min(size, most));
  const auto pages = [&](std::uint32_t n) {
    return (n + inputs.page_size - 1) / inputs.page_size * inputs.page_size;
  };
  std::uint32_t paged = length > head_room ? pages(length - head_room) : 0;
  paged = std::min(paged, length);
  const std::uint32_t head = (length - paged + 63) / 64 * 64 + kSharedInfo;
  return {length, std::bit_ceil(head) + kSkBuff + pages(paged)};
}

SocketEnds make_unix_pair(Run& run, std::uint32_t flags) {
  World& w = run.w;
  const Index a = w.socks.take();
  const Index b = w.socks.take();
  const SocketEnds ends{make_file(w, FileKind::unix_stream, FileEnd::whole, O_RDWR | flags),
                        make_file(w, FileKind::unix_stream, FileEnd::whole, O_RDWR | flags)};
  const ObjectId object{w.next_object_id++};
  const std::int32_t number = ++w.made[static_cast<int>(FileKind::unix_stream)];
  for (const auto& [file, sock, other] :
       {std::tuple(ends.first, a, b), std::tuple(ends.second, b, a)}) {
    w.socks[sock].wait = make_queue(w, file);
    w.socks[sock].peer = other;
    File& f = w.files[file];
    f.object = sock;
    f.object_id = object;
    f.label_number = number;
    f.peer = file == ends.first ? ends.second : ends.first;
  }
  return ends;
}

void unix_release(Run& run, Index file) {
  World& w = run.w;
  const Index sock = w.files[file].object;
  Sock& s = w.socks[sock];
  Sock& peer = w.socks[s.peer];
  s.dead = true;
  s.shutdown = kBoth;
  if (!peer.dead) {
    peer.shutdown = kBoth;
    if (!s.receive_queue.empty()) peer.error = ECONNRESET;
    state_change(run, peer);
  }
  consume(run, s, s.bytes.size(), nullptr);
  free_queue(w, s.wait);
  if (!peer.dead) return;
  const Index other = s.peer;
  w.socks.give_back(sock);
  w.socks.give_back(other);
}

std::uint32_t unix_level(const World& w, const Sock& s) {
  std::uint32_t mask = 0;
  if (s.error != 0) mask |= EPOLLERR;
  if (s.shutdown == kBoth) mask |= EPOLLHUP;
  if ((s.shutdown & kReceive) != 0) mask |= EPOLLRDHUP | kReadable;
  if (!s.receive_queue.empty()) mask |= kReadable;
  if (writable(w, s, 1)) mask |= kWritable;
  return mask;
}

Answer unix_read(Run& run, Index task, Index file, ReadCall& call, std::string* out) {
  World& w = run.w;
  Sock& s = w.socks[w.files[file].object];
  if (call.count == 0) return 0;
  while (s.receive_queue.empty()) {
    if (s.error != 0) {
      touch(w, file);
      return -std::exchange(s.error, 0);
    }
    if ((s.shutdown & kReceive) != 0) return 0;
    if (!call.slept && (w.files[file].flags & O_NONBLOCK) != 0) return -EAGAIN;
    call.slept = true;  // from here on what the flag says now does not matter
    if (await_queue(run, s.wait)) continue;
    fall_asleep(run, task, {s.wait, Place::head, false}, "unix_stream_data_wait", Why::slept_read);
    return std::nullopt;
  }
  touch_both(w, file);
  const std::uint64_t got = consume(run, s, s.bytes.within_message(call.count), out);
  say_moved(run, file, "unix_stream_read_generic", Why::moved_out, got);
  return static_cast<std::int64_t>(got);
}

Answer unix_write(Run& run, Index task, Index file, WriteCall& call) {
  World& w = run.w;
  Sock& s = w.socks[w.files[file].object];
  Sock& peer = w.socks[s.peer];
  const auto end = [&](int error) {
    if (call.done > 0 && believes(w, Misconception::whole_messages)) peer.bytes.end_message();
    return call.done > 0 ? static_cast<std::int64_t>(call.done) : -std::int64_t{error};
  };
  if (!call.slept && (s.shutdown & kSend) != 0) return -EPIPE;
  while (call.done < call.size) {
    if (s.error != 0) {
      touch(w, file);
      return end(std::exchange(s.error, 0));
    }
    if ((s.shutdown & kSend) != 0) return end(EPIPE);
    if (s.wmem >= w.inputs.unix_sndbuf) {
      if (!call.slept && (w.files[file].flags & O_NONBLOCK) != 0) return end(EAGAIN);
      call.slept = true;
      if (await_queue(run, s.wait)) continue;
      fall_asleep(run, task, {s.wait, Place::head, false}, "sock_wait_for_wmem", Why::slept_write);
      return std::nullopt;
    }
    if (peer.dead || (peer.shutdown & kReceive) != 0) return end(EPIPE);
    const SkbSize skb = skb_for(w.inputs, call.size - call.done);
    s.wmem += skb.truesize;
    peer.receive_queue.push({skb.length, skb.truesize});
    peer.bytes.push({call.text, call.size}, call.done, skb.length);
    call.done += skb.length;
    touch_both(w, file);
    say_moved(run, file, "unix_stream_sendmsg", Why::moved_in, skb.length);
    wake_up(run, peer.wait,
            {.function = "sock_def_readable",
             .why = Why::wakeup_data,
             .key = EPOLLIN | EPOLLPRI | EPOLLRDNORM | EPOLLRDBAND});
  }
  return end(0);
}

int unix_shutdown(Run& run, Index file, std::int32_t how) {
  World& w = run.w;
  if (how < SHUT_RD || how > SHUT_RDWR) return EINVAL;
  const auto mode = static_cast<std::uint8_t>(how + 1);
  Sock& s = w.socks[w.files[file].object];
  Sock& peer = w.socks[s.peer];
  touch_both(w, file);
  s.shutdown = static_cast<std::uint8_t>(s.shutdown | mode);
  state_change(run, s);
  const int across = ((mode & kReceive) != 0 ? kSend : 0) | ((mode & kSend) != 0 ? kReceive : 0);
  peer.shutdown = static_cast<std::uint8_t>(peer.shutdown | across);
  state_change(run, peer);
  return 0;
}

}  // namespace epollscope
