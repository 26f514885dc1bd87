#include "core/model/data_calls.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/model/answers.h"
#include "core/model/eventfd.h"
#include "core/model/files.h"
#include "core/model/inotify.h"
#include "core/model/interleave.h"
#include "core/model/pipe.h"
#include "core/model/regular.h"
#include "core/model/signalfd.h"
#include "core/model/tcp.h"
#include "core/model/tcp_flow.h"
#include "core/model/timerfd.h"
#include "core/model/tty.h"
#include "core/model/udp.h"
#include "core/model/unix_dgram.h"
#include "core/model/unix_stream.h"

namespace epollscope {
namespace {

constexpr std::uint64_t kMostBytes = 0x7ffff000;      // MAX_RW_COUNT
constexpr std::uint64_t kPastUserSpace = 1ULL << 40;  // no buffer so long ends below it
constexpr std::uint64_t kDrainChunk = 64 << 10;
constexpr std::uint64_t kFillChunk = 4 << 10;
constexpr std::uint64_t kMostReads = 1'000'000;

int check(const World& w, Index file, std::uint64_t count, std::uint32_t wrong_mode) {
  const File& f = w.files[file];
  if ((f.flags & O_ACCMODE) == wrong_mode) return EBADF;
  if (f.kind == FileKind::epoll || f.kind == FileKind::pidfd) return EINVAL;
  return count > kPastUserSpace ? EFAULT : 0;
}

Outcome outcome_of(std::int64_t answer) {
  return answer >= 0 ? success(answer) : failure(static_cast<int>(-answer));
}

Answer read_file(Run& run, Index task, Index file, ReadCall& call, Outcome& out) {
  std::string* bytes = call.discard ? nullptr : &out.bytes;
  // Of what is read one number is shown.
  const auto read_number = [&](auto read, ValueKind kind) {
    std::uint64_t value = 0;
    const Answer answer = read(run, task, file, call, value);
    if (answer && *answer > 0) {
      out.value = value;
      out.value_kind = kind;
    }
    return answer;
  };
  switch (run.w.files[file].kind) {
    case FileKind::pipe:
      return pipe_read(run, task, file, call, bytes);
    case FileKind::unix_stream:
      return unix_stream_read(run, task, file, call, bytes);
    case FileKind::unix_dgram:
    case FileKind::unix_seqpacket:
      return unix_dgram_read(run, task, file, call, bytes);
    case FileKind::eventfd:
      return read_number(eventfd_read, ValueKind::number);
    case FileKind::timerfd:
      return read_number(timerfd_read, ValueKind::number);
    case FileKind::inotify:
      return read_number(inotify_read, ValueKind::events);
    case FileKind::pty:
      return pty_read(run, task, file, call, bytes);
    case FileKind::tcp:
      return tcp_read(run, task, file, call, bytes);
    case FileKind::udp:
      return udp_read(run, task, file, call, bytes);
    case FileKind::signalfd:
      return read_number(signalfd_read, ValueKind::signal);
    case FileKind::null_device:
    case FileKind::regular:
      return 0;
    case FileKind::epoll:
    case FileKind::pidfd:
    case FileKind::other:
      break;
  }
  return -EINVAL;
}

Answer write_file(Run& run, Index task, Index file, WriteCall& call) {
  switch (run.w.files[file].kind) {
    case FileKind::pipe:
      return pipe_write(run, task, file, call);
    case FileKind::unix_stream:
      return unix_stream_write(run, task, file, call);
    case FileKind::unix_dgram:
    case FileKind::unix_seqpacket:
      return unix_dgram_write(run, task, file, call);
    case FileKind::eventfd:
      return eventfd_write(run, task, file, call);
    case FileKind::regular:
      return regular_write(run, file, call);
    case FileKind::pty:
      return pty_write(run, task, file, call);
    case FileKind::tcp:
      return tcp_write(run, file, call);
    case FileKind::udp:
      return udp_write(run, file, call);
    case FileKind::null_device:
      return static_cast<std::int64_t>(call.size);
    case FileKind::epoll:
    case FileKind::timerfd:
    case FileKind::inotify:
    case FileKind::signalfd:
    case FileKind::pidfd:
    case FileKind::other:
      break;
  }
  return -EINVAL;
}

// One shorthand: `once` with O_NONBLOCK until EAGAIN, the end or an error.
template <class Once>
Outcome repeat(Run& run, Index file, Once once) {
  const std::uint32_t flags = run.w.files[file].flags;
  run.w.files[file].flags |= O_NONBLOCK;
  std::int64_t total = 0;
  std::int64_t answer = once();
  for (; answer > 0 && !run.w.not_modelled; answer = once()) {
    total += answer;
    point(run);  // these are calls of their own
  }
  run.w.files[file].flags = flags;
  return answer == 0 || answer == -EAGAIN ? outcome_of(total) : outcome_of(answer);
}

}  // namespace

int check_read(const World& w, Index file, std::uint64_t count) {
  return check(w, file, count, O_WRONLY);
}

int check_write(const World& w, Index file, std::uint64_t count) {
  const FileKind kind = w.files[file].kind;
  // These have no write operation.
  if (kind == FileKind::timerfd || kind == FileKind::signalfd) return EINVAL;
  return check(w, file, count, O_RDONLY);
}

WriteCall write_frame(const World& w, Index file, const std::string& text) {
  WriteCall call;
  call.text = text;
  call.size = text.size();
  if (w.files[file].kind == FileKind::eventfd && text.size() == sizeof call.value) {
    std::memcpy(&call.value, text.data(), sizeof call.value);
  }
  return call;
}

WriteCall write_frame(const World& w, Index file, std::uint64_t amount) {
  WriteCall call;
  const bool counter = w.files[file].kind == FileKind::eventfd;
  call.size = counter ? sizeof call.value : std::min(amount, kMostBytes);
  if (counter) call.value = amount;
  return call;
}

std::optional<Outcome> do_read(Run& run, Index task) {
  Task& t = run.w.tasks[at(task)];
  auto& call = std::get<ReadCall>(t.frame);
  call.count = std::min(call.count, kMostBytes);
  Outcome out;
  const Answer answer = read_file(run, task, t.file, call, out);
  if (!answer) return std::nullopt;
  const Outcome plain = outcome_of(*answer);
  out.returned = plain.returned;
  out.error = plain.error;
  return out;
}

std::optional<Outcome> do_write(Run& run, Index task) {
  Task& t = run.w.tasks[at(task)];
  const Answer answer = write_file(run, task, t.file, std::get<WriteCall>(t.frame));
  if (!answer) return std::nullopt;
  return outcome_of(*answer);
}

Outcome drain(Run& run, Index task, Index file) {
  const File& f = run.w.files[file];
  if (f.kind == FileKind::eventfd && run.w.eventfds[f.object].semaphore &&
      run.w.eventfds[f.object].count > kMostReads) {
    not_modelled(run.w, "draining a semaphore by more than a million reads");
    return {};
  }
  return repeat(run, file, [&] {
    Outcome unused;
    ReadCall call{.count = kDrainChunk, .discard = true};
    const int error = check_read(run.w, file, call.count);
    if (error != 0) return -std::int64_t{error};
    // As one: how it was cut to pieces, nobody saw.
    if (f.kind == FileKind::tcp) call.count = tcp_before_read(run, file, call.count);
    return *read_file(run, task, file, call, unused);
  });
}

Outcome fill(Run& run, Index task, Index file) {
  if (run.w.files[file].kind == FileKind::null_device) {
    not_modelled(run.w, "filling a device that is never full");
    return {};
  }
  return repeat(run, file, [&] {
    WriteCall call;
    call.size = std::max(kFillChunk, run.w.moved.value_or(0));
    const int error = check_write(run.w, file, call.size);
    return error != 0 ? -std::int64_t{error} : *write_file(run, task, file, call);
  });
}

}  // namespace epollscope
