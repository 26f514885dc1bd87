#include "core/session/lockstep.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <span>
#include <utility>

#include "core/base/overload.h"
#include "core/session/session.h"

namespace epollscope {
namespace {

// How many orders of running woken actors are tried before the first one stands as a difference.
constexpr int kMostTurns = 2000;

std::string describe(const Outcome& o) {
  std::string text = o.failed() ? fmt::format("{} {}", o.returned, errno_name(o.error))
                                : std::to_string(o.returned);
  if (!o.created.empty()) {
    text += " [";
    for (std::size_t i = 0; i < o.created.size(); ++i) {
      text += fmt::format("{}{}", i == 0 ? "" : ", ", o.created[i].value);
    }
    text += "]";
  }
  for (const Event& e : o.events) {
    text += fmt::format(" {{{}, {}}}", print_flags(FlagSet::epoll_events, e.events), e.data);
  }
  if (o.value) text += fmt::format(" {{value={}}}", print_value(o));
  return text;
}

std::string difference(ActorId actor, const Outcome* kernel, const Outcome* model) {
  const auto say = [](const Outcome* o) {
    return o == nullptr ? std::string("is still asleep") : "returned " + describe(*o);
  };
  return fmt::format("{}: the kernel's call {}, the model's {}", print(actor), say(kernel),
                     say(model));
}

const Returned* find(const std::vector<Returned>& list, ActorId actor) {
  const auto it =
      std::find_if(list.begin(), list.end(), [&](const Returned& r) { return r.actor == actor; });
  return it == list.end() ? nullptr : &*it;
}

void remove(std::vector<Returned>& list, ActorId actor) {
  std::erase_if(list, [&](const Returned& r) { return r.actor == actor; });
}

// Woken actors, those that the kernel let return first and in that order.
std::vector<ActorId> candidates(const Machine& machine, const std::vector<Returned>& returned) {
  const std::vector<ActorId> runnable = machine.runnable();
  std::vector<ActorId> order;
  for (const Returned& r : returned) {
    if (std::find(runnable.begin(), runnable.end(), r.actor) != runnable.end()) {
      order.push_back(r.actor);
    }
  }
  for (const ActorId a : runnable) {
    if (std::find(order.begin(), order.end(), a) == order.end()) order.push_back(a);
  }
  return order;
}

bool fits(const Machine::Result& r, ActorId actor, const std::vector<Returned>& returned) {
  const Returned* seen = find(returned, actor);
  if (r.blocked) return true;  // it may be woken again
  return seen != nullptr && seen->outcome.same_result(r.outcome);
}

// What a sleeping actor waits in; nullopt: it does not sleep.
std::optional<ThreadState> sleeper(const Machine& machine, ActorId actor) {
  for (const ThreadState& t : machine.threads()) {
    if (t.actor == actor && t.state == TaskState::blocked) return t;
  }
  return std::nullopt;
}

struct Choice {
  Op op;
  ActorId actor;
};

// Whether nothing but its EINTR tells what ended the actor's sleep: a stop, a debugger. What a
// signal of the program does the model says itself.
bool ended_from_outside(const OpCall* main, const Returned& r) {
  const auto* kill = main == nullptr ? nullptr : std::get_if<Kill>(&main->request.op);
  return r.outcome.error == EINTR && (kill == nullptr || kill->actor != r.actor);
}

// How a sleeper that nobody woke can have returned.
std::optional<Choice> ended_by_itself(const Machine& machine, const OpCall* main,
                                      const Returned& r) {
  if (r.outcome.error == EINTR) {
    if (!ended_from_outside(main, r)) return std::nullopt;
    const auto asleep = sleeper(machine, r.actor);
    if (asleep && asleep->call.starts_with("epoll_")) return Choice{OpInterrupt{r.actor}, r.actor};
  } else if (has_deadline(machine, r.actor)) {
    return Choice{OpExpire{r.actor}, r.actor};
  }
  return std::nullopt;
}

// Timers that may have expired and whose reading is to be believed, as inputs of the model. What
// a read gave is the only thing that tells how often a periodic timer had expired.
std::vector<Op> timer_inputs(const Machine& machine, const Outcome* seen) {
  std::vector<Op> ops;
  for (const Machine::Timer& t : machine.timers()) {
    const bool counts = seen != nullptr && seen->value && t.interval_ns > 0;
    if (!t.expired || counts) ops.emplace_back(OpTimer{t.file, counts ? *seen->value : 1});
  }
  return ops;
}

// Timers that were to expire before a call and are not so any more, or anew.
std::vector<FileId> outrun(const std::vector<Machine::Timer>& before,
                           const std::vector<Machine::Timer>& after) {
  std::vector<FileId> gone;
  for (const Machine::Timer& t : before) {
    const bool stays = std::ranges::any_of(after, [&](const Machine::Timer& now) {
      return now.file == t.file && now.settimes == t.settimes;
    });
    if (!t.expired && !stays) gone.push_back(t.file);
  }
  return gone;
}

// Whether the call, made now, gives what was seen of it.
bool explains(Machine machine, const OpCall& call, const Returned* seen) {
  const Machine::Result r = apply(machine, call);
  if (seen == nullptr) return r.blocked;
  return r.blocked || r.outcome.same_result(seen->outcome);
}

// Whether what was seen of the call can be the doing of a limit that all programs of the user
// share, and its errno.
std::optional<int> quota_of(const Request& request, const Outcome& seen, const Machine& machine) {
  const auto fails = [&](std::initializer_list<int> errors) -> std::optional<int> {
    if (std::ranges::find(errors, seen.error) == errors.end()) return std::nullopt;
    return seen.error;
  };
  using Quota = std::optional<int>;
  return std::visit(
      Overload{
          [&](const EpollCtl& op) { return op.op == EPOLL_CTL_ADD ? fails({ENOSPC}) : Quota(); },
          [&](const Inotify&) { return fails({EMFILE, ENOSPC}); },
          [&](const Fork&) { return fails({EAGAIN}); },
          [&](const Fcntl& op) { return op.command == F_SETPIPE_SZ ? fails({EPERM}) : Quota(); },
          [&](const Pipe2&) {
            const bool less =
                seen.pipe_bytes != 0 && seen.pipe_bytes < machine.bytes_of_a_new_pipe();
            return less ? Quota(0) : Quota();
          },
          [](const auto&) { return Quota(); }},
      request.op);
}

// Searches expiries of timers, between the last look at them and the call, that make the call
// give what was seen. false: there are none.
bool search_before(const Machine& machine, const OpCall& call, const Returned* seen, int& tries,
                   std::vector<Op>& path) {
  if (explains(machine, call, seen)) return true;
  for (const Op& op : timer_inputs(machine, seen == nullptr ? nullptr : &seen->outcome)) {
    if (std::find_if(path.begin(), path.end(), [&](const Op& before) {
          return std::get<OpTimer>(before).file == std::get<OpTimer>(op).file;
        }) != path.end()) {
      continue;
    }
    if (--tries < 0) return false;
    Machine next = machine;
    apply(next, op);
    path.push_back(op);
    if (search_before(next, call, seen, tries, path)) return true;
    path.pop_back();
  }
  return false;
}

// Searches an order of running the woken actors that gives exactly what the kernel showed.
bool search(const Machine& machine, const OpCall* main, const std::vector<Returned>& returned,
            const std::function<bool(const Machine&)>& end_fits, int& tries,
            std::vector<Op>& path) {
  const std::vector<ActorId> woken = candidates(machine, returned);
  std::vector<Choice> choices;
  for (const ActorId a : woken) choices.push_back({OpResume{a}, a});
  for (const Returned& r : returned) {
    if (std::find(woken.begin(), woken.end(), r.actor) != woken.end()) continue;
    if (auto choice = ended_by_itself(machine, main, r)) choices.push_back(*std::move(choice));
    for (Op& op : timer_inputs(machine, &r.outcome)) {
      if (machine.timer_may_wake(r.actor)) choices.push_back({std::move(op), {}});
    }
  }
  if (choices.empty()) return returned.empty() && end_fits(machine);
  for (const auto& [op, actor] : choices) {
    if (--tries < 0) return false;
    Machine next = machine;
    const Machine::Result r = apply(next, op);
    const bool timer = std::holds_alternative<OpTimer>(op);
    if (!timer && !fits(r, actor, returned)) continue;
    std::vector<Returned> rest = returned;
    if (!timer && !r.blocked) remove(rest, actor);
    path.push_back(op);
    if (search(next, main, rest, end_fits, tries, path)) return true;
    path.pop_back();
  }
  return false;
}

class Lockstep {
 public:
  Lockstep(History& history, const std::vector<Returned>& all, int schedules,
           std::function<bool(const Machine&)> end_fits,
           std::function<std::vector<Op>(const Machine&)> flows)
      : history_(history),
        all_(all),
        returned_(all),
        schedules_(schedules),
        end_fits_(std::move(end_fits)),
        flows_(std::move(flows)) {}

