// Wait queues and the tasks that sleep on them: __add_wait_queue, __wake_up_common,
// autoremove_wake_function of the kernel.
//
// A queue is walked from its head. Hooks of epoll run their callback and stay; a sleeping task
// is taken off and becomes runnable; a relay is taken off and wakes the queue of its socket. The
// walk ends after `exclusive` exclusive entries that took the wakeup (0: none stop it).
#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <string_view>

#include "core/model/run.h"

namespace epollscope {

Index make_queue(World& w, Index file);
void free_queue(World& w, Index queue);
// For those who look on: of a queue that several files share, the one whose entry comes first.
void tell_file_of(World& w, Index queue);

void add_entry_head(World& w, Index queue, Index entry);
void add_entry_tail(World& w, Index queue, Index entry);
void remove_entry(World& w, Index entry);  // nothing when it is not queued

// What poll() answers and a wakeup's key says: of most files, and of UDP and AF_UNIX sockets.
inline constexpr std::uint32_t kReadable = EPOLLIN | EPOLLRDNORM;
inline constexpr std::uint32_t kWritable = EPOLLOUT | EPOLLWRNORM;
inline constexpr std::uint32_t kSocketWritable = kWritable | EPOLLWRBAND;

inline constexpr int kAll = 0;
struct Wakeup {
  std::string_view function;
  Why why;
  std::uint32_t key = 0;  // 0: unknown, passes every filter
  int exclusive = 1;
};
void wake_up(Run& run, Index queue, const Wakeup& wakeup);
// The same for who holds the queue's lock already.
void wake_up_locked(Run& run, Index queue, const Wakeup& wakeup);

// Wakes the first task of a queue of tasks only (ep->wq).
void wake_one(Run& run, Index queue);

// ---- tasks

Index task_of(World& w, ActorId actor);          // made when it is new
Index find_task(const World& w, ActorId actor);  // kNone: never seen

enum class Place : std::uint8_t { head, tail, nowhere };  // nowhere: only time wakes it
struct Bed {
  Index queue = kNone;
  Place place = Place::nowhere;
  bool exclusive = false;
  std::uint32_t wants = 0;  // wakes for these bits only; 0: for any
};
void fall_asleep(Run& run, Index task, Bed bed, std::string_view function, Why why);

}  // namespace epollscope
