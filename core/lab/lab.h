// The lab: the real kernel, reached through a child process that makes the system calls.
//
// The child is this program executed again with an empty descriptor table: 0, 1 and 2 are
// /dev/null, its control channel sits at the top of the table, so the first descriptor a
// scenario makes is 3. It has no capability, no new privileges, a seccomp allow-list and
// resource limits, and it dies with its parent.
#pragma once

#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/call/kernel.h"

namespace epollscope {

struct LabOptions {
  int max_actors = 64;
};

// Starts a lab. Call from a thread that outlives it. Errors: the environment forbids it (the
// error says what and the remedy).
Result<std::unique_ptr<Kernel>> start_lab(const LabOptions& options = {});

// To be called first in main() of every program that starts labs: when this process was
// executed to be a lab, runs it and never returns; otherwise does nothing.
void run_lab_if_asked(int argc, char** argv);

}  // namespace epollscope
