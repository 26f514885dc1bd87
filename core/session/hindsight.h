// Orders that nothing showed at once. When the scheduler has a choice, what returned may fit
// several orders that leave different lists behind, and without an X-ray the session takes the
// first. If a later step contradicts it, an order may be found that explains all that was seen
// since: then the past is told in that order.
//
// Not thread-safe; owned by a session.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "core/session/history.h"
#include "core/session/lockstep.h"

namespace epollscope {

// What a step did, and what was seen of it.
struct Witnessed {
  std::optional<OpCall> main;  // nullopt: it waited for sleeping calls
  std::vector<Returned> returned;
  bool moved_data = false;    // more than one of them read or wrote: nothing shows in which order
  bool outran_timer = false;  // a timer may have expired before the call that ended it
};

class Hindsight {
 public:
  // Of the step under way that place is one of several orders.
  void chose(const History::Place& place, Witnessed what);
  // The lists of the model are those of the kernel: the orders that were chosen have left the right
  // ones. Not of a timer: whether its item is listed may be due to a later expiry.
  void settle();
  // That step is over. What a timer left behind is told apart soon, or never.
  void forget_timers(int step);
  // The step of the oldest choice; nullopt: there is none.
  [[nodiscard]] std::optional<int> oldest() const;

  // Looks for an order of an earlier step that gives what was seen of it, what the model gave
  // since, and after which `explains` is true of the step under way. `agrees`: whether a machine is
  // as the kernel showed itself after an ended step. True: it was found, the history holds it, and
  // `retold` has heard of the micro-steps of its step and of each since, the one under way
  // included.
  bool reconsider(History& history, const std::function<bool(int step, const Machine&)>& agrees,
                  const std::function<bool(const Machine&)>& explains,
                  const std::function<void(int step, std::vector<MicroStep>)>& retold);

 private:
  struct Choice {
    History::Place place;
    Witnessed what;
  };
  static constexpr std::size_t kMost = 64;
  static constexpr int kTimerSteps = 100;

  std::deque<Choice> open_;  // the oldest first
};

}  // namespace epollscope
