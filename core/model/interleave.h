// Several tasks inside the kernel at once. A call that wakes threads goes on while they run; on the
// real kernel the scheduler and the other processors decide where. Here a schedule decides: a row
// of numbers, one for each point at which more than one task can go on.
//
// What the kernel does in a work queue runs beside them all.
//
// The points are where the kernel takes or has just let go of a lock that another task may want: in
// front of each entry of a wait queue that is walked, in front of each item that a scan asks,
// before a scan ends, before a task looks at a list again. Between two points a task is alone.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/call/outcome.h"
#include "core/call/request.h"
#include "core/model/machine.h"
#include "core/model/run.h"

namespace epollscope {

// Runs a turn; model code reaches it as Run::others.
class Interleaving {
 public:
  Interleaving(World& w, const Machine& machine, const Turn& turn, const Schedule& schedule,
               const Machine::Observer& observe, const Dice& dice);
  ~Interleaving();
  Interleaving(const Interleaving&) = delete;
  Interleaving& operator=(const Interleaving&) = delete;

  // Until no task can go on. `fits` is asked of each return; after a false nothing is chosen any
  // more.
  Interleaved run(const Fits& fits);

  // ---- for the task that runs
  // Another task may go on here.
  void point();
  // Goes on when `free` says so; the tasks that run meanwhile make it so.
  void await(const std::function<bool()>& free);

 private:
  struct Strand;
  [[nodiscard]] std::vector<std::function<Strand*()>> able();
  [[nodiscard]] std::optional<std::size_t> place_of_caller() const;
  [[nodiscard]] bool others_ready() const;
  std::size_t choose(const Ready& ready);
  Strand* add(Index task, std::function<std::optional<Outcome>(Run&)> body);

  World& w_;
  const Machine& machine_;
  const Turn& turn_;
  const Schedule& schedule_;
  const Machine::Observer& observe_;
  const Dice& dice_;
  std::vector<std::unique_ptr<Strand>> strands_;
  std::vector<Index> timed_out_, interrupted_, expired_;
  Strand* current_ = nullptr;
  Strand* caller_ = nullptr;  // what wakes others: the call until it sleeps, an expiry
  Interleaved result_;
};

// Lets another task go on, where there is one.
inline void point(Run& run) {
  if (run.others != nullptr) run.others->point();
}

// The mutex of an instance (ep->mtx): held by epoll_ctl, by a scan, while an item is removed
// because its file was closed, and while the instance itself goes.
class EpMutex {
 public:
  EpMutex(Run& run, Index ep);
  ~EpMutex();
  EpMutex(const EpMutex&) = delete;
  EpMutex& operator=(const EpMutex&) = delete;

 private:
  Run& run_;
  Index ep_;
};

// The lock of a wait queue, held by whoever walks it.
class QueueLock {
 public:
  QueueLock(Run& run, Index queue);
  ~QueueLock();
  QueueLock(const QueueLock&) = delete;
  QueueLock& operator=(const QueueLock&) = delete;

 private:
  Run& run_;
  Index queue_;
};

// Waits until nobody else walks the queue. True: it had to, so what was looked at may have changed.
bool await_queue(Run& run, Index queue);

}  // namespace epollscope
