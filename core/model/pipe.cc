#include "core/model/pipe.h"

#include <fcntl.h>
#include <sys/epoll.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <csignal>

#include "core/model/files.h"
#include "core/model/interleave.h"
#include "core/model/signals.h"
#include "core/model/wait_queue.h"

namespace epollscope {
namespace {

constexpr std::uint32_t kSlotsOverLimit = 2;  // PIPE_MIN_DEF_BUFFERS

bool full(const Pipe& p) { return p.slots.size() >= p.max_usage; }

Source source_of(const WriteCall& c) { return {c.text, c.size}; }

// The odd bytes of a write join the last slot when they fit in its page.
void merge_into_last(const World& w, Pipe& p, WriteCall& c) {
  const auto odd = static_cast<std::uint32_t>(c.size % w.inputs.page_size);
  if (odd == 0 || p.slots.empty()) return;
  PipeSlot& last = p.slots.back();
  if (last.packet || last.offset + last.length + odd > w.inputs.page_size) return;
  last.length += odd;
  p.bytes.push(source_of(c), 0, odd);
  c.done = odd;
}

void take_slots(const World& w, Pipe& p, WriteCall& c, bool packet) {
  while (c.done < c.size && !full(p)) {
    const std::uint64_t part = std::min<std::uint64_t>(w.inputs.page_size, c.size - c.done);
    p.slots.push({0, static_cast<std::uint32_t>(part), packet});
    p.bytes.push(source_of(c), c.done, part);
    c.done += part;
  }
}

void wake_readers(Run& run, const Pipe& p, Why why) {
  wake_up(run, p.rd_wait, {.function = "pipe_write", .why = why, .key = kReadable});
}

}  // namespace

std::uint32_t slots_of_a_new_pipe(const World& w) {
  const bool over =
      w.quota_met || w.pipe_pages + w.inputs.pipe_slots > w.inputs.pipe_user_pages_soft;
  return over ? std::min(kSlotsOverLimit, w.inputs.pipe_slots) : w.inputs.pipe_slots;
}

PipeEnds make_pipe(Run& run, std::uint32_t flags) {
  World& w = run.w;
  const Index pipe = w.pipes.take();
  const PipeEnds ends{
      make_file(w, FileKind::pipe, FileEnd::read, O_RDONLY | (flags & O_NONBLOCK)),
      make_file(w, FileKind::pipe, FileEnd::write, O_WRONLY | (flags & (O_NONBLOCK | O_DIRECT)))};
  Pipe& p = w.pipes[pipe];
  p.max_usage = slots_of_a_new_pipe(w);
  w.pipe_pages += p.max_usage;
  p.rd_wait = make_queue(w, ends.reader);
  p.wr_wait = make_queue(w, ends.writer);
  const ObjectId object{w.next_object_id++};
  const std::int32_t number = ++w.made[static_cast<int>(FileKind::pipe)];
  for (const Index end : {ends.reader, ends.writer}) {
    w.files[end].object = pipe;
    w.files[end].object_id = object;
    w.files[end].label_number = number;
    w.files[end].peer = end == ends.reader ? ends.writer : ends.reader;
  }
  return ends;
}

void pipe_release(Run& run, Index file) {
  World& w = run.w;
  const Index pipe = w.files[file].object;
  Pipe& p = w.pipes[pipe];
  (w.files[file].end == FileEnd::read ? p.readers : p.writers) = false;
  if (p.readers || p.writers) {
    const Wakeup all{.function = "pipe_release", .why = Why::wakeup_state, .exclusive = kAll};
    const Index rd_wait = p.rd_wait;
    const Index wr_wait = p.wr_wait;
    wake_up(run, rd_wait, all);
    wake_up(run, wr_wait, all);
    return;
  }
  w.pipe_pages -= p.max_usage;
  free_queue(w, p.rd_wait);
  free_queue(w, p.wr_wait);
  w.pipes.give_back(pipe);
}

std::uint32_t pipe_level(const World& w, const File& file) {
  const Pipe& p = w.pipes[file.object];
  if (file.end == FileEnd::read) {
    return (p.slots.empty() ? 0U : kReadable) | (p.writers ? 0U : std::uint32_t{EPOLLHUP});
  }
  return (full(p) ? 0U : kWritable) | (p.readers ? 0U : std::uint32_t{EPOLLERR});
}

namespace {

struct Taken {
  std::uint64_t bytes = 0;
  bool freed_last = false;  // a slot became free while all were taken
};

Taken take_bytes(Pipe& p, std::uint64_t count, std::string* out) {
  Taken taken;
  while (taken.bytes < count && !p.slots.empty()) {
    PipeSlot& slot = p.slots.front();
    const auto part =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(slot.length, count - taken.bytes));
    const bool packet = slot.packet;
    p.bytes.pop(part, out);
    if (packet) p.bytes.pop(slot.length - part, nullptr);  // the rest of a packet is lost
    slot.offset += part;
    slot.length = packet ? 0 : slot.length - part;
    taken.bytes += part;
    if (slot.length == 0) {
      taken.freed_last = taken.freed_last || full(p);
      p.slots.pop();
    }
    if (packet) break;
  }
  return taken;
}

// Puts in what there is room for.
void put_bytes(Run& run, Index file, Pipe& p, WriteCall& call) {
  const std::uint64_t before = call.done;
  if (!call.slept) merge_into_last(run.w, p, call);
  take_slots(run.w, p, call, (run.w.files[file].flags & O_DIRECT) != 0);
  if (call.done == before) return;
  touch_both(run.w, file);
  say_moved(run, file, "pipe_write", Why::moved_in, call.done - before);
}

}  // namespace

