// The meter: what poll(2), select(2) and epoll_wait(2) take on n descriptors, measured on the
// running kernel.
//
// The descriptors are eventfds, one of them can be read and the others are idle; the timeout is 0,
// so no call sleeps. A child process measures, this program executed again: it may have more
// descriptors than this process, whose own are not touched, and the lab goes on beside it. No
// seccomp filter is put on it, because that would be part of each call it measures; it runs
// nothing but what is written here, holds a pipe to tell its results, and dies with its parent.
#pragma once

#include <sys/types.h>

#include <memory>

#include "core/meter/readings.h"

namespace epollscope {

// Not thread-safe; one owner, the thread that made it, which outlives the child.
class Meter {
 public:
  Meter();
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;
  ~Meter();

  // Begins to measure, for each n up to `most`; what was measured before is gone. That it cannot
  // begin is trouble too. All of it takes a second or two.
  void start(int most = kMeterCounts.back());
  // Ends it early, and waits for that: the kernel takes some 10 ms to close 10,000 descriptors.
  // What was measured stays.
  void stop();
  [[nodiscard]] bool running() const { return child_ != nullptr && !readings_.done; }

  // Readable when hear() has something to hear, be it the end of a child that is done; -1: there
  // is no child.
  [[nodiscard]] int wait_fd() const;
  // Takes what the child has said; true when that changed something. Never blocks.
  bool hear();
  [[nodiscard]] const MeterReadings& readings() const { return readings_; }
  [[nodiscard]] pid_t pid() const;  // of the child; -1: there is none

 private:
  struct Child;
  bool read_lines();

  std::unique_ptr<Child> child_;
  MeterReadings readings_;
};

// To be called first in main() of every program that has a meter: when this process was executed
// to measure, does that and never returns; otherwise does nothing.
void run_meter_if_asked(int argc, char** argv);

}  // namespace epollscope
