// How a lab process is started: executed anew from this very program, with three descriptors at
// fixed numbers that it moves away before a scenario runs.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <utility>

#include "core/base/owned_fd.h"
#include "core/base/result.h"
#include "core/lab/shared.h"

namespace epollscope::lab {

inline constexpr const char* kArgv0 = "epollscope-lab";
inline constexpr const char* kArgv1 = "--be-a-lab";  // then: parent's pid, number of actors
inline constexpr int kMemoryFd = 3;                  // the Area
inline constexpr int kReturnsFd = 4;  // eventfd: written once for each call that ended
inline constexpr int kChannelFd = 5;  // stream socket: jobs; its end ends the lab

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

struct Started {
  Area area;
  ChildProcess process;
  OwnedFd returns;
  OwnedFd channel;
};

// Executes the lab; it may still be busy confining itself.
Result<Started> start_process(std::uint32_t actors);

// "the lab was killed by signal 9 (SIGKILL)", or the reason it gave itself.
std::string death_of(const Header& header, const std::string& ended);

}  // namespace epollscope::lab
