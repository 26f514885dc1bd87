// The descriptor table: the lowest free number wins, a number is not an open file.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "core/call/outcome.h"
#include "core/model/run.h"

namespace epollscope {

// The open file behind a number; kNone: not open.
Index file_of(const World& w, Fd fd);
// The instance behind a number; kNone: not open, or something else.
Index find_ep(const World& w, Fd fd);

// The lowest free number from `least` on; kNone: none below the limit (EMFILE).
Index lowest_free(World& w, Index least = 0);
void install(World& w, Index fd, Index file, bool cloexec);
// A free number is taken before there is a file for it.
void reserve(World& w, Index fd);
void free_reserved(World& w, Index fd);
// Frees the number; the file goes with its last reference.
void close_fd(Run& run, Index fd);

// dup2(2): the number or -errno.
std::int64_t dup2_call(Run& run, const Dup2& op);
// setrlimit(2) of the soft limit: 0 or an errno.
int setrlimit_call(World& w, const Setrlimit& op);
// poll(2), whose pollfds are no more than the descriptor limit allows.
std::vector<Event> poll_call(Run& run, const Poll& op);
// fcntl(2): the result or -errno.
std::int64_t fcntl_call(Run& run, const Fcntl& op);

}  // namespace epollscope
