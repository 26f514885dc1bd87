// trial --seed S --steps N: random programs until N steps were compared or the model differed.
// Exit status: 0 no difference · 1 a difference, its shortest program printed · 2 bad usage ·
// 3 the environment lacks something.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <utility>

#include "core/lab/lab.h"
#include "tests/conformance/trial.h"

namespace {

using namespace epollscope;
using Clock = std::chrono::steady_clock;

const std::map<std::string, XrayUse> kXray = {
    {"off", XrayUse::off}, {"auto", XrayUse::automatic}, {"on", XrayUse::on}};

struct Wanted {
  std::optional<std::uint64_t> seed;
  std::int64_t steps = 20'000;
  std::int64_t most_differences = 1;
  std::string keep;
  trial::Options trial;
  bool spread = false;
  bool show = false;
  bool no_shrink = false;
};

void report(const trial::Difference& d, std::uint64_t seed, const Wanted& wanted) {
  fmt::print("difference in the program of seed {}: {}\n", seed, d.what);
  fmt::print("the last steps:\n{}", d.steps);
  constexpr int kTriesOfARace = 20;
  const int tries = wanted.trial.threads > 1 ? kTriesOfARace : 1;
  const Program program =
      wanted.no_shrink ? d.program : trial::shrink(d, wanted.trial.session, tries);
  const std::string text = fmt::format("# seed {}: {}\n{}", seed, d.what, print(program));
  if (!wanted.no_shrink) fmt::print("the shortest program that shows it:\n{}", text);
  if (wanted.keep.empty()) return;
  const auto path = std::filesystem::path(wanted.keep) / fmt::format("seed-{}.epoll", seed);
  std::ofstream(path) << text;
  fmt::print("kept as {}\n", path.string());
}

int run(const Wanted& wanted) {
  const std::uint64_t first = wanted.seed ? *wanted.seed : std::random_device{}();
  fmt::print(
      "trial: seed {}, {} steps, {} a program at most\n", first, wanted.steps,
      wanted.trial.threads == 1 ? "one thread" : fmt::format("{} threads", wanted.trial.threads));
  std::fflush(stdout);
  trial::Tally all;
  std::int64_t differences = 0;
  const auto begin = Clock::now();
  for (std::uint64_t seed = first; all.steps < wanted.steps; ++seed) {
    const auto tally = trial::run_random(seed, wanted.trial);
    if (!tally) {
      fmt::print(stderr, "trial: {}: {}\n", tally.error().what, tally.error().remedy);
      return 3;
    }
    all.steps += tally->steps;
    all.programs += tally->programs;
    all.woken += tally->woken;
    all.raced += tally->raced;
    if (wanted.show) fmt::print("# seed {}\n{}", seed, print(tally->program));
    if (!tally->difference) continue;
    report(*tally->difference, seed, wanted);
    if (++differences >= wanted.most_differences) break;
  }
  const std::chrono::duration<double> took = Clock::now() - begin;
  fmt::print(
      "{} steps in {} programs, threads were woken in {} of them, several in {}, {:.0f} steps per "
      "second, {} differences\n",
      all.steps, all.programs, all.woken, all.raced, static_cast<double>(all.steps) / took.count(),
      differences);
  return differences == 0 ? 0 : 1;
}

// One for all programs: loading it takes longer than most of them. False: it was insisted on.
bool use_xray(SessionOptions& session) {
  const XrayUse asked = std::exchange(session.xray, XrayUse::off);
  if (asked == XrayUse::off) return true;
  auto xray = Xray::open(getpid());
  if (!xray) {
    fmt::print(stderr, "trial: without X-rays: {}: {}\n", xray.error().what, xray.error().remedy);
    return asked == XrayUse::automatic;
  }
  session.shared_xray = std::move(*xray);
  session.xray = XrayUse::on;
  session.verify_lists = false;  // the X-ray shows them
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  run_lab_if_asked(argc, argv);
  Wanted wanted;
  wanted.trial.session.verify_lists = true;
  wanted.trial.session.schedules = 20'000;
  wanted.trial.session.time_limit = std::chrono::seconds(3);
  CLI::App app("compares the model with the running kernel by random programs");
  app.add_option("--seed", wanted.seed, "of the first program; without it a new one each time");
  app.add_option("--steps", wanted.steps, "to compare")->check(CLI::PositiveNumber);
  std::optional<std::int64_t> unseen;
  app.add_option("--unseen", unseen,
                 "steps to compare where no X-ray shows what a race leaves: then, on a busy "
                 "machine, one order in some ten thousand steps is taken for another")
      ->check(CLI::PositiveNumber);
  app.add_option("--threads", wanted.trial.threads, "that a program may use")
      ->check(CLI::Range(1, 16));
  app.add_option("--length", wanted.trial.length, "statements of a program")
      ->check(CLI::PositiveNumber);
  app.add_option("--differences", wanted.most_differences, "after which it ends")
      ->check(CLI::PositiveNumber);
  app.add_option("--keep", wanted.keep, "folder for programs that differ")
      ->check(CLI::ExistingDirectory);
  app.add_option("--xray", wanted.trial.session.xray, "compare what an X-ray shows, too")
      ->transform(CLI::CheckedTransformer(kXray));
  app.add_flag("--calm", wanted.trial.calm, "no deadlines, messages, drain() and fill()");
  app.add_flag("--sockets", wanted.trial.sockets, "sockets that listen and connect as well");
  app.add_flag("--processes", wanted.trial.processes, "processes that fork() makes as well");
  app.add_flag("--ptys", wanted.trial.terminals, "pseudoterminals as well");
  app.add_flag("--show", wanted.show, "print every program");
  app.add_flag("--no-shrink", wanted.no_shrink,
               "do not look for the shortest program that differs");
  app.add_flag("--spread", wanted.spread, "use every CPU; else one");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  if (!wanted.spread) trial::stay_on_one_cpu();
  if (!use_xray(wanted.trial.session)) return 3;
  if (unseen && !wanted.trial.session.shared_xray) wanted.steps = *unseen;
  return run(wanted);
}
