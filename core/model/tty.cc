#include "core/model/tty.h"

#include <fcntl.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/call/request.h"
#include "core/model/descriptors.h"
#include "core/model/files.h"
#include "core/model/interleave.h"
#include "core/model/signals.h"
#include "core/model/wait_queue.h"

namespace epollscope {
namespace {

constexpr std::size_t kUnthrottled = 128;   // TTY_THRESHOLD_UNTHROTTLE
constexpr std::size_t kWriteAtOnce = 2048;  // that a write locks the terminal for

Index tty_of(const World& w, Index file) { return w.files[file].object; }

void touch_end(World& w, Index tty) {
  if (w.ttys[tty].file != kNone) touch(w, w.ttys[tty].file);
}

void wake(Run& run, Index queue, std::string_view function, Why why, std::uint32_t key) {
  wake_up(run, queue, {.function = function, .why = why, .key = key});
}

void say_carried(Run& run, Index tty, std::string_view function, Why why, std::size_t bytes) {
  if (run.w.ttys[tty].file == kNone) return;
  say_moved(run, run.w.ttys[tty].file, function, why, bytes);
}

void check_room(World& w, Index tty) {
  const Tty& t = w.ttys[tty];
  if (t.flip.size() + t.line.size() + t.input.size() > kTtyRoom) {
    not_modelled(w, "how much a pseudoterminal holds");
  }
}

// Whether the lab's first process has it: it looks there whether all has arrived.
bool is_looked_at(const World& w, Index file) {
  const Fd fd = fd_of(w, file);
  return fd.valid() && fd.process == 0;
}

// tty_insert_flip_string_and_push_buffer(): for the work of that end.
void push_buffer(Run& run, Index tty, std::string_view bytes) {
  World& w = run.w;
  Tty& to = w.ttys[tty];
  if (bytes.empty()) return;
  to.flip += bytes;
  check_room(w, tty);
  const Index master = w.ttys[to.master ? tty : to.link].file;
  if (master != kNone && !is_looked_at(w, master)) {
    not_modelled(w, "a pseudoterminal whose master only a child has");
  }
  w.worked = true;
  if (!to.queued && !to.working) {
    to.queued = true;
    w.works.push_back(tty);
  }
  point(run);
}

// n_tty_receive_buf() of the master.
void receive_raw(Run& run, Index tty, const std::string& bytes) {
  World& w = run.w;
  w.ttys[tty].input += bytes;
  touch_end(w, tty);
  say_carried(run, tty, "n_tty_receive_buf_common", Why::moved_carried, bytes.size());
  wake(run, w.ttys[tty].read_wait, "n_tty_receive_buf_common", Why::wakeup_data, kReadable);
}

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= ' ' && byte != 0x7f);
}

// n_tty_receive_buf() of the slave.
void receive_lines(Run& run, Index tty, const std::string& bytes) {
  World& w = run.w;
  std::string echo;
  say_carried(run, tty, "n_tty_receive_buf_common", Why::moved_carried, bytes.size());
  for (const char typed : bytes) {
    const char c = typed == '\r' ? '\n' : typed;  // ICRNL
    Tty& t = w.ttys[tty];
    t.line += c;
    echo += c == '\n' ? std::string("\r\n") : std::string(1, c);
    if (c != '\n') {
      if (!is_plain(c)) not_modelled(w, "a control character that is typed at a terminal");
      continue;
    }
    t.input += std::exchange(t.line, {});
    touch_end(w, tty);
    wake(run, t.read_wait, "n_tty_receive_char_canon", Why::wakeup_line, kReadable);
  }
  const Index master = w.ttys[tty].link;
  if (w.ttys[tty].hung_up) return;
  say_carried(run, master, "flush_echoes", Why::moved_echo, echo.size());
  for (std::size_t i = 0; i < echo.size();) {  // byte for byte; a newline is one piece
    const std::size_t piece = echo[i] == '\r' ? 2 : 1;
    push_buffer(run, master, std::string_view(echo).substr(i, piece));
    i += piece;
  }
}

// Waits until what was written to this end is there: tty_buffer_flush_work().
void flush_work(Run& run, Index tty) {
  World& w = run.w;
  if (run.others != nullptr) {
    run.others->await([&w, tty] { return !w.ttys[tty].queued && !w.ttys[tty].working; });
    return;
  }
  if (!w.ttys[tty].queued) return;
  std::erase(w.works, tty);
  flush_to_ldisc(run, tty);
}

// Mutex of those who read one end: held by a task that sleeps in read(), too. nullopt: it is this
// task's now.
std::optional<Answer> lock_reading(Run& run, Index task, Index file, ReadCall& call) {
  World& w = run.w;
  Tty& t = w.ttys[tty_of(w, file)];
  if (t.reader == task) return std::nullopt;
  if (t.reader == kNone) {
    t.reader = task;
    return std::nullopt;
  }
  if (!call.slept && (w.files[file].flags & O_NONBLOCK) != 0) return Answer{-EAGAIN};
  if (signal_pending(w, task)) return Answer{-kRestartSys};
  call.slept = true;
  fall_asleep(run, task, {t.read_lock, Place::tail, true}, "n_tty_read", Why::slept_reader);
  return Answer{};
}

