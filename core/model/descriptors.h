// The descriptor table: the lowest free number wins, a number is not an open file.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "core/call/outcome.h"
#include "core/model/run.h"

namespace epollscope {

// The slot of a number that is taken; kNone: it is free.
Index slot_of(const World& w, Fd fd);
// The open file behind a number; kNone: not open.
Index file_of(const World& w, Fd fd);
// One of the file's descriptors, of the lab's own process where it has one there; invalid: none.
Fd fd_of(const World& w, Index file);
// The instance behind a number; kNone: not open, or something else.
Index find_ep(const World& w, Fd fd);

// The rest is about the table of the current process.
// The lowest free number from `least` on; kNone: none below the limit (EMFILE).
Index lowest_free(World& w, Index least = 0);
bool room_for_two(World& w);
void install(World& w, Index fd, Index file, bool cloexec);
// A free number is taken before there is a file for it.
void reserve(World& w, Index fd);
void free_reserved(World& w, Index fd);
// Frees the number; the file goes with its last reference.
void close_fd(Run& run, Index fd);

// Another table with the same files: fork(2).
void copy_table(World& w, std::int32_t from, std::int32_t to);
// Closes all; files whose last reference that was go behind the rest, as the task leaves the
// kernel.
void close_table(Run& run, std::int32_t process);

// dup2(2): the number or -errno.
std::int64_t dup2_call(Run& run, const Dup2& op);
// setrlimit(2) of the soft limit: 0 or an errno.
int setrlimit_call(World& w, const Setrlimit& op);
// poll(2), whose pollfds are no more than the descriptor limit allows.
std::vector<Event> poll_call(Run& run, const Poll& op);
// fcntl(2): the result or -errno.
std::int64_t fcntl_call(Run& run, const Fcntl& op);

}  // namespace epollscope
