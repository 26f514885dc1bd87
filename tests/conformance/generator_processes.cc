// The part of the generator that forks, and ends what it has forked.
#include <signal.h>

#include <algorithm>

#include "core/call/request.h"
#include "tests/conformance/generator.h"
#include "tests/conformance/values.h"

namespace epollscope::trial {
namespace {

constexpr std::size_t kMostAtOnce = 2;

}  // namespace

// One that runs, most of the time; nobody where none was forked.
ActorId Generator::some_process() {
  std::vector<ActorId> running;
  for (const auto& [process, table] : tables_) {
    if (process != 0) running.push_back({'P', process});
  }
  if (running.empty() || one_in(3)) return {'P', 1 + upto(forked_)};
  return one_of(running);
}

// nullopt: somebody else makes such calls.
std::optional<Call> Generator::process_call(std::vector<std::string>& names) {
  const std::size_t running = tables_.size() - tables_.count(0);
  const bool child = by_.process() != 0;
  if (child && one_in(3)) return Call{CallName::exit, {number(pick({0, 1, 255}))}};
  const bool room = running < kMostAtOnce && forked_ < kMostProcesses;
  if (!child && room && (forked_ == 0 || one_in(2))) {
    names = {print(ActorId{'P', forked_ + 1})};
    return Call{CallName::fork, {}};
  }
  if (forked_ == 0) return std::nullopt;
  const Value whom{.v = some_process()};
  const int n = upto(8);
  if (n < 2) {
    names = {fresh(Kind::pid)};
    return Call{CallName::pidfd, {whom}};
  }
  if (n < 5) {
    const auto signal = pick<unsigned>({0, SIGTERM, SIGKILL, SIGUSR1, SIGCHLD, SIGUSR2});
    return Call{CallName::kill, {whom, flags(FlagSet::signal, signal)}};
  }
  // Who waits for one that runs on sleeps.
  const bool may_sleep = !last_awake() || running > 0;
  if (!child && !may_sleep) return std::nullopt;
  return Call{CallName::waitpid, {whom}};
}

void Generator::learn_processes(const StepRecord& record) {
  const auto* fork = std::get_if<Fork>(&record.request.op);
  if (fork != nullptr && record.returned && !record.outcome.failed()) {
    forked_ = std::max(forked_, fork->child.process());
    tables_[fork->child.process()] = tables_[0];
  }
  const auto forget = [&](ActorId actor, const Outcome& outcome) {
    if (outcome.ended) tables_.erase(actor.process());
  };
  if (record.returned) forget(record.actor, record.outcome);
  for (const Resumed& other : record.resumed) forget(other.actor, other.outcome);
  // An idle one that a signal ended makes no return; its next call tells.
  const bool gone = record.actor.process() != 0 && record.outcome.error == ESRCH &&
                    record.call.name != CallName::kill && record.call.name != CallName::pidfd;
  if (gone) tables_.erase(record.actor.process());
}

}  // namespace epollscope::trial