  LockstepResult run(const OpCall* main) {
    main_ = main;
    if (main != nullptr) take_in_timers(*main);
    if (main != nullptr) take_in_amount(*main);
    if (main != nullptr) take_in_quota(*main);
    const std::size_t begin = history_.operations();
    std::optional<Machine> row;
    const bool is_row = main != nullptr && is_row_of_calls(main->request);
    if (is_row || (main != nullptr && history_.live().may_work(main->request))) {
      row = history_.live();
    }
    const std::vector<Machine::Timer> armed = history_.live().timers();
    if (main != nullptr) make(*main);
    take_in_flows();
    outrun_ = outrun(armed, history_.live().timers());
    const bool agrees = result_.differences.empty();
    const bool calm = returned_.empty() && history_.live().runnable().empty();
    const bool modelled = !history_.live().not_modelled();
    const bool worked = modelled && history_.live().worked();
    const bool sure = outrun_.empty() && !worked;
    if (agrees && calm && (sure || end_fits_(history_.live()))) {
      result_.outran_timer = !outrun_.empty();
      result_.chosen = worked;
      return std::move(result_);
    }
    const bool in_order = agrees && in_some_order();
    if (!in_order && agrees && flowed_) {
      history_.do_op(OpGiveUp{"when TCP passes bytes on while several threads run"});
      return std::move(result_);
    }
    if (!in_order && !(modelled && as_a_turn(main, begin))) {
      // What it showed besides is a difference of its own, which others tell.
      end_fits_ = [](const Machine&) { return true; };
      if (!(agrees && in_some_order())) greedy();
    }
    result_.chosen = true;
    result_.outran_timer = !outrun_.empty();
    if (raced_from_ && !result_.interleaved) result_.raced_from = std::move(raced_from_);
    if (is_row || worked) result_.row_from = std::move(row);
    while (!returned_.empty()) leave_behind(returned_.front());
    return std::move(result_);
  }

