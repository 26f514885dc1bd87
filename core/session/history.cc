#include "core/session/history.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>

#include "core/base/grow.h"
#include "core/base/overload.h"

namespace epollscope {
namespace {

// Half as many to twice: a machine that watches a thousand files is some 400 KiB.
constexpr std::size_t kCheckpoints = 16;

Machine::Result apply_turn(Machine& machine, const OpTurn& op, const Machine::Observer& observe) {
  const Interleaved done = machine.run(turn_of(op), op.schedule, observe);
  if (!op.call) return {};
  const auto own = done.returned.find(op.call->actor);
  if (own == done.returned.end()) return {.blocked = true, .outcome = {}};
  return {.blocked = false, .outcome = own->second};
}

// What every actor's call gave that the operation ended.
std::map<ActorId, Outcome> results(Machine& machine, const Op& op) {
  if (const auto* turn = std::get_if<std::shared_ptr<const OpTurn>>(&op)) {
    return machine.run(turn_of(**turn), (*turn)->schedule).returned;
  }
  const Machine::Result r = apply(machine, op);
  if (r.blocked) return {};
  return {{ActorId{}, r.outcome}};  // of the one that the operation names
}

bool same_results(Machine& a, Machine& b, const Op& op) {
  const auto of_a = results(a, op);
  const auto of_b = results(b, op);
  return std::ranges::equal(of_a, of_b, [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.same_result(y.second);
  });
}

std::set<ActorId> woken(const Machine& machine) {
  const std::vector<ActorId> all = machine.runnable();
  return {all.begin(), all.end()};
}

bool makes_a_call(const Op& op) {
  return std::holds_alternative<OpCall>(op) ||
         std::holds_alternative<std::shared_ptr<const OpTurn>>(op);
}

void run_all(Machine& machine) {
  for (auto woken = machine.runnable(); !woken.empty(); woken = machine.runnable()) {
    machine.resume(woken.front());
  }
}

}  // namespace

bool possible(const Machine& machine, const Op& op) {
  const auto asleep = [&](ActorId actor, const auto& fits) {
    return std::ranges::any_of(machine.threads(), [&](const ThreadState& t) {
      return t.actor == actor && t.state == TaskState::blocked && fits(t);
    });
  };
  return std::visit(
      Overload{
          [&](const OpCall& o) { return machine.idle(o.actor); },
          [&](const OpResume& o) {
            const std::vector<ActorId> woken = machine.runnable();
            return std::ranges::find(woken, o.actor) != woken.end();
          },
          [&](const OpExpire& o) {
            return asleep(o.actor, [](const ThreadState& t) { return t.timeout_ns.has_value(); });
          },
          [&](const OpInterrupt& o) {
            return asleep(o.actor,
                          [](const ThreadState& t) { return t.call.starts_with("epoll_"); });
          },
          [&](const OpAbandon& o) { return !machine.idle(o.actor); },
          [&](const std::shared_ptr<const OpTurn>& o) {
            return !o->call || machine.idle(o->call->actor);
          },
          [](const auto&) { return true; },
      },
      op);
}

Turn turn_of(const OpTurn& op) {
  return {.actor = op.call ? op.call->actor : ActorId{},
          .call = op.call ? &op.call->request : nullptr,
          .timed_out = op.timed_out,
          .interrupted = op.interrupted,
          .expired = op.expired};
}

Machine::Result apply(Machine& machine, const Op& op, const Machine::Observer& observe) {
  return std::visit(
      Overload{
          [&](const OpCall& o) { return machine.call(o.actor, o.request, observe); },
          [&](const OpResume& o) { return machine.resume(o.actor, observe); },
          [&](const OpExpire& o) { return machine.expire(o.actor, observe); },
          [&](const OpInterrupt& o) { return machine.interrupt(o.actor, observe); },
          [&](const OpAbandon& o) {
            machine.abandon(o.actor, observe);
            return Machine::Result{};
          },
          [&](const std::shared_ptr<const OpTurn>& o) { return apply_turn(machine, *o, observe); },
          [&](const OpTimer& o) {
            machine.timer_expired(o.file, o.ticks, observe);
            return Machine::Result{};
          },
          [&](const OpAmount& o) {
            machine.amount_seen(o.bytes);
            return Machine::Result{};
          },
          [&](const OpQuota& o) {
            machine.quota_met(o.error);
            return Machine::Result{};
          },
          [&](const OpFlow& o) {
            machine.flow_seen(o.sender, o.unsent, o.writable, observe);
            return Machine::Result{};
          },
          [&](const OpGiveUp& o) {
            machine.give_up(o.what);
            return Machine::Result{};
          },
          [&](const OpBind& o) {
            machine.bind(o.fd, o.name);
            return Machine::Result{};
          },
          [&](const OpNameData& o) {
            machine.name_data(o.data, o.name);
            return Machine::Result{};
          },
          [&](const OpOrder& o) {
            machine.learn_order(o.epfd, *o.rows);
            return Machine::Result{};
          },
      },
      op);
}

History::History(Machine first) : live_(first) { checkpoints_.push_back({0, std::move(first)}); }

Machine::Result History::do_op(Op op, const Machine::Observer& observe) {
  ++changes_;
  make_room(ops_);
  ops_.push_back(std::move(op));
  return apply(live_, ops_.back(), observe);
}

void History::take_back(std::size_t operations) {
  ++changes_;
  ops_.resize(operations);
  live_ = replay_to(steps());
}

void History::end_step() {
  ++changes_;
  ends_.push_back(ops_.size());
  if (steps() % stride_ != 0) return;
  checkpoints_.push_back({steps(), live_});
  if (checkpoints_.size() <= kCheckpoints) return;
  stride_ *= 2;
  std::erase_if(checkpoints_, [&](const Checkpoint& c) { return c.step % stride_ != 0; });
}

std::size_t History::begin_of(int step) const {
  if (step > steps() + 1) return ops_.size();
  return step <= 1 ? 0 : ends_[static_cast<std::size_t>(step) - 2];
}

std::size_t History::end_of(int step) const {
  if (step == steps()) return ops_.size();
  return step == 0 ? 0 : ends_[static_cast<std::size_t>(step) - 1];
}

Machine History::replay_to(int n) const {
  const auto after = std::find_if(checkpoints_.begin(), checkpoints_.end(),
                                  [&](const Checkpoint& c) { return c.step > n; });
  const Checkpoint& from = *std::prev(after);
  Machine machine = from.machine;
  for (std::size_t i = begin_of(from.step + 1); i < end_of(n); ++i) apply(machine, ops_[i]);
  return machine;
}

Machine History::replay_into(Machine machine, int n, int micro) const {
  std::optional<Machine> found;
  int seen = 0;
  const Machine::Observer observe = [&](const MicroStep&, const Machine& now) {
    if (++seen == micro) found = now;
  };
  const std::size_t end = ends_[static_cast<std::size_t>(n) - 1];
  for (std::size_t i = begin_of(n); i < end && !found; ++i) apply(machine, ops_[i], observe);
  return found ? *std::move(found) : std::move(machine);
}

// An item's place is learned after its ADD. Looking back at a moment in between, the later
// reading still tells the order of those items that existed then.
void History::rank_from_later(Machine& machine, int n) const {
  for (const Fd epfd : machine.unranked()) {
    for (std::size_t i = n >= 1 ? begin_of(n) : 0; i < ops_.size(); ++i) {
      const auto* order = std::get_if<OpOrder>(&ops_[i]);
      if (order == nullptr || order->epfd != epfd) continue;
      std::map<Fd, std::vector<Machine::Row>> present;
      for (const Machine::Row& row : machine.interest(epfd)) present[row.tfd].push_back(row);
      std::vector<Machine::Row> rows;
      for (const Machine::Row& later : *order->rows) {
        auto it = present.find(later.tfd);
        if (it == present.end() || it->second.empty()) continue;
        rows.push_back(it->second.front());
        it->second.erase(it->second.begin());
      }
      if (machine.learn_order(epfd, rows)) break;
    }
  }
}

History::Place History::since(std::size_t first) const {
  const std::size_t begin = begin_of(steps() + 1);
  return {steps() + 1, first - begin, ops_.size() - begin};
}

std::size_t History::operations_since(const Place& place) const {
  return ops_.size() - begin_of(place.step) - place.last;
}

Machine History::before(const Place& place) const {
  Machine machine = replay_to(place.step - 1);
  const std::size_t begin = begin_of(place.step);
  for (std::size_t i = begin; i < begin + place.first; ++i) apply(machine, ops_[i]);
  return machine;
}

bool History::lives_alike(const Place& place, Machine& machine,
                          const std::function<bool(int step, const Machine&)>& ended) const {
  Machine held = before(place);
  std::size_t i = begin_of(place.step) + place.first;
  for (; i < begin_of(place.step) + place.last; ++i) apply(held, ops_[i]);
  for (int step = place.step; step <= steps() + 1; ++step) {
    for (const std::size_t end = begin_of(step + 1); i < end; ++i) {
      if (!possible(machine, ops_[i]) || !same_results(held, machine, ops_[i])) return false;
      if (woken(held) != woken(machine)) return false;
    }
    if (step <= steps() && !ended(step, machine)) return false;
  }
  return true;
}

std::vector<std::vector<MicroStep>> History::revise(const Place& place, const History& by) {
  ++changes_;
  ++revisions_;
  const auto from = ops_.begin() + static_cast<std::ptrdiff_t>(begin_of(place.step));
  const auto first = from + static_cast<std::ptrdiff_t>(place.first);
  const auto behind = ops_.erase(first, from + static_cast<std::ptrdiff_t>(place.last));
  ops_.insert(behind, by.ops_.begin(), by.ops_.end());
  const std::size_t gone = place.last - place.first;
  for (auto n = static_cast<std::size_t>(place.step) - 1; n < ends_.size(); ++n) {
    ends_[n] += by.ops_.size() - gone;
  }
  std::erase_if(checkpoints_, [&](const Checkpoint& c) { return c.step >= place.step; });
  live_ = replay_to(place.step - 1);
  std::vector<std::vector<MicroStep>> told;
  for (int step = place.step; step <= steps() + 1; ++step) {
    std::vector<MicroStep>& micro = told.emplace_back();
    for (std::size_t i = begin_of(step); i < begin_of(step + 1); ++i) {
      apply(live_, ops_[i], [&](const MicroStep& m, const Machine&) { micro.push_back(m); });
    }
    if (step <= steps() && step % stride_ == 0) checkpoints_.push_back({step, live_});
  }
  return told;
}

Machine History::at(int n, std::optional<int> micro) const {
  n = std::clamp(n, 0, steps());
  const bool inside = micro && n > 0;
  Machine machine = replay_to(inside ? n - 1 : n);
  if (inside && *micro > 0) machine = replay_into(std::move(machine), n, *micro);
  rank_from_later(machine, n);
  return machine;
}

std::optional<Machine> History::at_believing(int n, Misconception rule) const {
  n = std::clamp(n, 0, steps());
  Machine machine = checkpoints_.front().machine;
  machine.believe(rule);
  std::size_t i = 0;
  for (int step = 1; step <= n; ++step) {
    for (; i < end_of(step); ++i) {
      if (possible(machine, ops_[i])) {
        apply(machine, ops_[i]);
      } else if (makes_a_call(ops_[i])) {
        return std::nullopt;
      }
    }
    run_all(machine);
  }
  return machine;
}

}  // namespace epollscope
