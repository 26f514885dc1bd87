// How a lab process is started: executed anew from this very program, with three descriptors at
// fixed numbers that it moves away before a scenario runs.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/owned_fd.h"
#include "core/base/result.h"
#include "core/lab/child_process.h"
#include "core/lab/shared.h"

namespace epollscope::lab {

inline constexpr const char* kArgv0 = "epollscope-lab";
inline constexpr const char* kArgv1 = "--be-a-lab";  // then: parent's pid, number of actors
inline constexpr int kMemoryFd = 3;                  // the Area
inline constexpr int kReturnsFd = 4;  // eventfd: written once for each call that ended
inline constexpr int kChannelFd = 5;  // stream socket: jobs; its end ends the lab

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
