// This very program, executed again as another process that does one thing for this one and dies
// with it: how it is started and ended from here, and what it does first over there.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/owned_fd.h"
#include "core/base/result.h"

namespace epollscope::lab {

// A running child process. Its destructor kills and reaps it.
class ChildProcess {
 public:
  ChildProcess() = default;
  ChildProcess(pid_t pid, OwnedFd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}
  ChildProcess(ChildProcess&& o) noexcept
      : pid_(std::exchange(o.pid_, -1)), pidfd_(std::move(o.pidfd_)), reaped_(o.reaped_) {}
  ChildProcess& operator=(ChildProcess&&) = delete;
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] int pidfd() const { return pidfd_.get(); }  // readable when it has ended
  // How it ended, "was killed by signal 9 (SIGKILL)"; empty while it runs. Reaps it.
  std::string ended();

 private:
  pid_t pid_ = -1;
  OwnedFd pidfd_;
  bool reaped_ = false;
  std::string end_;
};

// A descriptor and its number in the child.
struct Handed {
  int fd = -1;
  int number = -1;
};

// Executes this program with these words as argv, in a session of its own: a Ctrl-C in the
// terminal is the parent's to handle. Beside what is handed to it, the child has whatever is not
// close-on-exec. Requires: each `fd` lies above all the numbers. Error: `name` cannot be started.
Result<ChildProcess> execute(std::vector<std::string> argv, std::span<const Handed> handed,
                             const std::string& name);

// The same file under a number above `least`.
OwnedFd moved_above(OwnedFd fd, int least);

// ---- in the child

// Ends this process with its parent, at once if that has gone already.
void die_with(pid_t parent);

// /dev/null as 0, 1 and 2; false: it cannot be opened.
bool open_null_as_standard();

}  // namespace epollscope::lab
