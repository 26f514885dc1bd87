// What the kernel shows of a process to anybody allowed to look: decoded, never guessed, and
// without touching what is looked at. Reads /proc and calls kcmp(2). And what the
// kernel itself is like.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/owned_fd.h"
#include "core/base/result.h"
#include "core/call/traits.h"

namespace epollscope {

// One `tfd:` line of /proc/PID/fdinfo/EPFD. The lines come in the order of the kernel's tree.
struct InterestRow {
  Fd tfd;
  std::uint32_t events = 0;
  std::uint64_t data = 0;
  std::uint64_t inode = 0;
};

Result<std::vector<InterestRow>> read_interest(int pid, Fd epfd);

// The lists of one process, for whoever looks again and again: it keeps open what it reads. One
// thread at a time.
class InterestReader {
 public:
  // `epfd` may have been closed, and be another instance now.
  Result<std::vector<InterestRow>> read(int pid, Fd epfd);

 private:
  int pid_ = -1;
  std::map<Fd, OwnedFd> files_;  // /proc/PID/fdinfo/EPFD
  std::string text_;
};

// The same from text, for tests: fails with the line that is malformed.
Result<std::vector<InterestRow>> parse_interest(std::string_view fdinfo);

// Whether two descriptors of a process refer to one open file (kcmp KCMP_FILE).
Result<bool> same_open_file(int pid, Fd a, Fd b);

// Open descriptors of a process with what they refer to ("pipe:[123]", "anon_inode:[eventpoll]").
struct OpenFd {
  Fd fd;
  std::string target;
};
Result<std::vector<OpenFd>> read_descriptors(int pid);

// /proc/PID/task/TID/stat and status: state letter ('R', 'S', 'D', 'T' …) and voluntary switches.
struct TaskLook {
  char state = '?';
  std::uint64_t voluntary_switches = 0;
};
Result<TaskLook> read_task(int pid, int tid);

// The traits of the running kernel, tried by this process the first time it is asked: a few system
// calls on descriptors of its own, well below a millisecond. Any thread.
const KernelTraits& probe_traits();

}  // namespace epollscope
