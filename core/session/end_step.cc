// Ending a step: what the kernel said becomes a record, the model runs beside it, and lines of
// the program that need no call of their own are judged.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "core/base/grow.h"
#include "core/session/expectation.h"
#include "core/session/impl.h"
#include "core/session/verify.h"

namespace epollscope {
namespace {

// Whole interest lists are compared after each removal while they are this small; larger ones
// at the end.
constexpr std::size_t kSmallList = 64;

// Descriptors by the words of the call.
std::vector<ShownEvent> show_polled(const Call& call, const Request& request,
                                    const Outcome& outcome) {
  const Poll& poll = std::get<Poll>(request.op);
  std::vector<ShownEvent> shown;
  for (const Event& e : outcome.events) {
    const auto* at = std::ranges::find(poll.numbers, static_cast<std::int32_t>(e.data));
    const auto index = static_cast<std::size_t>(at - poll.numbers.begin());
    const bool written = index < call.args.size();
    shown.push_back({e.events, e.data, written ? print(call.args[index]) : std::to_string(e.data)});
  }
  return shown;
}

}  // namespace

void Session::Impl::handle(Notification& n) {
  switch (n.kind) {
    case Notification::Kind::died:
      death = n.text + why_it_died();
      running.reset();
      return;
    case Notification::Kind::returned:
      last_progress = std::chrono::steady_clock::now();
      if (!running) start_waiting({n.actor}, std::nullopt, -1);  // a deadline between two steps
      running->returned.push_back({n.actor, std::move(n.outcome)});
      return;
    case Notification::Kind::at_rest:
      if (!running || !rest_ends_step(n.blocked)) return;
      take_xray();
      if (!seen || !overdue()) finish_step();  // else more is to come, and it may be seen already
      return;
  }
}

// What the model knows of it: a signal that has no handler.
std::string Session::Impl::why_it_died() const {
  if (!running || !running->main || !history.live().idle(running->main->actor)) return {};
  Machine after = history.live();
  after.call(running->main->actor, running->main->request);
  for (auto woken = after.runnable(); !woken.empty() && !after.killed_by();
       woken = after.runnable()) {
    after.resume(woken.front());
  }
  if (!after.killed_by()) return {};
  const auto signal = static_cast<std::uint64_t>(*after.killed_by());
  return fmt::format(": no sigaction gave {} a handler before {}",
                     print_flags(FlagSet::signal, signal), print(running->record.call));
}

void Session::Impl::finish_step() {
  Running r = std::move(*running);
  running.reset();
  r.record.n = static_cast<int>(steps.size()) + 1;
  if (!r.main && !has_returned(r, r.await)) put_line_back(r);
  record_returns(r);
  run_model_beside(r);
  judge(r);
  // What a timer does after the call belongs to the step as well; the last look is behind it all.
  while (see_timers(r.record.micro) && seen) look_through();
  if (const auto why = history.live().not_modelled()) {
    r.record.not_modelled = *why;
    r.record.differences.clear();
    r.record.micro.clear();  // they would tell of what the kernel did not do
  }
  observe(r.record);
  differed += static_cast<int>(r.record.differences.size());
  make_room(steps);
  steps.push_back(std::move(r.record));
  history.end_step();
  hindsight.forget_timers(history.steps());
  settle_followers();
  check_memory();
}

// The line waits for somebody who sleeps on in vain, while another one returned. The step is about
// that, and the line is judged behind it.
void Session::Impl::put_line_back(Running& r) {
  if (r.record.statement >= 0) next = r.record.statement;
  r.record.statement = -1;
  r.record.line = 0;
  r.expected.reset();
}

void Session::Impl::record_returns(Running& r) {
  ActorId subject = r.main ? r.main->actor : ActorId{};
  bool asked_for = true;
  if (!r.main) {
    auto first = std::find_if(r.returned.begin(), r.returned.end(),
                              [&](const Returned& x) { return r.await.contains(x.actor); });
    asked_for = first != r.returned.end();
    if (!asked_for) first = r.returned.begin();
    subject = first->actor;
    const Asleep& call = asleep.at(subject);
    r.record.actor = subject;
    r.record.call = call.call;
    r.record.names = call.names;
    r.record.request = call.request;
  }
  for (const Returned& x : r.returned) {
    const auto it = asleep.find(x.actor);
    if (it == asleep.end()) continue;
    Resumed back{.actor = x.actor,
                 .began = it->second.step,
                 .call = it->second.call,
                 .request = it->second.request,
                 .outcome = x.outcome,
                 .chance = {},
                 .events = {},
                 .printed_unfinished = true,
                 .bound = {}};
    bind(x.actor, it->second, x.outcome, back.bound);
    const bool is_subject = x.actor == subject;
    if (!is_subject || !asked_for) unclaimed[x.actor] = back;
    if (is_subject) {
      r.record.returned = true;
      r.record.outcome = x.outcome;
      r.record.bound = std::move(back.bound);
    } else {
      r.record.resumed.push_back(std::move(back));
    }
    asleep.erase(it);
  }
}

void Session::Impl::bind(ActorId actor, const Asleep& call, const Outcome& outcome,
                         std::map<std::string, Fd>& into) {
  std::map<std::string, Fd>& own = bound[actor.process()];
  if (const auto* fork = std::get_if<Fork>(&call.request.op)) {
    if (outcome.failed()) return;
    const std::int32_t child = fork->child.process();
    bound[child] = own;
    for (auto& [name, fd] : bound[child]) {
      const auto epoll = epolls.find(fd);
      fd.process = child;
      if (epoll != epolls.end()) epolls.emplace(fd, epoll->second);
    }
    return;
  }
  for (std::size_t i = 0; i < call.names.size(); ++i) {
    const Fd fd = i < outcome.created.size() ? outcome.created[i] : Fd{};
    own[call.names[i]] = fd;
    if (fd.valid()) into[call.names[i]] = fd;
  }
}

void Session::Impl::run_model_beside(Running& r) {
  if (r.data && !r.record.outcome.failed()) {
    data_names[r.data->value] = r.data->text;
    history.do_op(OpNameData{r.data->value, r.data->text});
  }
  LockstepResult model = explain(r);
  judge_chance(r, model);
  mark_what_was_seen(r.record, model);
  r.record.micro.insert(r.record.micro.end(), std::make_move_iterator(model.micro.begin()),
                        std::make_move_iterator(model.micro.end()));
  r.record.differences = std::move(model.differences);
  name_descriptors(r.record.bound);
  for (const Resumed& other : r.record.resumed) name_descriptors(other.bound);
  r.record.events = r.record.call.name == CallName::poll
                        ? show_polled(r.record.call, r.record.request, r.record.outcome)
                        : show(r.record.outcome);
  for (Resumed& other : r.record.resumed) other.events = show(other.outcome);
  for (auto& [actor, other] : unclaimed) other.events = show(other.outcome);
}

// The model's account of the step; where that differs, the order of an earlier one is thought over.
LockstepResult Session::Impl::explain(Running& r) {
  std::size_t begin = history.operations();
  const auto run = [&](History& on) {
    std::function<std::vector<Op>(const Machine&)> flows;
    if (!options.model_only) flows = [this](const Machine& m) { return see_flows(m); };
    return run_model(
        on, r.main ? &*r.main : nullptr, r.returned, options.schedules,
        [this](const Machine& m) { return xray_fits(m) && levels_fit(m); }, std::move(flows));
  };
  const auto agrees = [&](const LockstepResult& model, const Machine& end) {
    return model.differences.empty() && xray_fits(end) && levels_fit(end);
  };
  LockstepResult model = run(history);
  if (history.live().not_modelled()) return model;
  if (hindsight.oldest() && !agrees(model, history.live())) {
    history.take_back(begin);
    const bool other = think_over(&r, [&](const Machine& earlier) {
      History then(earlier);
      const LockstepResult again = run(then);
      return agrees(again, then.live());
    });
    if (other) r.record.chance.by_chance = true;  // of an order that nothing had shown
    begin = history.operations();
    model = run(history);
  }
  if (model.observed) return model;  // another order would need to have been seen as well
  if ((model.chosen || model.outran_timer) && model.differences.empty()) {
    const auto moves = [](CallName call) {
      return call == CallName::read || call == CallName::write || call == CallName::drain ||
             call == CallName::fill;
    };
    const auto moving = std::ranges::count_if(
        r.record.resumed, [&](const Resumed& other) { return moves(other.call.name); });
    hindsight.chose(
        history.since(begin),
        {r.main, r.returned, moving + (moves(r.record.call.name) ? 1 : 0) > 1, model.outran_timer});
  }
  return model;
}

// True: an earlier step is told in another order now, after which the present one is as it was
// seen. `r`: the step under way.
bool Session::Impl::think_over(Running* r, const std::function<bool(const Machine&)>& explains) {
  const auto agrees = [this](int step, const Machine& machine) {
    const auto xray = xrays.find(step);
    if (xray != xrays.end() && !xray_fits(machine, xray->second, {})) return false;
    std::vector<std::string> differences;
    verify_levels(machine, steps[static_cast<std::size_t>(step) - 1].levels, differences);
    return differences.empty();
  };
  return hindsight.reconsider(history, agrees, explains,
                              [&](int step, std::vector<MicroStep> told) {
                                const auto n = static_cast<std::size_t>(step) - 1;
                                if (n < steps.size()) {
                                  steps[n].micro = std::move(told);
                                } else if (r != nullptr) {
                                  r->record.micro = std::move(told);
                                }
                              });
}

void Session::Impl::judge_chance(Running& r, const LockstepResult& model) {
  std::map<ActorId, CallName> calls{{r.record.actor, r.record.call.name}};
  std::set<ActorId> sleepers;
  for (const auto& [actor, call] : asleep) {
    calls[actor] = call.call.name;
    sleepers.insert(actor);
  }
  for (const Resumed& other : r.record.resumed) calls[other.actor] = other.call.name;
  std::vector<Returned> others = r.returned;
  if (r.main) std::erase_if(others, [&](const Returned& x) { return x.actor == r.main->actor; });
  if (others.empty() && !model.raced_from && !model.row_from) return;
  std::optional<Endings> endings = Endings{};
  // Behind what is not modelled others may sleep in the model than do: nothing tells the orders.
  const bool modelled = !history.live().not_modelled();
  if (modelled && model.raced_from) endings = endings_of(*model.raced_from, others);
  if (!modelled || model.interleaved) endings = std::nullopt;
  if (modelled && model.row_from) {
    endings = endings_amid(*model.row_from, *r.main);
    others = r.returned;
  }
  std::map<ActorId, Chance> chances = scheduling.judge(endings, others, model.interrupted, calls);
  scheduling.settle(sleepers);
  const bool by_chance = r.record.chance.by_chance;
  r.record.chance = std::move(chances[r.record.actor]);
  r.record.chance.by_chance = r.record.chance.by_chance || by_chance;
  for (Resumed& other : r.record.resumed) other.chance = std::move(chances[other.actor]);
}

// What TCP did in this step may show in any result, and what it did before in what tells a level.
void Session::Impl::mark_what_was_seen(StepRecord& record, const LockstepResult& model) {
  const auto mark = [&](CallName call, Chance& chance) {
    const bool looks = is_wait(call) || call == CallName::poll;
    if (model.unsure || (model.observed && looks)) chance.by_chance = true;
  };
  mark(record.call.name, record.chance);
  for (Resumed& other : record.resumed) mark(other.call.name, other.chance);
}

std::vector<ShownEvent> Session::Impl::show(const Outcome& outcome) const {
  std::vector<ShownEvent> shown;
  shown.reserve(outcome.events.size());
  for (const Event& e : outcome.events) {
    const auto it = data_names.find(e.data);
    shown.push_back(
        {e.events, e.data, it != data_names.end() ? it->second : std::to_string(e.data)});
  }
  return shown;
}

void Session::Impl::judge(Running& r) {
  std::optional<std::string> why;
  if (r.must_block) {
    if (r.record.returned) {
      why = fmt::format("expected the call to block, it returned{}",
                        print_outcome(r.record.call, r.record.outcome, r.record.events));
    }
  } else if (r.expected) {
    why = r.record.returned ? check_expectation(*r.expected, r.record.call, r.record.outcome,
                                                names_for(r.record.actor))
                            : fmt::format("expected {}, the call is asleep and nothing is due",
                                          print(*r.expected));
  } else {
    return;
  }
  r.record.held = !why;
  if (!why) return;
  r.record.expectation_failure = *why;
  ++failed;
}

// Whether the deadline of a sleeping call has passed. Then it returns, if it has not yet. The
// step's own call has slept, however soon it returns.
bool Session::Impl::overdue() const {
  if (options.model_only) return false;
  const auto now = std::chrono::steady_clock::now();
  return std::ranges::any_of(asleep, [&](const auto& a) {
    const auto& [actor, call] = a;
    if (!call.deadline || *call.deadline > now) return false;
    if (running && running->main && running->main->actor == actor) return false;
    return !running || std::ranges::none_of(running->returned,
                                            [&](const Returned& r) { return r.actor == actor; });
  });
}

// What is seen when a deadline has passed is of a moment that the model has not come to.
void Session::Impl::observe(StepRecord& record) {
  if (options.model_only || !record.not_modelled.empty()) return;
  if (seen) record.xray = compare_with_xray(record.differences);
  const std::size_t sure = record.differences.size();
  look_around(record);
  if (overdue()) record.differences.resize(sure);
}

void Session::Impl::look_around(StepRecord& record) {
  if (options.observe_levels) {
    std::vector<Fd> fds = history.live().touched();
    if (!fds.empty()) {
      if (auto levels = kernel->levels(fds)) {
        verify_levels(history.live(), *levels, record.differences);
        record.levels = std::move(*levels);
      }
    }
  }
  const auto* ctl = std::get_if<EpollCtl>(&record.request.op);
  const bool removal = number_freed_by(record.request.op).valid() ||
                       (ctl != nullptr && record.returned && ctl->op == 2);
  if (removal || options.verify_lists) verify_some_lists(record, removal);
}

void Session::Impl::forget_closed_epolls() {
  std::erase_if(epolls, [&](const auto& e) { return !history.live().is_epoll(e.first); });
}

// Those that the step may have changed, and each of the others in its turn.
void Session::Impl::verify_some_lists(StepRecord& record, bool all) {
  forget_closed_epolls();
  std::set<FileId> looked_at;  // several descriptors may mean one instance
  const auto* ctl = std::get_if<EpollCtl>(&record.request.op);
  const auto* wait = std::get_if<EpollWait>(&record.request.op);
  const Fd own = ctl != nullptr ? ctl->epfd : wait != nullptr ? wait->epfd : Fd{};
  all = all || !record.resumed.empty();
  std::size_t turn = epolls.empty() ? 0 : steps.size() % epolls.size();
  for (const auto& [fd, name] : epolls) {
    const bool its_turn = turn-- == 0;
    if (!all && !its_turn && fd != own) continue;
    if (!looked_at.insert(*history.live().instance(fd)).second) continue;
    if (history.live().interest(fd).size() > kSmallList) continue;
    verify_list(fd, name, record.differences);
    record.lists.push_back(fd);
  }
}

// In order, unless that had to be guessed.
void Session::Impl::verify_list(Fd epfd, const std::string& name,
                                std::vector<std::string>& differences) {
  const auto ep = history.live().instance(epfd);
  const bool guessed = ep && guessed_orders.contains(*ep);
  verify_interest(history.live(), guessed ? TreeOrder::created : options.tree, epfd,
                  lists.read(kernel->pid_of(epfd), epfd), name, differences);
}

// Whether buffers are filled as the kernel shows them.
bool Session::Impl::levels_fit(const Machine& machine) {
  if (options.model_only || !options.observe_levels) return true;
  const std::vector<Fd> fds = machine.touched();
  if (fds.empty()) return true;
  std::vector<std::string> differences;
  if (const auto levels = kernel->levels(fds)) verify_levels(machine, *levels, differences);
  return differences.empty() || overdue();
}

void Session::Impl::name_descriptors(const std::map<std::string, Fd>& names) {
  for (const auto& [name, fd] : names) {
    history.do_op(OpBind{fd, name});
    if (history.live().is_epoll(fd)) {
      epolls[fd] = name;
    } else {
      epolls.erase(fd);
    }
  }
}

void Session::Impl::settle_followers() {
  const auto& statements = lesson.program.statements;
  for (; next < static_cast<int>(statements.size()); ++next) {
    const auto& what = statements[static_cast<std::size_t>(next)].what;
    if (std::holds_alternative<CallStatement>(what)) return;
    if (const auto* line = std::get_if<ResumedStatement>(&what)) {
      if (!settle_resumed(*line)) return;
    } else if (const auto* ready = std::get_if<ExpectReady>(&what)) {
      settle_ready(*ready);
    }
  }
}

// false: one of its actors still sleeps with a deadline, so a step has to wait for it.
bool Session::Impl::settle_resumed(const ResumedStatement& line) {
  // Where several may stand for each other, the one whose result fits is meant.
  std::optional<ActorId> meant;
  std::optional<std::string> why;
  for (const ActorId actor : line.actors) {
    const auto it = unclaimed.find(actor);
    if (it == unclaimed.end() || it->second.call.name != line.call) continue;
    auto misfit = line.expected ? check_expectation(*line.expected, it->second.call,
                                                    it->second.outcome, names_for(actor))
                                : std::nullopt;
    if (meant && misfit) continue;
    meant = actor;
    why = std::move(misfit);
    if (!why) break;
  }
  if (meant) {
    if (why) fail_expectation(fmt::format("{}: {}", print(*meant), *why));
    unclaimed.erase(*meant);
    return true;
  }
  for (const ActorId actor : line.actors) {
    const auto it = asleep.find(actor);
    if (it != asleep.end() && is_due(actor, it->second)) return false;
  }
  const ActorId first = line.actors.empty() ? ActorId{} : line.actors.front();
  fail_expectation(
      asleep.contains(first)
          ? fmt::format("{} should have returned by now; it waits in {}", print(first),
                        print(asleep.at(first).call))
          : fmt::format("{} has no {} that returned here", print(first), spec_of(line.call).name));
  return true;
}

void Session::Impl::settle_ready(const ExpectReady& line) {
  if (history.live().not_modelled()) return;  // nothing decides it
  const auto ep = find_epoll(line.epoll);
  const std::vector<std::string> now =
      ep ? history.live().ready_names(*ep) : std::vector<std::string>{};
  if (now == line.items) return;
  fail_expectation(fmt::format("ready({}): expected [{}], the ready list is [{}]", line.epoll,
                               fmt::join(line.items, ", "), fmt::join(now, ", ")));
}

void Session::Impl::fail_expectation(const std::string& why) {
  ++failed;
  std::string& text = steps.empty() ? failed_early : steps.back().expectation_failure;
  text += (text.empty() ? "" : "; ") + why;
  if (!steps.empty()) steps.back().held = false;
}

}  // namespace epollscope
