// Processes, as kernel/fork.c and kernel/exit.c have them, so far as descriptors and signals go:
// fork() of a process of several threads copies the descriptor table and how signals are handled,
// and the child has one thread.
//
//   A process that ends closes its descriptors first, wakes who watches its pidfd, sends its parent
//   SIGCHLD and wakes the threads there that wait for a child. It stays a zombie until one of them
//   has waited for it, unless the parent ignores SIGCHLD by SIG_IGN.
#pragma once

#include <cstdint>
#include <optional>

#include "core/call/outcome.h"
#include "core/model/run.h"

namespace epollscope {

// Whether the actor's process runs.
bool lives(const World& w, ActorId actor);
bool existed(const World& w, ActorId actor);  // it may have ended

Outcome fork_call(Run& run, Index task, const Fork& op);
// Of the task's process: by exit(), or by a signal (0: none).
void end_process(Run& run, Index task, std::int32_t status, int signal);

// Requires: the task's frame is a WaitpidCall. nullopt: it sleeps.
std::optional<Outcome> do_waitpid(Run& run, Index task);
// 0, or the errno with which waitpid() and pidfd_open() refuse a process.
int waitpid_refused(const World& w, Index task, const Waitpid& op);
int pidfd_refused(const World& w, const PidfdOpen& op);

Index make_pidfd(Run& run, std::int32_t process);
void pidfd_release(World& w, Index pidfd);
std::uint32_t pidfd_level(const World& w, const Pidfd& pidfd);

}  // namespace epollscope
