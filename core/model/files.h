// Open files: what poll() answers for each kind, and what happens when the last reference goes.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "core/model/run.h"

namespace epollscope {

// The wait queue poll() of this file puts hooks on, …
Index queue_of(const World& w, Index file);
// … and the other one, which the end of a terminal has; else kNone.
Index second_queue_of(const World& w, Index file);
// False: a terminal that is hung up, whose poll() asks for none.
bool puts_hooks(const World& w, Index file);

// poll() as the kernel calls it, asked for these events: of an instance, a scan that drops what is
// not ready; of a pipe, the promise that every later write wakes; of a datagram socket, its place
// among those who wait for the queue of its peer.
std::uint32_t file_poll(Run& run, Index file, std::uint32_t asked);
// The same answer without touching anything; of a signalfd, what some thread would hear.
std::uint32_t file_level(const World& w, Index file);
// "EPOLLIN|EPOLLOUT"; "nothing" for 0.
std::string show_mask(std::uint32_t mask);

// The micro-step of data that moved: the number of bytes, or what a counter is now.
void say_moved(Run& run, Index file, std::string_view function, Why why, std::uint64_t number);

Index make_file(World& w, FileKind kind, FileEnd end, std::uint32_t flags);
void hold(World& w, Index file);
void fput(Run& run, Index file);  // the last one releases the file and every item on it
// In the middle of a call the kernel puts the release off until the task leaves the kernel, however
// long it sleeps before (task_work_add() in fput()).
void fput_later(Run& run, Index file);
void fput_owed(Run& run, Index task);

// The level of these files may have changed in this call.
void touch(World& w, Index file);
void touch_both(World& w, Index file);  // and of its peer

// Whether a call on a socket may sleep: it has, or neither O_NONBLOCK nor MSG_DONTWAIT forbids it.
template <class Call>
bool may_sleep(const World& w, Index file, const Call& call) {
  if (call.slept) return true;  // from then on what the flag says now does not matter
  return (w.files[file].flags & O_NONBLOCK) == 0 && (call.flags & MSG_DONTWAIT) == 0;
}

// kNone: there is none, or it is of another kind.
Index find_file(const World& w, FileId id, FileKind kind);

void not_modelled(World& w, std::string what);  // the first reason stays

}  // namespace epollscope
