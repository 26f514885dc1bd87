// Signals, as kernel/signal.c has them: what is pending for each thread, what sigaction() chose for
// its process, whom a signal wakes, and what happens to it when its thread leaves the kernel.
// Signals are sent to threads; a process that fork() made has one. Of SIGCHLD, which is sent to a
// process of several, not all is modelled.
//
//   A signal wakes a thread that sleeps, unless the thread blocks it or the process ignores it.
//   What the thread then finds decides: most calls look at what they wait for first. An idle thread
//   handles a signal at once; one in a call, when it leaves it.
#pragma once

#include <cstdint>
#include <string>

#include "core/model/run.h"

namespace epollscope {

// Errors that no program sees: a call that a signal ended is made again, the first kind unless a
// handler without SA_RESTART ran, the second unless any ran. Else it gives EINTR.
inline constexpr int kRestartSys = 512;    // ERESTARTSYS
inline constexpr int kRestartBlock = 516;  // ERESTART_RESTARTBLOCK

inline bool is_restart(int error) { return error == kRestartSys || error == kRestartBlock; }

std::uint64_t pending_set(const Task& task);
std::string signal_name(int signal);              // "SIGUSR1", or "signal 40"
std::string signal_names(std::uint64_t mask);     // "SIGUSR1, SIGUSR2"; empty for 0
bool signal_pending(const World& w, Index task);  // as the kernel asks in the middle of a call

// tgkill() of a thread, kill() of a process that fork() made, sigaction() of the C library,
// rt_sigprocmask(): 0 or an errno.
int do_tkill(Run& run, const Kill& op);
int do_sigaction(Run& run, Index task, const Sigaction& op);
int do_sigprocmask(Run& run, Index task, const Sigprocmask& op);

void send_sig(Run& run, Index task, int signal);  // from inside the kernel: SIGPIPE
void send_sigchld(Run& run, Index task);          // to the process of the task that had forked

// The mask of epoll_pwait. Where it ends with EINTR, the old one comes back in exit_to_user_mode().
void set_user_sigmask(World& w, Index task, std::uint64_t mask);
void restore_saved_sigmask(World& w, Index task);

// The next pending signal that is in `mask`, which is pending no more; 0: there is none.
int dequeue_signal(World& w, Index task, std::uint64_t mask);
// Waits until nobody sends a signal.
void await_siglock(Run& run);

struct Handled {
  int signal = 0;         // whose handler ran first; 0: none did
  bool restarts = false;  // it has SA_RESTART
};
// The task leaves the kernel: every signal that it does not block is handled, and each handler
// returns.
Handled exit_to_user_mode(Run& run, Index task);

}  // namespace epollscope
