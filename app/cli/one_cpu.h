// Keeps this thread, and the lab it starts, on one CPU. A step is a round trip between the two;
// on one CPU it is a switch of context, on two the wakeup of a CPU that has gone idle, which takes
// several times as long. Only for programs of one thread, where there is nothing to run side by
// side: the kernel's answers are the same.
#pragma once

#include <sched.h>

#include "core/script/program.h"

namespace epollscope::cli {

class OneCpu {
 public:
  // Does nothing for a program of several threads, or where the system refuses.
  explicit OneCpu(const Program& program);
  ~OneCpu();  // this thread may run anywhere again; a lab that was started stays
  OneCpu(const OneCpu&) = delete;
  OneCpu& operator=(const OneCpu&) = delete;

 private:
  cpu_set_t before_{};
  bool pinned_ = false;
};

}  // namespace epollscope::cli
