// Sockets of AF_UNIX that are connected by listen(), connect() and accept() (net/unix/af_unix.c).
// Names are abstract and chosen by the kernel: here a number that no other socket was given.
//
//   connect() sleeps only where the accept queue is full, and wakes nobody but the listener: a
//   socket that somebody watches does not tell that it is connected now.
#pragma once

#include <cstdint>

#include "core/model/pipe.h"
#include "core/model/run.h"

namespace epollscope {

void unix_bind(World& w, Index file);  // a second time: nothing
// 0 or an errno.
int unix_listen(Run& run, Index file, std::int32_t backlog);
// The socket for a place in whose queue the task sleeps, of messages or of connections; kNone: it
// does not.
Index full_queue_of(const World& w, const Task& task);
// 0, or -errno; nullopt: it fell asleep.
Answer unix_stream_connect(Run& run, Index task, Index file, ConnectCall& call);
// The file of the first connection that waits, or -errno; nullopt: it fell asleep.
Answer unix_accept(Run& run, Index task, Index file, std::int32_t flags);

}  // namespace epollscope