void unlock_reading(Run& run, Index tty) {
  World& w = run.w;
  w.ttys[tty].reader = kNone;
  wake(run, w.ttys[tty].read_lock, "n_tty_read", Why::wakeup_next, 0);
}

std::uint64_t within_line(const Tty& t, std::uint64_t count) {
  std::uint64_t most = t.input.size();
  if (!t.master) most = t.input.find('\n') + 1;
  return std::min(count, most);
}

std::int64_t take_bytes(Run& run, Index tty, std::uint64_t count, std::string* out) {
  World& w = run.w;
  Tty& t = w.ttys[tty];
  const std::uint64_t bytes = within_line(t, count);
  if (out != nullptr) out->append(t.input, 0, bytes);
  t.input.erase(0, bytes);
  touch_end(w, tty);
  touch_end(w, t.link);
  say_carried(run, tty, "n_tty_read", Why::moved_out, bytes);
  if (t.input.size() <= kUnthrottled) {
    wake(run, w.ttys[t.link].write_wait, "tty_wakeup", Why::wakeup_space, EPOLLOUT);
  }
  return static_cast<std::int64_t>(bytes);
}

// n_tty_read() under its lock; nullopt: asleep.
Answer read_locked(Run& run, Index task, Index file, ReadCall& call, std::string* out) {
  World& w = run.w;
  const Index tty = tty_of(w, file);
  if (call.count == 0) return 0;
  if (w.ttys[tty].input.empty()) flush_work(run, tty);
  if (!w.ttys[tty].input.empty()) return take_bytes(run, tty, call.count, out);
  if (w.ttys[tty].other_closed) return -EIO;
  if ((w.files[file].flags & O_NONBLOCK) != 0) return -EAGAIN;
  if (signal_pending(w, task)) return -kRestartSys;
  call.slept = true;
  await_queue(run, w.ttys[tty].read_wait);
  fall_asleep(run, task, {w.ttys[tty].read_wait, Place::head, false}, "n_tty_read",
              Why::slept_read);
  return std::nullopt;
}

// process_output_block() and process_output(): what is written at the slave, piece by piece.
void write_output(Run& run, Index to, std::string_view bytes) {
  constexpr std::string_view kAlone = "\n\r\t\b";
  while (!bytes.empty()) {
    const std::size_t plain = std::min(bytes.find_first_of(kAlone), bytes.size());
    push_buffer(run, to, bytes.substr(0, plain));
    bytes.remove_prefix(plain);
    if (bytes.empty()) return;
    push_buffer(run, to, bytes.front() == '\n' ? "\r\n" : bytes.substr(0, 1));
    bytes.remove_prefix(1);
  }
}

std::int64_t write_locked(Run& run, Index task, Index tty, WriteCall& call) {
  World& w = run.w;
  if (signal_pending(w, task)) return -kRestartSys;
  const Index to = w.ttys[tty].link;
  if (call.size > kTtyRoom) not_modelled(w, "how much a pseudoterminal holds");
  const std::string filler(call.text.empty() ? std::min<std::uint64_t>(call.size, kTtyRoom) : 0,
                           kFillerByte);
  const std::string_view all = call.text.empty() ? filler : call.text;
  if (!all.empty()) {
    touch_end(w, tty);
    say_carried(run, tty, "n_tty_write", Why::moved_in, all.size());
  }
  for (std::size_t from = 0; from < all.size(); from += kWriteAtOnce) {
    const std::string_view part = all.substr(from, kWriteAtOnce);
    w.ttys[tty].master ? push_buffer(run, to, part) : write_output(run, to, part);
  }
  return static_cast<std::int64_t>(call.size);
}

Index make_end(World& w, Index file, bool master) {
  const Index tty = w.ttys.take();
  Tty& t = w.ttys[tty];
  t.file = file;
  t.master = master;
  t.read_wait = make_queue(w, file);
  t.write_wait = make_queue(w, file);
  t.read_lock = make_queue(w, file);
  return tty;
}

void free_end(Run& run, Index tty) {
  World& w = run.w;
  flush_work(run, tty);
  for (const Index queue : {w.ttys[tty].read_wait, w.ttys[tty].write_wait, w.ttys[tty].read_lock}) {
    free_queue(w, queue);
  }
  w.ttys.give_back(tty);
}

// __tty_hangup() of the slave.
void hang_up(Run& run, Index tty) {
  World& w = run.w;
  Tty& t = w.ttys[tty];
  t.hung_up = true;
  t.input.clear();
  t.line.clear();
  wake(run, t.write_wait, "tty_ldisc_hangup", Why::wakeup_state, EPOLLOUT);
  wake(run, w.ttys[tty].read_wait, "tty_ldisc_hangup", Why::wakeup_state, EPOLLIN);
  // Who still uses the line discipline is to let go of it.
  for (const Index queue : {w.ttys[tty].read_wait, w.ttys[tty].write_wait}) {
    wake_up(run, queue,
            {.function = "tty_ldisc_lock", .why = Why::wakeup_state, .exclusive = kAll});
  }
}

}  // namespace

