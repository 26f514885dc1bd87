// The lab: the real kernel, reached through a child process that makes the system calls.
//
// The child is this program executed again with an empty descriptor table: 0, 1 and 2 are
// /dev/null, its control channel sits at the top of the table, so the first descriptor a
// scenario makes is 3. It has no capability, no new privileges, a seccomp allow-list and
// resource limits, and it dies with its parent.
//
// What a call gives back is the kernel's own answer, with these limits of the transport:
// at most 2 MiB of what one read() or epoll_wait() stored travel back (the returned number is
// the real one); a string longer than 2 MiB is refused with EMSGSIZE and not written; an actor
// beyond LabOptions::max_actors gets EAGAIN, as pthread_create(3) says it; a process that has
// ended, or was never forked, gets ESRCH for each call; and what seccomp refuses gives EPERM. The
// descriptors of the control channel do not exist for a scenario: any call on them gives EBADF.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/call/kernel.h"

namespace epollscope {

struct LabOptions {
  int max_actors = 64;
};

// A system call the lab must not make, tried from inside it.
struct ForbiddenCall {
  std::string name;  // "open /etc/passwd"
  int error = 0;     // errno it gave; 0: it was allowed, which is a defect
};

class Lab : public Kernel {
 public:
  // Thread id of an actor; -1 while it has none. Any thread may not; the owner may.
  [[nodiscard]] virtual int tid_of(ActorId actor) const = 0;

  // Tries, inside the lab, calls that no scenario may make, and says what became of each.
  virtual Result<std::vector<ForbiddenCall>> try_forbidden_calls() = 0;
};

// Starts a lab. Call from a thread that outlives it: the kernel kills the lab when the thread
// that started it ends (prctl(2), PR_SET_PDEATHSIG). Errors: the environment forbids it (the
// error says what and the remedy).
Result<std::unique_ptr<Lab>> start_lab(const LabOptions& options = {});

// How many descriptor numbers a lab started now has, 0, 1 and 2 among them: 65,536, or less where
// the hard limit of this process (ulimit -Hn) is lower. The next descriptor gives EMFILE.
int lab_descriptor_limit();

// Whether openpty() can succeed in a lab started now: it needs /dev/ptmx, and Landlock, which keeps
// everything else closed.
bool lab_offers_terminals();

// To be called first in main() of every program that starts labs: when this process was
// executed to be a lab, runs it and never returns; otherwise does nothing.
void run_lab_if_asked(int argc, char** argv);

}  // namespace epollscope
