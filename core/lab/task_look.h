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

  // A process of one thread has closed all its files, and whoever waited for that was told.
  [[nodiscard]] bool ended() const;

  // State first, switches after it, in one read: proc(5), status. nullopt: the thread is gone.
  [[nodiscard]] std::optional<TaskLook> look() const;

  // The same of a thread that sleeps, nullopt of any other. Two that are equal mean that it slept
  // all the time from the end of the first look to the beginning of the second.
  //
  // A state of S is not enough for that. A thread sets it a moment before it leaves its CPU, and
  // once more when it was woken and tests what it waited for; in both moments it has switched no
  // more often than when it slept last. So the kernel is asked first whether the thread has left
  // its CPU: to have left it again it must have switched again.
  [[nodiscard]] std::optional<TaskLook> asleep() const;

 private:
  // False: on a CPU, or waiting for one; the read waits for a thread that is just leaving it
  // (wait_task_inactive). True as well when the file may not be read.
  [[nodiscard]] bool off_cpu() const;

  OwnedFd status_;
  OwnedFd syscall_;
};

}  // namespace epollscope::lab
