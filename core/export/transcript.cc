#include "core/export/transcript.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/export/micro_text.h"
#include "core/session/foretold.h"

namespace epollscope {
namespace {

// How far ahead of a return its `resumed` line is looked for in the program.
constexpr int kLookAhead = 256;
// How many statements that were never reached are listed.
constexpr int kMostLeftOver = 20;

std::string counted(int n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

std::string actors_text(const std::vector<ActorId>& actors) {
  std::string text;
  for (const ActorId a : actors) text += (text.empty() ? "" : "|") + print(a);
  return text;
}

const Expected* expected_of(const Statement* s) {
  if (s == nullptr) return nullptr;
  if (const auto* call = std::get_if<CallStatement>(&s->what)) {
    return call->expected ? &*call->expected : nullptr;
  }
  const auto* resumed = std::get_if<ResumedStatement>(&s->what);
  return resumed != nullptr && resumed->expected ? &*resumed->expected : nullptr;
}

// The actors of a `resumed` line: those of the program, which may allow several, else those
// among whom the scheduler chose.
std::vector<ActorId> resumed_actors(const Statement* s, const Chance& chance, ActorId actor) {
  if (s != nullptr) return std::get<ResumedStatement>(s->what).actors;
  if (chance.actors.empty() || chance.by_chance) return {actor};
  return {chance.actors.begin(), chance.actors.end()};
}

std::string resumed_text(const Statement* s, const Chance& chance, ActorId actor, CallName call,
                         std::string_view outcome) {
  return fmt::format("{}: <... {} resumed>{}", actors_text(resumed_actors(s, chance, actor)),
                     spec_of(call).name, outcome);
}

}  // namespace

Ending ending_of(const Session& session) {
  Ending e{.steps = static_cast<int>(session.steps().size()),
           .next = session.next_statement(),
           .expectations_failed = session.expectations_failed(),
           .model_differences = session.model_differences(),
           .last_failure = {},
           .final_differences = session.final_differences(),
           .died = session.died().value_or(""),
           .stuck = {}};
  if (!session.steps().empty()) e.last_failure = session.steps().back().expectation_failure;
  const auto size = static_cast<int>(session.lesson().program.statements.size());
  if (session.died() || session.next_statement() < size) e.stuck = session.stuck();
  return e;
}

Transcript::Transcript(const Lesson& lesson, TranscriptOptions options, ReadyNow ready,
                       std::string& out)
    : lines_(lesson, std::move(ready), out, options.to_run), options_(std::move(options)) {}

void Transcript::begin(int next, const std::string& failure) {
  lines_.pass_to(next);
  if (!failure.empty()) lines_.comment("does not hold: " + failure);
}

void Transcript::step(const StepRecord& record, int next) {
  if (pending_ && record.is_resume && record.returned && record.actor == pending_->actor) {
    StepRecord whole = *std::move(pending_);
    pending_.reset();
    whole.returned = true;
    whole.outcome = record.outcome;
    whole.events = record.events;
    whole.bound = record.bound;
    whole.resumed = record.resumed;
    const bool both = !whole.expectation_failure.empty() && !record.expectation_failure.empty();
    whole.expectation_failure += (both ? "; " : "") + record.expectation_failure;
    whole.not_modelled = record.not_modelled;
    whole.differences.insert(whole.differences.end(), record.differences.begin(),
                             record.differences.end());
    whole.micro.insert(whole.micro.end(), record.micro.begin(), record.micro.end());
    const Expected* written = expected_of(lines_.statement(whole.statement));
    print_step(whole,
               written != nullptr ? written : expected_of(lines_.statement(record.statement)));
  } else {
    print_pending();
    if (!record.returned && record.resumed.empty() && !lines_.expects_before(next)) {
      pending_ = record;
      pending_next_ = next;
      return;
    }
    print_step(record, expected_of(lines_.statement(record.statement)));
  }
  failure_told_ = record.expectation_failure.size();
  lines_.pass_to(next);
}

void Transcript::late(const StepRecord& record) {
  if (pending_ && pending_->n == record.n) {
    pending_->expectation_failure = record.expectation_failure;
    return;
  }
  tell_the_rest(record.expectation_failure);
}

// Of the last step's failures those that came after it was printed.
void Transcript::tell_the_rest(std::string_view failures) {
  if (const auto rest = rest_of_failures(failures, failure_told_); !rest.empty()) {
    lines_.comment("does not hold: " + rest);
  }
  failure_told_ = failures.size();
}

std::string rest_of_failures(std::string_view failures, std::size_t told) {
  if (failures.size() <= told) return {};
  failures.remove_prefix(told);
  if (failures.starts_with("; ")) failures.remove_prefix(2);
  return std::string(failures);
}

void Transcript::print_pending() {
  if (!pending_) return;
  const StepRecord record = *std::move(pending_);
  pending_.reset();
  print_step(record, nullptr);
  failure_told_ = record.expectation_failure.size();
  lines_.pass_to(pending_next_);
}

void Transcript::print_step(const StepRecord& record, const Expected* written) {
  lines_.pass_to(record.statement);
  if (!record.returned) {
    lines_.line(record.statement, lines_.call_text(record) + " <unfinished ...>");
  } else {
    returned_line(record, written);
  }
  // The order in which woken threads got to return is the scheduler's, so it is not kept, and which
  // of several it was that got this or that is neither.
  std::map<std::pair<ActorId, std::string>, std::vector<const Resumed*>> others;
  for (const Resumed& other : record.resumed) {
    const auto& group = other.chance.actors;
    const ActorId first = group.empty() ? other.actor : *group.begin();
    others[{first, print_outcome(other.call, other.outcome, other.events)}].push_back(&other);
  }
  for (const auto& [key, alike] : others) {
    for (const Resumed* other : alike) resumed_line(*other);
  }
  notes(record);
}

void Transcript::returned_line(const StepRecord& record, const Expected* written) {
  const Statement* s = lines_.statement(record.statement);
  const bool chance = descriptors_.shows_socket_size(record.request, record.outcome) ||
                      (!record.is_resume && is_chance(record.chance));
  const bool ticks = descriptors_.shows_ticks(record.request, record.outcome);
  descriptors_.see(record.call, record.request, record.names, record.outcome);
  const std::string outcome = outcome_text(
      record.call, record.outcome, descriptors_.still_named(record.events), written, chance, ticks);
  if (!record.is_resume) {
    lines_.line(record.statement, lines_.call_text(record) + outcome);
    return;
  }
  print_resumed(record.statement,
                resumed_text(s, record.chance, record.actor, record.call.name, outcome),
                s == nullptr && record.chance.by_chance);
}

// What another order of running would not give, the transcript cannot ask for.
void Transcript::print_resumed(int statement, const std::string& words, bool by_chance) {
  if (by_chance) return lines_.comment("by chance: " + words);
  lines_.line(statement, words);
}

void Transcript::resumed_line(const Resumed& other) {
  const Statement* s = lines_.statement(claim(other.actor, other.call.name));
  const bool chance = descriptors_.shows_socket_size(other.request, other.outcome);
  const bool ticks = descriptors_.shows_ticks(other.request, other.outcome);
  const std::string outcome =
      outcome_text(other.call, other.outcome, descriptors_.still_named(other.events),
                   expected_of(s), chance, ticks);
  print_resumed(-1, resumed_text(s, other.chance, other.actor, other.call.name, outcome),
                s == nullptr && other.chance.by_chance);
}

// The program's own `resumed` line for a call that has returned; -1: it has none.
int Transcript::claim(ActorId actor, CallName call) {
  for (int i = lines_.cursor(); i < lines_.cursor() + kLookAhead; ++i) {
    const Statement* s = lines_.statement(i);
    if (s == nullptr) return -1;
    if (const auto* other = std::get_if<CallStatement>(&s->what)) {
      if (other->actor == actor) return -1;
    }
    const auto* line = std::get_if<ResumedStatement>(&s->what);
    if (line == nullptr || line->call != call || claimed_.contains(i)) continue;
    if (std::find(line->actors.begin(), line->actors.end(), actor) == line->actors.end()) continue;
    claimed_.insert(i);
    return i;
  }
  return -1;
}

void Transcript::micro_steps(const StepRecord& record) {
  for (const MicroStep& m : record.micro) {
    const bool failed = m.what == MicroStep::What::failed && record.outcome.failed();
    const auto why = failed && options_.refusal ? options_.refusal(record) : std::nullopt;
    lines_.comment("  " + (why ? describe(m, *why) : describe(m)));
  }
}

void Transcript::notes(const StepRecord& record) {
  if (options_.micro) micro_steps(record);
  if (!record.expectation_failure.empty()) {
    lines_.comment("does not hold: " + record.expectation_failure);
  }
  for (const std::string& d : record.differences) lines_.comment("model differs: " + d);
  if (record.branch_differs) lines_.comment("not the result of the first time");
  if (!record.not_modelled.empty() && record.not_modelled != not_modelled_) {
    lines_.comment("not modelled: " + record.not_modelled);
  }
  not_modelled_ = record.not_modelled;
}

void Transcript::end(const Ending& ending) {
  print_pending();
  tell_the_rest(ending.last_failure);
  if (options_.to_run) {
    keep_rest();
    lines_.close();
    return;
  }
  leave_out_rest(ending.next);
  lines_.close();
  if (!ending.died.empty()) lines_.comment(ending.died);
  for (const std::string& who : ending.stuck) lines_.comment(who);
  for (const std::string& d : ending.final_differences) lines_.comment("model differs: " + d);
  lines_.comment(
      fmt::format("{}, {} failed, {}", counted(ending.steps, "step", "steps"),
                  counted(ending.expectations_failed, "expectation", "expectations"),
                  counted(ending.model_differences, "model difference", "model differences")));
}

void Transcript::leave_out_rest(int next) {
  int left = 0;
  for (int i = lines_.cursor(); const Statement* s = lines_.statement(i); ++i) {
    const auto* call = std::get_if<CallStatement>(&s->what);
    if (call == nullptr || ++left > kMostLeftOver) continue;
    lines_.comment((i < next ? "not finished: " : "not made: ") +
                   actor_prefix(call->actor, call->actor_written) + print(call->call));
  }
  if (left > kMostLeftOver) {
    lines_.comment(fmt::format("not made: {} more", left - kMostLeftOver));
  }
}

void Transcript::keep_rest() {
  for (int i = lines_.cursor(); const Statement* s = lines_.statement(i); ++i) {
    if (std::holds_alternative<Comment>(s->what)) {
      lines_.pass_to(i + 1);
      continue;
    }
    Statement bare = *s;  // the printer adds the comment
    bare.comment.clear();
    bare.predict = false;
    lines_.line(i, print(bare));
  }
}

std::string transcript_of(const Session& session, TranscriptOptions options) {
  std::string out;
  int now = 0;
  const auto ready = [&](const std::string& epoll) -> std::optional<std::vector<std::string>> {
    const int unknown_from = session.not_modelled_from();
    if (unknown_from > 0 && now >= unknown_from) return std::nullopt;
    const State state = session.state_at(now);
    std::vector<std::string> names;
    for (const EventpollState& ep : state.eventpolls) {
      if (ep.name != epoll) continue;
      for (const EpitemId id : ep.ready) {
        const auto it = std::find_if(ep.items.begin(), ep.items.end(),
                                     [&](const ItemState& item) { return item.id == id; });
        if (it != ep.items.end()) names.push_back(it->name);
      }
    }
    return names;
  };
  Transcript transcript(session.lesson(), std::move(options), ready, out);
  const auto& steps = session.steps();
  const auto next_after = [&](std::size_t done) {  // where the program stood after so many steps
    for (std::size_t i = done; i < steps.size(); ++i) {
      if (steps[i].statement >= 0) return steps[i].statement;
    }
    return session.next_statement();
  };
  transcript.begin(next_after(0), session.failed_before_steps());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    now = steps[i].n;
    transcript.step(steps[i], next_after(i + 1));
  }
  transcript.end(ending_of(session));
  return out;
}

}  // namespace epollscope
