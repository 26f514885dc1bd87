#include "core/model/tcp_queue.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/model/files.h"
#include "core/model/inet_sock.h"
#include "core/model/interleave.h"
#include "core/model/signals.h"
#include "core/model/tcp.h"
#include "core/model/unix_sock.h"
#include "core/model/wait_queue.h"

namespace epollscope {
namespace {

// The urgent byte is the next one.
bool at_mark(const InetSock& s) { return s.urgent != Urgent::none && s.urgent_in == 0; }

// What a read moves along: the socket's own, or for MSG_PEEK a copy.
struct Cursor {
  ByteQueue& bytes;
  Urgent& urgent;
  std::uint64_t& urgent_in;
  bool oobinline;

  void pop(std::uint64_t count, std::string* out) {
    bytes.pop(count, out);
    if (urgent == Urgent::none) return;
    if (count > urgent_in) {
      urgent = Urgent::none;
    } else {
      urgent_in -= count;
    }
  }

  // The loop of tcp_recvmsg_locked; a read ends in front of the urgent byte, the next one begins
  // behind it.
  std::uint64_t take(std::uint64_t count, bool first, std::string* out) {
    std::uint64_t got = 0;
    while (got < count && !bytes.empty()) {
      if (urgent != Urgent::none && urgent_in == 0) {
        if (!first) break;
        if (!oobinline) {
          pop(1, nullptr);
          continue;
        }
      }
      std::uint64_t part = std::min(count - got, bytes.size());
      if (urgent != Urgent::none && urgent_in > 0) part = std::min(part, urgent_in);
      pop(part, out);
      got += part;
      first = false;
    }
    return got;
  }
};

std::uint64_t take(InetSock& s, std::uint64_t count, bool first, bool peek, std::string* out) {
  if (!peek) {
    const std::uint64_t got =
        Cursor{s.bytes, s.urgent, s.urgent_in, s.options.oobinline}.take(count, first, out);
    if (s.bytes.empty()) s.segments = 0;
    return got;
  }
  ByteQueue bytes = s.bytes;
  Urgent urgent = s.urgent;
  std::uint64_t urgent_in = s.urgent_in;
  return Cursor{bytes, urgent, urgent_in, s.options.oobinline}.take(count, first, out);
}

Answer read_urgent(World& w, Index file, const ReadCall& call, std::string* out) {
  InetSock& s = inet_of(w, file);
  if (s.options.oobinline || s.urgent == Urgent::none || s.urgent == Urgent::read) return -EINVAL;
  if (s.state == TcpState::close && !s.done) return -ENOTCONN;
  touch(w, file);
  if ((call.flags & MSG_PEEK) == 0) s.urgent = Urgent::read;
  if (call.count == 0) return 0;
  ByteQueue bytes = s.bytes;
  bytes.pop(s.urgent_in, nullptr);
  bytes.pop(1, out);
  return 1;
}

// What a read of an empty queue ends with; nullopt: it waits.
Answer nothing_there(World& w, Index file, InetSock& s, bool waits) {
  if (s.done) return 0;
  if (s.error != 0) {
    touch(w, file);
    return -std::exchange(s.error, 0);
  }
  if ((s.shutdown & kReceiveShutdown) != 0) return 0;
  if (s.state == TcpState::close) return -ENOTCONN;
  if (!waits) return -EAGAIN;
  return std::nullopt;
}

}  // namespace

bool tcp_has_room(const InetSock& s, std::uint64_t bytes) {
  return s.bytes.size() + bytes <= kMostUnread && s.segments < kMostSegments;
}

void tcp_data_ready(Run& run, const InetSock& s) {
  if (s.done || (s.state != TcpState::listen && s.bytes.size() >= s.options.lowat))
    data_ready(run, s);
}

void tcp_receive(Run& run, Index sock, const Source& source, bool urgent) {
  InetSock& s = run.w.inets[sock];
  touch_sock(run.w, s);
  if (urgent) {
    // The mark moves on, and what was urgent and is next to be read is lost.
    if (at_mark(s) && !s.options.oobinline && !s.bytes.empty()) s.bytes.pop(1, nullptr);
    s.urgent = Urgent::waiting;
    s.urgent_in = s.bytes.size() + source.size - 1;
    data_ready(run, s);
  }
  s.bytes.push(source, 0, source.size);
  ++s.segments;
  tcp_data_ready(run, s);
}

std::uint32_t tcp_level(const InetSock& s) {
  if (s.state == TcpState::listen) return s.accept_queue.empty() ? 0 : kReadable;
  std::uint32_t mask = s.writable || (s.shutdown & kSendShutdown) != 0 ? kWritable : 0;
  if (s.shutdown == kShutdownMask || s.state == TcpState::close) mask |= EPOLLHUP;
  if ((s.shutdown & kReceiveShutdown) != 0) mask |= kReadable | EPOLLRDHUP;
  const std::uint64_t wanted = s.options.lowat + (at_mark(s) && !s.options.oobinline ? 1 : 0);
  if (s.bytes.size() >= wanted) mask |= kReadable;
  if (s.urgent == Urgent::waiting) mask |= EPOLLPRI;
  if (s.error != 0) mask |= EPOLLERR;
  return mask;
}

std::int64_t tcp_readable(const InetSock& s) {
  if (s.state == TcpState::listen) return -1;
  const bool marked = !s.options.oobinline && s.urgent != Urgent::none;
  return static_cast<std::int64_t>(marked ? s.urgent_in : s.bytes.size());
}

Answer tcp_read(Run& run, Index task, Index file, ReadCall& call, std::string* out) {
  World& w = run.w;
  InetSock& s = inet_of(w, file);
  if (call.count == 0 && !call.recv) return 0;  // of whatever socket
  if (s.state == TcpState::listen) return -ENOTCONN;
  if (call.count == 0 && call.slept) return 0;
  if ((call.flags & MSG_OOB) != 0) return read_urgent(w, file, call, out);
  const bool peek = (call.flags & MSG_PEEK) != 0;
  const bool whole = (call.flags & MSG_WAITALL) != 0;
  const std::uint64_t wanted = std::max<std::uint64_t>(
      1, whole ? call.count : std::min<std::uint64_t>(s.options.lowat, call.count));
  const auto end = [&](std::uint64_t last) {
    const std::uint64_t all = call.done + last;
    if (out != nullptr) out->insert(0, std::exchange(call.got, {}));
    if (last > 0) say_moved(run, file, "tcp_recvmsg", Why::moved_out, last);
    return static_cast<std::int64_t>(all);
  };
  for (;;) {
    const bool waits = may_sleep(w, file, call);
    const bool empty = s.bytes.empty();
    const bool ended = call.done > 0 && at_mark(s);
    if (!empty) touch(w, file);
    const std::uint64_t got =
        ended ? 0 : take(s, call.count - call.done, call.done == 0, peek, out);
    const std::uint64_t all = call.done + got;
    if (ended || all >= wanted || (call.count == 0 && !empty)) return end(got);
    if (all > 0) {
      const bool goes_on = waits && s.error == 0 && s.state != TcpState::close &&
                           (s.shutdown & kReceiveShutdown) == 0 && !at_mark(s);
      if (!goes_on) return end(got);
    } else if (const Answer answer = nothing_there(w, file, s, waits)) {
      return answer;
    }
    if (got > 0) {
      if (peek) not_modelled(w, "a MSG_PEEK that waits for more");
      say_moved(run, file, "tcp_recvmsg", Why::moved_out, got);
      call.done = all;
      if (out != nullptr) call.got.append(std::exchange(*out, {}));
    }
    call.slept = true;
    if (await_queue(run, s.wait)) continue;
    if (signal_pending(w, task)) {
      if (all > 0) return end(got);
      return -kRestartSys;
    }
    fall_asleep(run, task, {s.wait, Place::head, false}, "sk_wait_data", Why::slept_read);
    return std::nullopt;
  }
}

}  // namespace epollscope
