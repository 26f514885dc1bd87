// Pseudoterminals as drivers/tty has them, in the mode of a new one: the slave collects whole lines
// and sends what is typed back to the master (canonical, with echo), and writes a newline as two
// bytes; the master is raw.
//
//   Each end has two wait queues, of those who read and of those who write, and poll() puts a hook
//   on both. Every write wakes the writers of its own end, whatever it brought.
//   What was written waits in the other end's buffer until a work of the kernel's takes it to the
//   line discipline (flush_to_ldisc): only that wakes readers, of the slave once for each line. The
//   work is a task of its own, beside the writer. Who reads or polls an end that has nothing waits
//   for its work first.
//   When the last descriptor of the master goes, the slave is hung up: the open file is another
//   from then on, whose poll() puts no hook anywhere.
//
// The tasks of the scenario have no tty of their own, so that none is stopped or hung up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/model/pipe.h"
#include "core/model/run.h"

namespace epollscope {

inline constexpr std::size_t kTtyRoom = 4095;  // that each end can be read of: N_TTY_BUF_SIZE - 1

struct PtyEnds {
  Index master = kNone;
  Index slave = kNone;
};
int openpty_refused(World& w);  // before numbers are given: 0 or an errno
PtyEnds make_pty(Run& run);
void pty_release(Run& run, Index file);

// poll() as the kernel calls it; the same without waiting for anything.
std::uint32_t pty_poll(Run& run, Index file);
std::uint32_t pty_level(const World& w, const File& file);
Answer pty_read(Run& run, Index task, Index file, ReadCall& call, std::string* out);
Answer pty_write(Run& run, Index task, Index file, WriteCall& call);

// FIONREAD: nullopt where the end is hung up.
std::optional<std::int64_t> pty_readable(const World& w, const File& file);

// ---- the work queue: of World::works each can run, unless it runs already
[[nodiscard]] bool work_can_run(const World& w, Index tty);
// Runs it. Requires: it can run, and was taken off the list.
void flush_to_ldisc(Run& run, Index tty);
// Until none is left.
void run_works(Run& run);

}  // namespace epollscope
