// The machine of every moment. History is what was done to the model, step by step, and a few
// checkpoints; any moment is reached by running the model again from the nearest one.
//
// Invariants
//  1. Running operations 1..n on the first machine always gives the same machine.
//  2. At most kCheckpoints copies are kept; their distance doubles when there are more.
// Not thread-safe; owned by a session.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/model/machine.h"

namespace epollscope {

struct OpCall {
  ActorId actor;
  Request request;
};
struct OpResume {
  ActorId actor;
};
struct OpExpire {
  ActorId actor;
};
struct OpInterrupt {
  ActorId actor;
};
struct OpAbandon {  // its call returned, and the model cannot tell how
  ActorId actor;
};
struct OpTurn {  // a call and all it let run, where the order within it is not the plain one
  std::optional<OpCall> call;
  std::vector<ActorId> timed_out, interrupted;
  std::vector<FileId> expired;  // timers
  Schedule schedule;
};
struct OpTimer {  // an armed timer was seen to have expired
  FileId file;
  std::uint64_t ticks;  // what a read gives
};
struct OpAmount {  // what the next call was seen to move, where TCP alone decides it
  std::uint64_t bytes;
};
struct OpQuota {  // the next call was seen to meet a limit that all programs of the user share
  int error;      // 0: it only got less
};
struct OpFlow {  // what a TCP socket had not sent yet, and whether it had room
  FileId sender;
  std::uint64_t unsent;
  bool writable;
};
struct OpGiveUp {  // something happened that the model has no rules for
  std::string what;
};
struct OpBind {
  Fd fd;
  std::string name;
};
struct OpNameData {
  std::uint64_t data;
  std::string name;
};
struct OpOrder {  // the interest list in the kernel's order, as it was read
  Fd epfd;
  std::shared_ptr<const std::vector<Machine::Row>> rows;
};
// A turn is large, and rare: all operations of a session are kept.
using Op =
    std::variant<OpCall, OpResume, OpExpire, OpInterrupt, OpAbandon, std::shared_ptr<const OpTurn>,
                 OpTimer, OpAmount, OpQuota, OpFlow, OpGiveUp, OpBind, OpNameData, OpOrder>;

// Requires: the operation outlives what is returned.
Turn turn_of(const OpTurn& op);

// What an operation gave; empty for those that only name or order.
Machine::Result apply(Machine& machine, const Op& op, const Machine::Observer& observe = {});

// Whether the actor can do in this machine what it did in the kernel.
bool possible(const Machine& machine, const Op& op);

class History {
 public:
  explicit History(Machine first);

  // The machine after the last step; operations are applied to it by do_op().
  Machine& live() { return live_; }
  [[nodiscard]] const Machine& live() const { return live_; }

  Machine::Result do_op(Op op, const Machine::Observer& observe = {});
  // Takes back what was done since there were that many operations, within the step under way.
  [[nodiscard]] std::size_t operations() const { return ops_.size(); }
  void take_back(std::size_t operations);
  // Grows whenever anything is done or taken back; and whenever the past is told otherwise.
  [[nodiscard]] std::size_t changes() const { return changes_; }
  [[nodiscard]] std::size_t revisions() const { return revisions_; }
  // Nothing was done since the last step ended.
  [[nodiscard]] bool at_rest() const { return ops_.size() == (ends_.empty() ? 0 : ends_.back()); }
  void end_step();  // what was done since belongs to one step
  [[nodiscard]] int steps() const { return static_cast<int>(ends_.size()); }

  // Operations of a step, counted from its first: from `first` on and before `last`. What takes one
  // but since() requires that its step has ended.
  struct Place {
    int step;
    std::size_t first, last;
  };
  // Those of the step under way from the one on that is `first` of all.
  [[nodiscard]] Place since(std::size_t first) const;
  [[nodiscard]] std::size_t operations_since(const Place& place) const;
  [[nodiscard]] Machine before(const Place& place) const;
  // Whether everything behind that place gives, when `machine` is what the place left, the results
  // that it gave. `machine` becomes what it would be now; `ended` hears of each step that ended
  // since and may object.
  bool lives_alike(const Place& place, Machine& machine,
                   const std::function<bool(int step, const Machine&)>& ended) const;
  // Tells that place by all operations of another history; the micro-steps of its step and of those
  // since, the one under way included.
  std::vector<std::vector<MicroStep>> revise(const Place& place, const History& by);

  // The machine after step n, or after that step's first `micro` micro-steps; trees are ranked
  // by what was learned later where it was not known yet.
  [[nodiscard]] Machine at(int n, std::optional<int> micro) const;

  // The machine of somebody who believed `rule` from the first step on and made the same calls
  // until step n. Whatever the belief wakes runs by the end of its step; what the kernel resumed
  // is resumed where the belief has it woken. nullopt: not even the calls could have been made,
  // because the actor of one would still be asleep. Runs the whole history: for a question at a
  // time, not for every step.
  [[nodiscard]] std::optional<Machine> at_believing(int n, Misconception rule) const;

 private:
  struct Checkpoint {
    int step;
    Machine machine;
  };
  [[nodiscard]] Machine replay_to(int n) const;
  [[nodiscard]] Machine replay_into(Machine machine, int n, int micro) const;
  void rank_from_later(Machine& machine, int n) const;
  // Of a step, or of what would come behind the one under way.
  [[nodiscard]] std::size_t begin_of(int step) const;
  [[nodiscard]] std::size_t end_of(int step) const;  // with what the last one left open

  Machine live_;
  std::vector<Op> ops_;
  std::vector<std::size_t> ends_;  // ends_[n - 1]: operations of step n end before this index
  std::vector<Checkpoint> checkpoints_;
  int stride_ = 64;
  std::size_t changes_ = 0, revisions_ = 0;
};

}  // namespace epollscope
