// Steps made by hand, so that what is printed does not depend on any kernel.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/script/program.h"
#include "core/session/session.h"

namespace epollscope {

inline Lesson lesson_of(std::string_view text) {
  auto lesson = parse_lesson(text);
  EXPECT_TRUE(lesson.has_value()) << (lesson ? "" : print(lesson.error(), "test"));
  return lesson ? std::move(*lesson) : Lesson{};
}

// The step of statement `index`, returned with `outcome`.
inline StepRecord step_of(const Lesson& lesson, int index, Outcome outcome, int n) {
  const auto& what = lesson.program.statements.at(static_cast<std::size_t>(index)).what;
  const auto& call = std::get<CallStatement>(what);
  StepRecord record;
  record.n = n;
  record.statement = index;
  record.line = lesson.program.statements[static_cast<std::size_t>(index)].line;
  record.actor = call.actor;
  record.call = call.call;
  record.names = call.names;
  record.returned = true;
  record.outcome = std::move(outcome);
  for (std::size_t i = 0; i < record.names.size() && i < record.outcome.created.size(); ++i) {
    record.bound[record.names[i]] = record.outcome.created[i];
  }
  return record;
}

// The same, asleep.
inline StepRecord sleep_of(const Lesson& lesson, int index, int n) {
  StepRecord record = step_of(lesson, index, {}, n);
  record.returned = false;
  return record;
}

inline MicroStep micro_of(std::string_view function, MicroStep::What what) {
  MicroStep m;
  m.function = function;
  m.what = what;
  return m;
}

inline Outcome returns(std::int64_t value) {
  Outcome o;
  o.returned = value;
  return o;
}
inline Outcome fails(int error) {
  Outcome o;
  o.returned = -1;
  o.error = error;
  return o;
}
inline Outcome creates(std::vector<Fd> fds) {
  Outcome o;
  o.returned = fds.size() == 1 ? fds[0].value : 0;
  o.created = std::move(fds);
  return o;
}

inline StepRecord with_events(StepRecord record, std::vector<ShownEvent> events) {
  record.outcome.returned = static_cast<std::int64_t>(events.size());
  for (const ShownEvent& e : events) record.outcome.events.push_back({e.events, e.data});
  record.events = std::move(events);
  return record;
}

inline Resumed resumed_of(const StepRecord& asleep, std::vector<ShownEvent> events) {
  Resumed r;
  r.actor = asleep.actor;
  r.began = asleep.n;
  r.call = asleep.call;
  r.outcome = returns(static_cast<std::int64_t>(events.size()));
  for (const ShownEvent& e : events) r.outcome.events.push_back({e.events, e.data});
  r.events = std::move(events);
  r.printed_unfinished = true;
  return r;
}

}  // namespace epollscope