 private:
  Machine::Observer observer() {
    return [this](const MicroStep& m, const Machine&) { result_.micro.push_back(m); };
  }

  void make(const OpCall& call) {
    const Machine::Result r = history_.do_op(call, observer());
    if (!r.blocked) compare(call.actor, &r.outcome);
  }

  // The call was one piece, and those it woke ran one after the other. What a timer woke ran after
  // it had expired: a race begins there.
  bool in_some_order() {
    std::vector<Op> path;
    int tries = kMostTurns;
    if (!search(history_.live(), main_, returned_, end_fits_, tries, path)) return false;
    std::optional<Machine> before;
    for (const Op& op : path) {
      if (const auto* ended = std::get_if<OpInterrupt>(&op)) {
        result_.interrupted.insert(ended->actor);
      }
      if (!std::holds_alternative<OpTimer>(op)) {
        if (!before) before = history_.live();
        look_for_a_race();
      }
      history_.do_op(op, observer());
    }
    if (raced_) raced_from_ = std::move(before);
    returned_.clear();
    return true;
  }

  // Woken threads ran while the call went on. False: that does not explain it either, and nothing
  // is changed.
  bool as_a_turn(const OpCall* main, std::size_t begin) {
    history_.take_back(begin);
    OpTurn op;
    if (main != nullptr) op.call = *main;
    for (const Returned& r : all_) {
      if (r.outcome.error != EINTR) op.timed_out.push_back(r.actor);
      if (ended_from_outside(main, r)) op.interrupted.push_back(r.actor);
    }
    const auto fits = [&](ActorId actor, const Outcome& outcome) {
      const Returned* seen = find(all_, actor);
      return seen != nullptr && seen->outcome.same_result(outcome);
    };
    const auto whole = [&](const Machine& end, const Interleaved& done) {
      return done.returned.size() == all_.size() && end_fits_(end);
    };
    auto schedule = find_schedule(history_.live(), turn_of(op), fits, whole, schedules_);
    if (!schedule) {
      for (const FileId timer : expiring(main)) {
        if (schedule) break;
        op.expired = {timer};
        schedule = find_schedule(history_.live(), turn_of(op), fits, whole, schedules_);
      }
    }
    if (!schedule) {
      if (main != nullptr) history_.do_op(*main);
      return false;
    }
    op.schedule = *std::move(schedule);
    const bool observed = result_.observed;
    const bool unsure = result_.unsure;
    result_ = {};
    result_.observed = observed;
    result_.unsure = unsure;
    result_.micro = std::move(expired_);
    result_.interleaved = true;
    result_.interrupted = {op.interrupted.begin(), op.interrupted.end()};
    history_.do_op(std::make_shared<const OpTurn>(std::move(op)), observer());
    returned_.clear();
    return true;
  }

  // Timers that may have expired during the step: those that the call ends or sets again, before
  // it; and what is armed, or armed by the call.
  std::vector<FileId> expiring(const OpCall* main) {
    std::vector<FileId> timers = outrun_;
    Machine after = history_.live();
    if (main != nullptr) apply(after, *main);
    for (const Op& op : timer_inputs(after, nullptr)) {
      const FileId timer = std::get<OpTimer>(op).file;
      if (std::ranges::find(timers, timer) == timers.end()) timers.push_back(timer);
    }
    return timers;
  }

