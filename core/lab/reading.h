// What a thread reads from. A signal restarts a read by its number, which may mean another file by
// then, so the handler, which runs right before, looks again. A read that has got its bytes is not
// restarted, though its handler may run before it returns.
#pragma once

#include <csignal>

#include "core/lab/descriptors.h"

namespace epollscope::lab {

// Of the calling thread: between these its handlers look.
void begin_reading(const Descriptors& descriptors, std::int32_t fd);
FdKind end_reading();  // what it read from

// The handler of every signal that a scenario handles (SA_SIGINFO).
void on_signal(int signal, siginfo_t* info, void* context);

// Whether the system call that a handler's context came out of is made once more when it returns.
bool is_made_again(const void* context);

}  // namespace epollscope::lab
