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
#include "core/session/session.h"

namespace epollscope {

// What a step did, and what was seen of it.
struct Witnessed {
  std::optional<OpCall> main;  // nullopt: it waited for sleeping calls
  std::vector<Returned> returned;
};

class Hindsight {
 public:
  explicit Hindsight(int schedules) : schedules_(schedules) {}  // that run_model() tries

  // Of the step under way that place is one of several orders.
  void chose(const History::Place& place, Witnessed what);
  [[nodiscard]] bool has_choices() const { return !open_.empty(); }
  // The lists of the model are those of the kernel: what was chosen before was right.
  void settle() { open_.clear(); }

  // Looks for an order of an earlier step that explains what was seen of it and of `steps` since,
  // and after which `explains` is true of the step under way. True: it was found, the history holds
  // it, and the micro-steps of `steps` are its.
  bool reconsider(History& history, std::vector<StepRecord>& steps,
                  const std::function<bool(const Machine&)>& explains);

 private:
  struct Choice {
    History::Place place;
    Witnessed what;
  };
  static constexpr std::size_t kMost = 32;

  int schedules_;
  std::deque<Choice> open_;  // the oldest first
};

}  // namespace epollscope
