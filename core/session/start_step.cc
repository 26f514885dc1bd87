// Starting a step: from the next statement of the program to a call submitted to the kernel.
#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <utility>

#include "core/script/resolve.h"
#include "core/session/impl.h"
#include "core/session/verify.h"

namespace epollscope {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kLongest = 1'000'000'000'000'000;  // ns: more is for ever
// When a timer is due is known as well as this process learns of the call that set it.
constexpr std::chrono::milliseconds kMoment{20};

std::optional<Clock::time_point> deadline_of(const Request& request) {
  std::optional<std::int64_t> ns;
  if (const auto* w = std::get_if<EpollWait>(&request.op)) ns = w->timeout_ns();
  if (const auto* sleep = std::get_if<Sleep>(&request.op)) ns = sleep->ns;
  if (!ns) return std::nullopt;
  return Clock::now() + std::chrono::nanoseconds(std::min(*ns, kLongest));
}

// dup2(a, b) gives the name b, which may have been closed, another file.
std::vector<std::string> names_bound_by(const CallStatement& statement) {
  if (statement.call.name != CallName::dup2 || !statement.names.empty()) return statement.names;
  const auto* to = std::get_if<Ref>(&statement.call.args[1].v);
  return to == nullptr ? statement.names : std::vector<std::string>{to->name};
}

}  // namespace

bool Session::Impl::start_next() {
  if (running || death) return false;
  while (true) {
    settle_followers();
    if (next >= static_cast<int>(lesson.program.statements.size())) return false;
    const Statement& statement = lesson.program.statements[static_cast<std::size_t>(next)];
    if (const auto* line = std::get_if<ResumedStatement>(&statement.what)) {
      start_waiting({line->actors.begin(), line->actors.end()}, line->expected, next);
      ++next;
      return true;
    }
    const Started started = start_call(std::get<CallStatement>(statement.what));
    if (started != Started::left_out) return started == Started::yes;
  }
}

Session::Impl::Started Session::Impl::start_call(const CallStatement& statement) {
  if (const auto it = asleep.find(statement.actor); it != asleep.end()) {
    if (!is_due(it->first, it->second)) {
      if (!is_stuck) {
        fail_expectation(fmt::format("{} cannot go on: it waits in {} and nothing is due",
                                     print(statement.actor), print(it->second.call)));
      }
      is_stuck = true;
      return Started::no;
    }
    start_waiting({statement.actor}, std::nullopt, -1);
    return Started::yes;
  }
  auto resolved =
      resolve(statement.call, bound[statement.actor.process()], statement.actor, statement.names);
  const std::vector<std::string> names = names_bound_by(statement);
  Running r;
  r.record.statement = next;
  r.record.line = lesson.program.statements[static_cast<std::size_t>(next)].line;
  r.record.actor = statement.actor;
  r.record.call = statement.call;
  r.record.names = names;
  r.expected = statement.expected;
  r.must_block = statement.unfinished;
  ++next;
  const auto why = resolved ? cannot_be_made(statement.actor, resolved->request)
                            : std::optional(resolved.error().what);
  if (why) {
    fail_expectation(*why);
    return Started::left_out;
  }
  r.data = std::move(resolved->data_name);
  r.record.request = resolved->request;
  see_timers(r.record.micro);
  if (history.live().needs_order_before(r.record.request)) learn_order_now();
  asleep[statement.actor] = {static_cast<int>(steps.size()) + 1,
                             r.record.statement,
                             names,
                             statement.call,
                             r.record.request,
                             instance_of(r.record.request),
                             deadline_of(r.record.request)};
  r.main = OpCall{statement.actor, r.record.request};
  running = std::move(r);
  last_progress = std::chrono::steady_clock::now();
  kernel->submit(statement.actor, running->record.request);
  return Started::yes;
}

// Who would make the call does not exist, or it would make an actor anew: no call of the kernel
// answers that.
std::optional<std::string> Session::Impl::cannot_be_made(ActorId actor,
                                                         const Request& request) const {
  const Machine& m = history.live();
  if (!m.alive(actor)) {
    return fmt::format("{} cannot call: {}", print(actor),
                       m.existed(actor) ? "it has ended" : "no fork() made it");
  }
  const auto* fork = std::get_if<Fork>(&request.op);
  if (fork == nullptr || !m.existed(fork->child)) return std::nullopt;
  return fmt::format("{} was made before: a name stands for one process", print(fork->child));
}

