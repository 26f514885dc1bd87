#include "core/model/udp.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/model/files.h"
#include "core/model/inet_sock.h"
#include "core/model/interleave.h"
#include "core/model/signals.h"
#include "core/model/tcp_queue.h"
#include "core/model/unix_sock.h"
#include "core/model/wait_queue.h"

namespace epollscope {
namespace {

constexpr std::uint64_t kLongest4 = 65535 - 20 - 8;  // without the two headers
constexpr std::uint64_t kLongest6 = 65535 - 8;
constexpr std::int32_t kNobody = -1;  // a port that nobody has

// Who receives what `s` sends; kNone: nobody, and that is answered.
Index receiver_of(const World& w, const InetSock& s) {
  for (Index i = 0; i < static_cast<Index>(w.inets.all.size()); ++i) {
    const InetSock& r = w.inets[i];
    if (r.file == kNone || w.files[r.file].kind != FileKind::udp) continue;
    if (!r.has_port || r.v6 != s.v6 || r.port != s.peer_port) continue;
    const bool from_any = r.peer_port == 0 || r.peer_port == kNobody;
    return from_any || r.peer_port == s.port ? i : kNone;
  }
  return kNone;
}

}  // namespace

std::uint32_t udp_level(const InetSock& s) {
  std::uint32_t mask = kSocketWritable;
  if (s.error != 0) mask |= EPOLLERR;
  if ((s.shutdown & kReceiveShutdown) != 0) mask |= EPOLLRDHUP | kReadable;
  if (s.shutdown == kShutdownMask) mask |= EPOLLHUP;
  if (!s.messages.empty()) mask |= kReadable;
  return mask;
}

int udp_connect(Run& run, Index file, std::int32_t port, int unfit) {
  World& w = run.w;
  InetSock& s = inet_of(w, file);
  autobind(w, s);
  if (unfit != 0) return unfit;
  s.addressed = true;
  s.peer_port = port == 0 ? kNobody : port;
  touch(w, file);
  note(run, {.function = "__ip4_datagram_connect",
             .what = MicroStep::What::modified,
             .why = Why::directed,
             .file = file});
  return 0;
}

Answer udp_read(Run& run, Index task, Index file, ReadCall& call, std::string* out) {
  World& w = run.w;
  InetSock& s = inet_of(w, file);
  if (call.count == 0 && !call.recv) return 0;
  while (s.error == 0 && s.messages.empty()) {
    if (!may_sleep(w, file, call)) return -EAGAIN;
    if ((s.shutdown & kReceiveShutdown) != 0) return 0;
    call.slept = true;
    if (await_queue(run, s.wait)) continue;
    if (signal_pending(w, task)) return -kRestartSys;
    wait_for_more_packets(run, task, s.wait, Why::slept_read);
    return std::nullopt;
  }
  touch(w, file);
  if (s.error != 0) return -std::exchange(s.error, 0);
  const std::uint32_t length = s.messages.front();
  const auto got = std::min<std::uint64_t>(length, call.count);
  if ((call.flags & MSG_PEEK) != 0) {
    ByteQueue(s.bytes).pop(got, out);
    return static_cast<std::int64_t>(got);
  }
  s.messages.pop();
  s.bytes.pop(got, out);
  s.bytes.pop(length - got, nullptr);
  if (s.messages.empty()) s.segments = 0;
  say_moved(run, file, "udp_recvmsg", got < length ? Why::moved_cut : Why::moved_out, got);
  return static_cast<std::int64_t>(got);
}

Answer udp_write(Run& run, Index file, WriteCall& call) {
  World& w = run.w;
  InetSock& s = inet_of(w, file);
  autobind(w, s);
  if (!s.v6 && call.size > 0xffff) return -EMSGSIZE;
  if (!s.v6 && (call.flags & MSG_OOB) != 0) return -EOPNOTSUPP;
  if (s.peer_port == 0) return -EDESTADDRREQ;
  if (call.size > (s.v6 ? kLongest6 : kLongest4)) return -EMSGSIZE;
  touch(w, file);
  if (s.error != 0) return -std::exchange(s.error, 0);
  if ((s.shutdown & kSendShutdown) != 0) return -EPIPE;
  const auto size = static_cast<std::uint32_t>(call.size);
  say_moved(run, file, "udp_sendmsg", Why::moved_in, size);
  const Index to = receiver_of(w, s);
  if (to != kNone && !tcp_has_room(w.inets[to], size)) {
    not_modelled(w, "how much a UDP socket holds");
    return size;
  }
  wake_up(run, s.wait,
          {.function = "sock_def_write_space", .why = Why::wakeup_sent, .key = kSocketWritable});
  if (to == kNone) {
    s.error = ECONNREFUSED;
    error_report(run, s);
    return size;
  }
  InetSock& r = w.inets[to];
  r.messages.push(size);
  r.bytes.push({call.text, call.size}, 0, size);
  ++r.segments;
  touch(w, r.file);
  data_ready(run, r);
  return size;
}

int udp_shutdown(Run& run, Index file, std::int32_t how) {
  World& w = run.w;
  const std::uint8_t mode = shutdown_mode(how);
  if (mode == 0) return EINVAL;
  InetSock& s = inet_of(w, file);
  s.shutdown |= mode;
  touch(w, file);
  state_change(run, s);
  return s.peer_port == 0 ? ENOTCONN : 0;
}

void udp_release(World& w, Index file) { free_inet(w, w.files[file].object); }

}  // namespace epollscope