Answer pipe_read(Run& run, Index task, Index file, ReadCall& call, std::string* out) {
  World& w = run.w;
  Pipe& p = w.pipes[w.files[file].object];
  if (call.count == 0) return 0;
  while (p.slots.empty() && p.writers) {
    if (!call.slept && (w.files[file].flags & O_NONBLOCK) != 0) return -EAGAIN;
    call.slept = true;
    if (await_queue(run, p.rd_wait)) continue;
    if (signal_pending(w, task)) return -kRestartSys;
    fall_asleep(run, task, {p.rd_wait, Place::tail, true}, "pipe_read", Why::slept_read);
    return std::nullopt;
  }
  const bool was_full = full(p);
  const Taken taken = take_bytes(p, p.bytes.within_message(call.count), out);
  if (taken.bytes > 0) {
    touch_both(w, file);
    say_moved(run, file, "pipe_read", Why::moved_out, taken.bytes);
  }
  const bool wake_next = call.slept && !p.slots.empty();
  // Before the trait, any read of a full pipe woke writers, room or not.
  if (w.inputs.traits.pipe_read_wakes_when_slot_freed ? taken.freed_last : was_full) {
    wake_up(run, p.wr_wait, {.function = "pipe_read", .why = Why::wakeup_space, .key = kWritable});
  }
  if (wake_next) {
    wake_up(run, p.rd_wait, {.function = "pipe_read", .why = Why::wakeup_next, .key = kReadable});
  }
  return static_cast<std::int64_t>(taken.bytes);
}

Answer pipe_write(Run& run, Index task, Index file, WriteCall& call) {
  World& w = run.w;
  Pipe& p = w.pipes[w.files[file].object];
  if (call.size == 0) return 0;
  const std::uint64_t before = call.done;
  bool was_empty = p.slots.empty();
  int error = EAGAIN;
  while (p.readers) {
    if (!call.slept || !full(p)) {
      was_empty = p.slots.empty();
      put_bytes(run, file, p, call);
      if (call.done == call.size || (w.files[file].flags & O_NONBLOCK) != 0) break;
      if (signal_pending(w, task)) {
        error = kRestartSys;
        break;
      }
      if (was_empty) wake_readers(run, p, Why::wakeup_data);
      call.slept = true;
      continue;  // a reader may have made room
    }
    if (await_queue(run, p.wr_wait)) continue;
    if (signal_pending(w, task)) {
      was_empty = false;
      // A signal lets it look again, and the flag is asked first.
      if ((w.files[file].flags & O_NONBLOCK) == 0) error = kRestartSys;
      break;
    }
    fall_asleep(run, task, {p.wr_wait, Place::tail, true}, "pipe_write", Why::slept_write);
    return std::nullopt;
  }
  if (call.done > 0 && believes(w, Misconception::whole_messages)) p.bytes.end_message();
  if (!p.readers) {
    error = EPIPE;
    send_sig(run, task, SIGPIPE);
  }
  const bool wake_next = call.slept && !full(p);
  const bool every_write = p.poll_usage && w.inputs.traits.pipe_wakes_on_every_write;
  if (was_empty || every_write) {
    wake_readers(run, p, call.done > before ? Why::wakeup_data : Why::wakeup_spurious);
  }
  if (wake_next) {
    wake_up(run, p.wr_wait, {.function = "pipe_write", .why = Why::wakeup_next, .key = kWritable});
  }
  return call.done > 0 ? static_cast<std::int64_t>(call.done) : -std::int64_t{error};
}

std::uint64_t pipe_capacity(const World& w, const Pipe& pipe) {
  return std::uint64_t{pipe.max_usage} * w.inputs.page_size;
}

std::int64_t pipe_set_size(Run& run, Index file, std::uint32_t bytes) {
  World& w = run.w;
  Pipe& p = w.pipes[w.files[file].object];
  if (bytes > (1U << 31)) return -EINVAL;
  const std::uint32_t size = bytes < w.inputs.page_size ? w.inputs.page_size : std::bit_ceil(bytes);
  const std::uint32_t slots = size / w.inputs.page_size;
  if (slots > p.max_usage) {
    const std::uint64_t pages = w.pipe_pages - p.max_usage + slots;
    if (size > w.inputs.pipe_max_size || pages > w.inputs.pipe_user_pages_soft) return -EPERM;
    if (w.quota_met) return -*w.quota_met;
  }
  if (slots < p.slots.size()) return -EBUSY;
  w.pipe_pages += slots;
  w.pipe_pages -= p.max_usage;
  p.max_usage = slots;
  touch_both(w, file);
  wake_up(run, p.wr_wait, {.function = "pipe_resize_ring", .why = Why::wakeup_resized});
  return static_cast<std::int64_t>(size);
}

}  // namespace epollscope
