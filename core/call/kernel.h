// The one interface behind which either kernel stands: the lab (real system calls in a child
// process) or the model (no system call at all, virtual time).
//
// Asynchronous: submit() never blocks, take() hands out what has happened since. A call is
// *blocked* only when the kernel is at rest: every actor is idle or asleep inside its call and
// nothing that could change that is under way. Not thread-safe; one owner.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/call/outcome.h"
#include "core/call/request.h"

namespace epollscope {

struct Notification {
  enum class Kind : std::uint8_t {
    returned,  // `actor` finished its call with `outcome`
    at_rest,   // nothing moves any more; `blocked` lists the actors asleep inside a call
    died,      // the kernel is gone; `text` says why. Nothing follows.
  };
  Kind kind = Kind::at_rest;
  ActorId actor;
  Outcome outcome;
  std::vector<ActorId> blocked;
  std::string text;
};

// What one descriptor of the lab shows without changing anything: a level poll and queue counts.
struct Level {
  Fd fd;
  std::uint32_t revents = 0;         // of poll(fd, IN|OUT|PRI|RDHUP, timeout 0)
  std::int64_t readable_bytes = -1;  // FIONREAD or the eventfd counter; -1: not known
  std::int64_t capacity = -1;        // F_GETPIPE_SZ, SO_SNDBUF; -1: not known
  std::int64_t unsent_bytes = -1;    // TCP: written and not sent yet; -1: nothing to say
  bool full = false;                 // a TCP socket without room
  // What of `revents` was not asked for, since a poll() for it would change what the socket is
  // told: of a full TCP socket all but OUT, which it lacks; of a datagram socket whose peer may be
  // full OUT.
  std::uint32_t unseen = 0;
};

class Kernel {
 public:
  Kernel() = default;
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;
  virtual ~Kernel() = default;

  // Starts `request` on `actor`; an actor seen for the first time is created.
  // Requires: the actor is idle.
  virtual void submit(ActorId actor, const Request& request) = 0;

  // The next thing that happened, or nullopt when there is nothing new. Never blocks. After a
  // submit() exactly one at_rest follows each time the kernel comes to rest.
  virtual std::optional<Notification> take() = 0;

  // Whether the actor is asleep inside a call, and has been since before the last at_rest. False
  // too when it returned and take() has not said so yet.
  [[nodiscard]] virtual bool still_sleeps(ActorId actor) = 0;

  // Readable when take() has, or may have, something; -1 when take() must be called at once.
  [[nodiscard]] virtual int wait_fd() const = 0;

  // Level polls of descriptors that are not epoll instances. Of other processes than the lab's own
  // timers alone can be looked at; the rest is passed over. Requires: at rest.
  virtual Result<std::vector<Level>> levels(const std::vector<Fd>& fds) = 0;

  // The process to look at in /proc; -1 for the model.
  [[nodiscard]] virtual int pid() const = 0;
  // The same of the process in which `fd` is a number; -1 too where that has ended.
  [[nodiscard]] virtual int pid_of(Fd fd) const = 0;
};

}  // namespace epollscope
