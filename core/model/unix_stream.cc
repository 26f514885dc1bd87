#include "core/model/unix_stream.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include "core/model/files.h"
#include "core/model/interleave.h"
#include "core/model/signals.h"
#include "core/model/unix_sock.h"
#include "core/model/wait_queue.h"

namespace epollscope {
namespace {

constexpr std::uint32_t kFragments = 32768;  // UNIX_SKB_FRAGS_SZ

// Bytes off the front of the queue. Each skb that is read to its end is freed.
std::uint64_t consume(Run& run, Index sock, std::uint64_t count, std::string* out) {
  std::uint64_t got = 0;
  while (got < count && !run.w.socks[sock].receive_queue.empty()) {
    Sock& s = run.w.socks[sock];
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

SkbSize stream_skb(const MachineInputs& inputs, std::uint64_t sndbuf, std::uint64_t size) {
  const std::uint32_t head_room = inputs.page_size - kSharedInfo;  // SKB_MAX_HEAD(0)
  const std::uint64_t most = std::min<std::uint64_t>(sndbuf / 2 - 64, head_room + kFragments);
  const auto length = static_cast<std::uint32_t>(std::min(size, most));
  const std::uint32_t paged = length > head_room ? whole_pages(inputs, length - head_room) : 0;
  return {length, skb_truesize(inputs, length, std::min(paged, length))};
}

Answer unix_stream_read(Run& run, Index task, Index file, ReadCall& call, std::string* out) {
  World& w = run.w;
  const Index sock = w.files[file].object;
  const auto s = [&]() -> Sock& { return w.socks[sock]; };  // others may make sockets meanwhile
  if (call.count == 0 && !call.recv) return 0;
  if (!s().connected) return -EINVAL;
  // A signal that ended a sleep comes before what came meanwhile.
  if (call.slept && signal_pending(w, task)) return -kRestartSys;
  while (s().receive_queue.empty()) {
    if (s().error != 0) {
      touch(w, file);
      return -std::exchange(s().error, 0);
    }
    if ((s().shutdown & kReceiveShutdown) != 0) return 0;
    if (!may_sleep(w, file, call)) return -EAGAIN;
    call.slept = true;
    const bool waited = await_queue(run, s().wait);
    if (signal_pending(w, task)) return -kRestartSys;
    if (waited) continue;
    fall_asleep(run, task, {s().wait, Place::head, false}, "unix_stream_data_wait",
                Why::slept_read);
    return std::nullopt;
  }
  if ((call.flags & MSG_PEEK) != 0) {
    const std::uint64_t seen = std::min(call.count, s().bytes.size());
    ByteQueue(s().bytes).pop(seen, out);
    return static_cast<std::int64_t>(seen);
  }
  const std::uint64_t wanted = std::min<std::uint64_t>(s().options.lowat, call.count);
  if (s().bytes.size() < wanted && may_sleep(w, file, call)) {
    not_modelled(w, "SO_RCVLOWAT of a blocking AF_UNIX socket");
  }
  touch_both(w, file);
  const std::uint64_t got = consume(run, sock, s().bytes.within_message(call.count), out);
  say_moved(run, file, "unix_stream_read_generic", Why::moved_out, got);
  return static_cast<std::int64_t>(got);
}

Answer unix_stream_write(Run& run, Index task, Index file, WriteCall& call) {
  World& w = run.w;
  const Index sock = w.files[file].object;
  const auto s = [&]() -> Sock& { return w.socks[sock]; };  // others may make sockets meanwhile
  if (!s().connected) return -ENOTCONN;
  const Index to = s().peer;
  const auto peer = [&]() -> Sock& { return w.socks[to]; };
  const auto broken = [&] {
    const bool silent = call.done > 0 || (call.flags & MSG_NOSIGNAL) != 0;
    if (!silent) send_sig(run, task, SIGPIPE);
    return EPIPE;
  };
  const auto end = [&](int error) {
    if (call.done > 0 && believes(w, Misconception::whole_messages)) peer().bytes.end_message();
    return call.done > 0 ? static_cast<std::int64_t>(call.done) : -std::int64_t{error};
  };
  if (!call.slept && (s().shutdown & kSendShutdown) != 0) return end(broken());
  while (call.done < call.size) {
    if (s().error != 0) {
      touch(w, file);
      return end(std::exchange(s().error, 0));
    }
    if ((s().shutdown & kSendShutdown) != 0) return end(EPIPE);
    if (s().wmem >= send_buffer(w, s())) {
      if (!may_sleep(w, file, call)) return end(EAGAIN);
      call.slept = true;
      if (await_queue(run, s().wait)) continue;
      if (signal_pending(w, task)) return end(kRestartSys);
      fall_asleep(run, task, {s().wait, Place::head, false}, "sock_wait_for_wmem",
                  Why::slept_write);
      return std::nullopt;
    }
    const SkbSize skb = stream_skb(w.inputs, send_buffer(w, s()), call.size - call.done);
    if (peer().dead || (peer().shutdown & kReceiveShutdown) != 0) {
      s().wmem += skb.truesize;  // it is there already, and thrown away
      const bool signal_first = w.inputs.traits.unix_signals_before_it_frees;
      const int error = signal_first ? broken() : EPIPE;
      free_skb(run, sock, skb.truesize);
      return end(signal_first ? error : broken());
    }
    s().wmem += skb.truesize;
    peer().receive_queue.push({skb.length, skb.truesize});
    peer().bytes.push({call.text, call.size}, call.done, skb.length);
    call.done += skb.length;
    touch_both(w, file);
    say_moved(run, file, "unix_stream_sendmsg", Why::moved_in, skb.length);
    wake_receiver(run, peer());
  }
  return end(0);
}

}  // namespace epollscope