int openpty_refused(World& w) {
  if (!w.inputs.terminals) not_modelled(w, "openpty() where the lab may open no terminal");
  if (w.terminals_made++ >= kMostTerminals) return ENOSPC;
  return room_for_two(w) ? 0 : EMFILE;
}

PtyEnds make_pty(Run& run) {
  World& w = run.w;
  const PtyEnds ends{make_file(w, FileKind::pty, FileEnd::master, w.inputs.null_flags),
                     make_file(w, FileKind::pty, FileEnd::slave, O_RDWR)};
  const Index master = make_end(w, ends.master, true);
  const Index slave = make_end(w, ends.slave, false);
  w.ttys[master].link = slave;
  w.ttys[slave].link = master;
  const ObjectId object{w.next_object_id++};
  const std::int32_t number = ++w.made[static_cast<int>(FileKind::pty)];
  for (const Index end : {ends.master, ends.slave}) {
    File& f = w.files[end];
    f.object = end == ends.master ? master : slave;
    f.object_id = object;
    f.label_number = number;
    f.peer = end == ends.master ? ends.slave : ends.master;
  }
  return ends;
}

void pty_release(Run& run, Index file) {
  World& w = run.w;
  const Index tty = tty_of(w, file);
  const Index link = w.ttys[tty].link;
  w.ttys[tty].file = kNone;
  if (!w.ttys[link].gone) {
    w.ttys[link].other_closed = true;
    wake(run, w.ttys[link].read_wait, "pty_close", Why::wakeup_state, 0);
    wake(run, w.ttys[link].write_wait, "pty_close", Why::wakeup_state, 0);
    if (w.ttys[tty].master) hang_up(run, link);
  }
  // Who ends last frees both: the other one may have been closed while this one told of its end.
  w.ttys[tty].gone = true;
  if (!w.ttys[link].gone) return;
  free_end(run, tty);
  free_end(run, link);
}

std::uint32_t pty_level(const World& w, const File& file) {
  const Tty& t = w.ttys[file.object];
  if (t.hung_up) return kReadable | kWritable | EPOLLERR | EPOLLHUP;
  return (t.input.empty() ? 0U : kReadable) | (t.write_locked ? 0U : kWritable) |
         (t.other_closed ? std::uint32_t{EPOLLHUP} : 0U);
}

std::uint32_t pty_poll(Run& run, Index file) {
  World& w = run.w;
  const Index tty = tty_of(w, file);
  if (!w.ttys[tty].hung_up && w.ttys[tty].input.empty()) flush_work(run, tty);
  return pty_level(w, w.files[file]);
}

std::optional<std::int64_t> pty_readable(const World& w, const File& file) {
  const Tty& t = w.ttys[file.object];
  if (t.hung_up) return std::nullopt;
  return static_cast<std::int64_t>(t.input.size());
}

Answer pty_read(Run& run, Index task, Index file, ReadCall& call, std::string* out) {
  World& w = run.w;
  const Index tty = tty_of(w, file);
  if (!call.slept && w.ttys[tty].hung_up) return 0;
  if (const auto busy = lock_reading(run, task, file, call)) return *busy;
  const Answer answer = read_locked(run, task, file, call, out);
  if (answer) unlock_reading(run, tty);
  return answer;
}

Answer pty_write(Run& run, Index task, Index file, WriteCall& call) {
  World& w = run.w;
  const Index tty = tty_of(w, file);
  if (w.ttys[tty].hung_up) return -EIO;
  if (w.ttys[tty].write_locked) {
    if ((w.files[file].flags & O_NONBLOCK) != 0) return -EAGAIN;
    run.others->await([&w, tty] { return !w.ttys[tty].write_locked; });
  }
  w.ttys[tty].write_locked = true;
  const std::int64_t answer = write_locked(run, task, tty, call);
  w.ttys[tty].write_locked = false;
  wake(run, w.ttys[tty].write_wait, "tty_write_unlock", Why::wakeup_written, EPOLLOUT);
  return answer;
}

bool work_can_run(const World& w, Index tty) { return !w.ttys[tty].working; }

void flush_to_ldisc(Run& run, Index tty) {
  World& w = run.w;
  w.ttys[tty].queued = false;
  w.ttys[tty].working = true;
  while (!w.ttys[tty].flip.empty()) {
    const std::string bytes = std::exchange(w.ttys[tty].flip, {});
    if (w.ttys[tty].hung_up) continue;
    w.ttys[tty].master ? receive_raw(run, tty, bytes) : receive_lines(run, tty, bytes);
  }
  w.ttys[tty].working = false;
}

void run_works(Run& run) {
  World& w = run.w;
  while (!w.works.empty()) {
    const Index tty = w.works.front();
    w.works.erase(w.works.begin());
    flush_to_ldisc(run, tty);
  }
}

}  // namespace epollscope
