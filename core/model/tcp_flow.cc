#include "core/model/tcp_flow.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "core/base/overload.h"
#include "core/model/descriptors.h"
#include "core/model/files.h"
#include "core/model/inet_sock.h"
#include "core/model/tcp_queue.h"
#include "core/model/unix_sock.h"
#include "core/model/wait_queue.h"

namespace epollscope {
namespace {

// sk_stream_write_space: who wished to hear of room.
void write_space(Run& run, InetSock& s) {
  s.wants_room = false;
  if (s.wait == kNone) return;
  wake_up(run, s.wait,
          {.function = "sk_stream_write_space", .why = Why::wakeup_space, .key = kSocketWritable});
}

}  // namespace

bool tcp_fits(const World& w, const InetSock& from, std::uint64_t bytes) {
  if (from.peer == kNone) return bytes <= kMostUnread;
  const InetSock& to = w.inets[from.peer];
  return !to.crowded && tcp_has_room(to, bytes);
}

std::int64_t tcp_take_seen(Run& run, Index file, const WriteCall& call) {
  World& w = run.w;
  InetSock& from = inet_of(w, file);
  InetSock& to = w.inets[from.peer];
  const std::uint64_t taken = std::min(call.size, *w.moved);
  *w.moved -= taken;
  touch_both(w, file);
  to.crowded = true;
  if (taken < call.size) from.wants_room = true;
  if (taken == 0) return -EAGAIN;
  say_moved(run, file, "tcp_sendmsg", Why::moved_seen, taken);
  to.coming.push({call.text, call.size}, 0, taken);
  return static_cast<std::int64_t>(taken);
}

void tcp_pass_on(Run& run, Index to, std::uint64_t bytes) {
  InetSock& s = run.w.inets[to];
  if (bytes == 0) return;
  touch_sock(run.w, s);
  s.bytes.take_from(s.coming, bytes);
  note(run, {.function = "tcp_rcv_established",
             .what = MicroStep::What::modified,
             .why = Why::passed_on,
             .file = s.file,
             .args = {std::to_string(bytes)}});
  tcp_data_ready(run, s);
}

std::uint64_t tcp_before_read(Run& run, Index file, std::uint64_t count) {
  World& w = run.w;
  if (!w.moved) return count;
  InetSock& s = inet_of(w, file);
  if (s.bytes.empty()) tcp_pass_on(run, w.files[file].object, std::min(*w.moved, s.coming.size()));
  const std::uint64_t next = std::max(count, s.bytes.size());
  *w.moved -= std::min(*w.moved, s.bytes.size());
  return next;
}

void tcp_flow_seen(Run& run, Index file, std::uint64_t unsent, bool writable) {
  World& w = run.w;
  InetSock& s = inet_of(w, file);
  if (s.peer == kNone || !w.inets[s.peer].crowded) return;
  const Index to = s.peer;
  const std::uint64_t coming = w.inets[to].coming.size();
  if (unsent > coming) return not_modelled(w, "bytes that TCP sends once more");
  tcp_pass_on(run, to, coming - unsent);
  if (writable != s.writable) touch_sock(w, s);
  s.writable = writable;
  if (writable && s.wants_room) write_space(run, s);
  InetSock& end = w.inets[to];
  if (!writable || !end.coming.empty() || !end.bytes.empty()) return;
  end.crowded = false;
  end.segments = 0;
}

bool tcp_flow_is_known(const World& w, Index file, std::uint64_t unsent, bool writable) {
  const InetSock& s = inet_of(w, file);
  if (s.peer == kNone) return true;
  return unsent == w.inets[s.peer].coming.size() && writable == s.writable &&
         !(writable && s.wants_room);
}

void tcp_polled(InetSock& s) {
  if (!s.writable && (s.shutdown & kSendShutdown) == 0) s.wants_room = true;
}

bool tcp_amount_is_open(const World& w, const Request& request) {
  const auto end_of = [&](Fd fd) -> const InetSock* {
    const Index file = file_of(w, fd);
    if (file == kNone || w.files[file].kind != FileKind::tcp) return nullptr;
    const InetSock& s = inet_of(w, file);
    return s.peer == kNone ? nullptr : &s;
  };
  const auto writes = [&](Fd fd, std::uint64_t bytes) {
    const InetSock* s = end_of(fd);
    return s != nullptr && !tcp_fits(w, *s, bytes);
  };
  const auto reads = [&](Fd fd) {
    const InetSock* s = end_of(fd);
    return s != nullptr && s->crowded;
  };
  return std::visit(
      Overload{[&](const WriteBytes& op) { return writes(op.fd, request.bytes.size()); },
               [&](const SendBytes& op) { return writes(op.fd, request.bytes.size()); },
               [&](const WriteAmount& op) { return writes(op.fd, op.n); },
               [&](const SendAmount& op) { return writes(op.fd, op.n); },
               [&](const Fill& op) { return end_of(op.fd) != nullptr; },
               [&](const Drain& op) { return reads(op.fd); },
               [&](const Read& op) { return reads(op.fd); },
               [&](const Recv& op) { return reads(op.fd); }, [](const auto&) { return false; }},
      request.op);
}

}  // namespace epollscope