std::optional<FileId> Session::Impl::instance_of(const Request& request) const {
  const auto* wait = std::get_if<EpollWait>(&request.op);
  return wait == nullptr ? std::nullopt : history.live().instance(wait->epfd);
}

// As an expectation may use them: also those that other processes alone have bound.
const std::map<std::string, Fd>& Session::Impl::names_for(ActorId actor) {
  const std::map<std::string, Fd>& own = bound[actor.process()];
  if (bound.size() == 1) return own;
  shared_names = own;
  for (const auto& [process, others] : bound) shared_names.insert(others.begin(), others.end());
  return shared_names;
}

// In the lab's own process, or the first one that has the name.
std::optional<Fd> Session::Impl::find_epoll(const std::string& name) const {
  for (const auto& [process, names] : bound) {
    const auto it = names.find(name);
    if (it != names.end() && history.live().is_epoll(it->second)) return it->second;
  }
  return std::nullopt;
}

void Session::Impl::start_waiting(std::set<ActorId> actors, std::optional<Expected> expected,
                                  int statement) {
  Running r;
  r.record.statement = statement;
  r.record.is_resume = true;
  if (statement >= 0) {
    r.record.line = lesson.program.statements[static_cast<std::size_t>(statement)].line;
  }
  r.await = std::move(actors);
  r.expected = std::move(expected);
  running = std::move(r);
  last_progress = std::chrono::steady_clock::now();
}

// Timers that expired since the last look are an input of the step under way. In the order in which
// they were due: nothing shows which came first, so of two within a moment the model says nothing.
// True: there were some; `micro` has what they did.
bool Session::Impl::see_timers(std::vector<MicroStep>& micro) {
  const Clock::time_point now = Clock::now();
  std::vector<std::pair<Clock::time_point, Machine::Timer>> pending;
  std::vector<Fd> fds;
  for (const Machine::Timer& t : history.live().timers()) {
    Due& due = timers_due[t.file];
    if (due.settimes != t.settimes || due.reads != t.reads) {
      const std::int64_t span = due.settimes != t.settimes ? t.value_ns : t.interval_ns;
      due = {t.settimes, t.reads, now + std::chrono::nanoseconds(std::min(span, kLongest))};
    }
    if (t.expired || !t.fd.valid()) continue;
    pending.emplace_back(due.at, t);
    fds.push_back(t.fd);
  }
  if (fds.empty() || death) return false;
  const auto levels = kernel->levels(fds);
  if (!levels) return false;
  std::erase_if(pending, [&](const auto& p) {
    return std::ranges::none_of(
        *levels, [&](const Level& l) { return l.fd == p.second.fd && (l.revents & POLLIN) != 0; });
  });
  std::ranges::sort(pending, {}, [](const auto& p) { return p.first; });
  for (std::size_t i = 0; i < pending.size(); ++i) {
    if (i > 0 && pending[i].first - pending[i - 1].first < kMoment) {
      history.do_op(OpGiveUp{"which of two timers expired first"});
    }
    history.do_op(OpTimer{pending[i].second.file, 1},
                  [&](const MicroStep& m, const Machine&) { micro.push_back(m); });
  }
  return !pending.empty();
}

bool Session::Impl::is_due(ActorId actor, const Asleep& call) const {
  // A close() that lingers, which no model has, returns whatever others do.
  if (std::holds_alternative<Close>(call.request.op)) return true;
  if (call.deadline.has_value() || history.live().timer_may_wake(actor)) return true;
  const std::vector<ActorId> woken = history.live().runnable();  // by a timer, behind the last rest
  return std::ranges::find(woken, actor) != woken.end();
}

// Requires: the kernel is at rest, so that the list cannot change while it is read.
void Session::Impl::learn_order_now() {
  if (death || options.model_only) return;
  for (const Fd epfd : history.live().unranked()) {
    if (const auto list = lists.read(kernel->pid_of(epfd), epfd)) learn_order(epfd, to_rows(*list));
  }
}

}  // namespace epollscope