  void take_in_timers(const OpCall& main) {
    const Returned* seen = find(returned_, main.actor);
    if (timer_inputs(history_.live(), seen == nullptr ? nullptr : &seen->outcome).empty()) return;
    std::vector<Op> path;
    int tries = kMostTurns;
    if (!search_before(history_.live(), main, seen, tries, path)) return;
    for (const Op& op : path) history_.do_op(op, observer());
    expired_ = result_.micro;
  }

  // What TCP alone decides. A failure other than EAGAIN moves nothing, and the model knows it.
  void take_in_amount(const OpCall& main) {
    const Returned* seen = find(returned_, main.actor);
    if (!flows_ || seen == nullptr || !history_.live().amount_is_open(main.request)) return;
    if (seen->outcome.failed() && seen->outcome.error != EAGAIN) return;
    const std::int64_t moved = std::max<std::int64_t>(0, seen->outcome.returned);
    history_.do_op(OpAmount{static_cast<std::uint64_t>(moved)});
    result_.observed = result_.unsure = flowed_ = true;
  }

  void take_in_quota(const OpCall& main) {
    const Returned* seen = find(returned_, main.actor);
    if (seen == nullptr) return;
    const auto quota = quota_of(main.request, seen->outcome, history_.live());
    if (!quota || (*quota != 0 && explains(history_.live(), main, seen))) return;
    Machine met = history_.live();
    met.quota_met(*quota);
    if (!explains(std::move(met), main, seen)) return;
    history_.do_op(OpQuota{*quota});
    result_.observed = result_.unsure = true;
  }

  void take_in_flows() {
    if (!flows_) return;
    for (const Op& op : flows_(history_.live())) {
      const auto* flow = std::get_if<OpFlow>(&op);
      const bool known = flow != nullptr &&
                         history_.live().flow_is_known(flow->sender, flow->unsent, flow->writable);
      result_.unsure = result_.unsure || !known;
      history_.do_op(op, observer());
      result_.observed = flowed_ = true;
    }
  }

  void compare(ActorId actor, const Outcome* model) {
    const Returned* seen = find(returned_, actor);
    if (seen == nullptr || !seen->outcome.same_result(*model)) {
      result_.differences.push_back(
          difference(actor, seen == nullptr ? nullptr : &seen->outcome, model));
    }
    remove(returned_, actor);
  }

  // No order explains what was seen: run them as the kernel let them return and say what differs.
  void greedy() {
    for (int turns = 0; turns < kMostTurns; ++turns) {
      const std::vector<ActorId> woken = candidates(history_.live(), returned_);
      if (!woken.empty()) {
        step(OpResume{woken.front()}, woken.front());
        continue;
      }
      std::optional<Choice> due;
      for (std::size_t i = 0; i < returned_.size() && !due; ++i) {
        due = ended_by_itself(history_.live(), main_, returned_[i]);
      }
      if (!due) return;
      step(due->op, due->actor);
    }
  }

  // It returned and will make its next call, so the model cannot let it sleep on. What its call
  // held may wake others.
  void leave_behind(const Returned& r) {
    const ActorId actor = r.actor;
    result_.differences.push_back(difference(actor, &r.outcome, nullptr));
    remove(returned_, actor);
    history_.do_op(OpAbandon{actor}, observer());
    greedy();
  }

  void look_for_a_race() { raced_ = raced_ || history_.live().runnable().size() > 1; }

  void step(const Op& op, ActorId actor) {
    look_for_a_race();
    const Machine::Result r = history_.do_op(op, observer());
    if (!r.blocked) compare(actor, &r.outcome);
  }

  History& history_;
  const OpCall* main_ = nullptr;
  const std::vector<Returned>& all_;
  std::vector<Returned> returned_;  // of these, what the model has not done yet
  int schedules_;
  std::function<bool(const Machine&)> end_fits_;
  std::function<std::vector<Op>(const Machine&)> flows_;
  std::vector<FileId> outrun_;      // timers that were armed before the call, and not since
  std::vector<MicroStep> expired_;  // of timers, before the call
  bool raced_ = false;
  bool flowed_ = false;  // TCP alone decided something
  std::optional<Machine> raced_from_;
  LockstepResult result_;
};

}  // namespace

bool is_row_of_calls(const Request& request) {
  return std::holds_alternative<Drain>(request.op) || std::holds_alternative<Fill>(request.op);
}

bool has_deadline(const Machine& machine, ActorId actor) {
  const auto asleep = sleeper(machine, actor);
  return asleep && asleep->timeout_ns.has_value();
}

LockstepResult run_model(History& history, const OpCall* main,
                         const std::vector<Returned>& returned, int schedules,
                         std::function<bool(const Machine&)> fits,
                         std::function<std::vector<Op>(const Machine&)> flows) {
  return Lockstep(history, returned, schedules, std::move(fits), std::move(flows)).run(main);
}

}  // namespace epollscope
