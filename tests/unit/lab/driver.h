// Drives a lab from a test: calls one after the other, waiting on wait_fd() in between.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/lab/lab.h"

namespace epollscope {

struct Seen {  // what happened until the kernel was at rest
  std::vector<std::pair<ActorId, Outcome>> returns;
  std::vector<ActorId> blocked;
  std::optional<std::string> death;

  // The outcome of the only return, which is `actor`'s; a failed test otherwise.
  [[nodiscard]] Outcome only(ActorId actor = {}) const;
  [[nodiscard]] bool returned(ActorId actor) const;
};

inline ActorId thread(int n) { return {'T', n}; }

class Driver {
 public:
  Driver();
  [[nodiscard]] Lab& lab() { return *lab_; }

  void submit(ActorId actor, Operation op, std::string bytes = {});
  // The next notification; a failed test and `died` when none comes.
  Notification next();
  // Takes notifications until the kernel is at rest or dead.
  Seen settle();
  Seen run(ActorId actor, Operation op, std::string bytes = {});
  // A call of T1 that returns at once.
  Outcome call(Operation op, std::string bytes = {});

  // Shorthands.
  Fd epoll();
  std::pair<Fd, Fd> pipe(int flags = 0);
  void add(Fd epoll, Fd fd, std::uint32_t events);

 private:
  std::unique_ptr<Lab> lab_;
};

}  // namespace epollscope
