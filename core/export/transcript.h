// A run as text: what strace would have printed, and itself a scenario whose re-run checks every
// line. Lines that are not statements start with `# `.
//
// It streams: a statement is printed once its call has returned. A call that sleeps is held back
// until another actor's line is due; then it prints as `<unfinished ...>`, and its end as a
// `resumed` line. A call that returns before that prints as one line.
// Not thread-safe; writes nothing but the string it is given.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/export/outcome_text.h"
#include "core/export/scenario_lines.h"
#include "core/script/program.h"
#include "core/session/session.h"

namespace epollscope {

struct TranscriptOptions {
  bool micro = false;  // micro-steps as comments
  // Why a call failed, in the words of its moment and its errno in front; nullopt: no more is known
  // than its errno says. Stands in place of the micro-step's own reason.
  std::function<std::optional<std::string>(const StepRecord&)> refusal = {};
  bool to_run = false;  // statements that were not begun stay statements, and nothing is summed up
};

// How a run ended.
struct Ending {
  int steps = 0;
  int next = 0;  // statements from here on were not begun
  int expectations_failed = 0;
  int model_differences = 0;
  std::string last_failure = {};  // of the last step: lines after it may have added to it
  std::vector<std::string> final_differences = {};
  std::string died = {};                // why the lab is gone; empty: it is not
  std::vector<std::string> stuck = {};  // who waits for what, when that ended the run
};
Ending ending_of(const Session& session);

class Transcript {
 public:
  // `lesson` and `out` must outlive the transcript; text is appended to `out`.
  Transcript(const Lesson& lesson, TranscriptOptions options, ReadyNow ready, std::string& out);

  // Before the first step. `next` and `failure`: Session::next_statement() and
  // failed_before_steps() at that moment.
  void begin(int next, const std::string& failure = {});
  // The step that has just ended, and how far the program has come. Requires: steps in order.
  void step(const StepRecord& record, int next);
  // What was found out about the newest step after step() was told of it.
  void late(const StepRecord& record);
  // Prints what is held back: a call that has not returned, which may end on the same line.
  void settle() { print_pending(); }
  // Everything that is left, and the summary. Call once.
  void end(const Ending& ending);

 private:
  void print_step(const StepRecord& record, const Expected* written);
  void print_pending();
  void returned_line(const StepRecord& record, const Expected* written);
  void resumed_line(const Resumed& other);
  void print_resumed(int statement, const std::string& words, bool by_chance);
  void notes(const StepRecord& record);
  void micro_steps(const StepRecord& record);
  int claim(ActorId actor, CallName call);
  void tell_the_rest(std::string_view failures);
  void leave_out_rest(int next);
  void keep_rest();

  ScenarioLines lines_;
  TranscriptOptions options_;
  std::optional<StepRecord> pending_;  // a call that sleeps, not printed yet
  int pending_next_ = 0;
  std::set<int> claimed_;  // `resumed` lines of the program that stand for a printed one
  Descriptors descriptors_;
  std::string not_modelled_;
  std::size_t failure_told_ = 0;  // characters of the last step's failure
};

// Of a step's failures, sentences with "; " between them, those behind the first `told` characters.
std::string rest_of_failures(std::string_view failures, std::size_t told);

// The whole of a session as far as it has run.
std::string transcript_of(const Session& session, TranscriptOptions options = {});

}  // namespace epollscope
