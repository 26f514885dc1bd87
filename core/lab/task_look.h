// One look at a thread of the lab, for deciding whether it sleeps.
#pragma once

#include <cstdint>
#include <optional>

#include "core/lab/start.h"

namespace epollscope::lab {

struct TaskLook {
  char state = '?';
  std::uint64_t voluntary_switches = 0;
  friend bool operator==(TaskLook, TaskLook) = default;
};

// Keeps the files of one thread in /proc open.
class TaskEyes {
 public:
  // Opens them; errno, or 0. /proc/PID/task/TID/syscall is used when this user may read it.
  int open(pid_t pid, pid_t tid);
  [[nodiscard]] bool is_open() const { return status_.valid(); }

  // State first, switches after it, in one read: proc(5), status. nullopt: the thread is gone.
  [[nodiscard]] std::optional<TaskLook> look() const;

  // False when the kernel says that the thread is on a CPU or waits for one, although its state
  // may read S already: it is about to sleep, or about to find that it need not. The read waits
  // until the thread has left its CPU (wait_task_inactive). True when asleep or when the file may
  // not be read.
  [[nodiscard]] bool off_cpu() const;

 private:
  OwnedFd status_;
  OwnedFd syscall_;
};

}  // namespace epollscope::lab
