#include "tests/conformance/trial.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <exception>
#include <string_view>

#include "tests/conformance/generator.h"

namespace epollscope::trial {
namespace {

// Nothing shows the order of two timers or of two inotify instances, or what a connection holds,
// and a program comes by the others through a duplicate now and then. Everything else that a
// program uses has rules.
constexpr std::array<std::string_view, 16> kExcused = {"timers",
                                                       "which of two inotify instances",
                                                       "signal of the process",
                                                       "how much",
                                                       "connects to itself",
                                                       "IPv4 through",
                                                       "connect of AF_UNIX",
                                                       "MSG_PEEK that waits",
                                                       "SO_RCVLOWAT of",
                                                       "was shut down before",
                                                       "bytes that wait for room",
                                                       "when TCP passes bytes on",
                                                       "of an earlier TCP connection",
                                                       "only a child has",
                                                       "a signalfd that a child asks",
                                                       "sizes of socket buffers"};

std::optional<std::string> trouble(const StepRecord& r) {
  if (!r.differences.empty()) return r.differences.front();
  const auto excused = [&](std::string_view what) {
    return r.not_modelled.find(what) != std::string::npos;
  };
  if (r.not_modelled.empty() || std::ranges::any_of(kExcused, excused)) return std::nullopt;
  return "not modelled: " + r.not_modelled;
}

// What is wrong with the steps from the one behind `from` on.
std::optional<std::string> trouble_since(const Session& s, std::size_t from) {
  for (std::size_t i = from; i < s.steps().size(); ++i) {
    if (auto what = trouble(s.steps()[i])) return what;
  }
  return s.died();
}

std::string show(const StepRecord& r) {
  std::string text = fmt::format("{}: {}", print(r.actor), print(r.call));
  text += r.returned ? print_outcome(r.call, r.outcome, r.events) : std::string(" sleeps");
  for (const Resumed& other : r.resumed) {
    text += fmt::format(" | {}: {}{}", print(other.actor), print(other.call),
                        print_outcome(other.call, other.outcome, other.events));
  }
  return text + "\n";
}

std::string last_steps(const Session& s) {
  constexpr std::size_t kShown = 40;
  std::string text;
  const std::size_t all = s.steps().size();
  for (std::size_t i = all - std::min(all, kShown); i < all; ++i) text += show(s.steps()[i]);
  return text;
}

// Runs one more statement; what went wrong with it, if anything.
std::optional<std::string> play(Session& s, const Statement& statement) {
  const std::size_t before = s.steps().size();
  try {
    s.append(statement);
    if (s.step()) s.wait();
  } catch (const std::exception& e) {
    return std::string("an exception left the session: ") + e.what();
  }
  return trouble_since(s, before);
}

// A name that was closed may mean something by now that takes all it is given: fill() has no end.
bool never_fills(const Statement& statement, const std::string& what) {
  const auto* call = std::get_if<CallStatement>(&statement.what);
  return call != nullptr && call->call.name == CallName::fill &&
         what.find("time limit") != std::string::npos;
}

std::optional<std::string> trouble_at_end(Session& s) {
  const std::size_t before = s.steps().size();
  s.finish();
  if (auto what = trouble_since(s, before)) return what;
  if (!s.final_differences().empty()) return s.final_differences().front();
  return std::nullopt;
}

}  // namespace

void stay_on_one_cpu() {
  const int here = sched_getcpu();
  if (here < 0) return;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<unsigned>(here), &one);
  sched_setaffinity(0, sizeof one, &one);
}

Result<Tally> run_random(std::uint64_t seed, const Options& options) {
  auto started = Session::start({}, options.session);
  if (!started) return std::unexpected(started.error());
  Session& s = **started;
  Generator generator(seed, options.threads, options.calm, options.sockets, options.processes,
                      options.terminals);
  Tally tally;
  tally.programs = 1;
  std::optional<std::string> what;
  for (int i = 0; i < options.length && !generator.stuck() && !what; ++i) {
    Statement statement;
    statement.what = generator.next();
    what = play(s, statement);
    for (auto n = static_cast<std::size_t>(tally.steps); n < s.steps().size(); ++n) {
      const StepRecord& r = s.steps()[n];
      generator.learn(r);
      ++tally.steps;
      tally.woken += r.resumed.empty() ? 0 : 1;
      tally.raced += r.resumed.size() > 1 ? 1 : 0;
    }
    if (what && never_fills(statement, *what)) return tally;
  }
  if (!what) what = trouble_at_end(s);
  tally.program = s.lesson().program;
  if (what) tally.difference = Difference{tally.program, *what, last_steps(s)};
  return tally;
}

Result<std::optional<Difference>> run_program(const Program& program,
                                              const SessionOptions& options) {
  auto started = Session::start({}, options);
  if (!started) return std::unexpected(started.error());
  Session& s = **started;
  for (const Statement& statement : program.statements) {
    auto what = play(s, statement);
    // Without its sigaction() a shorter program ends the lab: no difference.
    if (what && what->find("no sigaction") != std::string::npos) return std::nullopt;
    if (what) return Difference{s.lesson().program, *what, last_steps(s)};
  }
  if (auto what = trouble_at_end(s)) return Difference{s.lesson().program, *what, last_steps(s)};
  return std::nullopt;
}

}  // namespace epollscope::trial
