// Prints what a session costs that has recorded much: a step beside many registered descriptors
// and beside few, the memory of a step, the way to any moment of the past. It asserts nothing.
#include <malloc.h>

#include <algorithm>
#include <array>
#include <random>

#include "core/lab/lab.h"
#include "core/session/session.h"
#include "tests/bench/table.h"
#include "tests/conformance/trial.h"

namespace epollscope::bench {
namespace {

constexpr int kRounds = 3;
constexpr int kFew = 10, kMany = 10'000, kRecorded = 1'000;
constexpr int kTimed = 2'000;     // steps
constexpr int kHistory = 10'000;  // steps
constexpr int kSeeks = 100;
constexpr unsigned kSeed = 1;

void add(Session& session, const std::string& line) {
  const auto statement = parse_statement(line);
  if (statement) session.append(*statement);
}

void run(Session& session) {
  while (session.step()) session.wait();
}

// A session whose instance watches `n` counters, of which the first is used.
std::unique_ptr<Session> watching(int n) {
  auto lesson = parse_lesson(fmt::format(
      "ep = epoll_create1(0)\ne[1..{0}] = eventfd(0, 0)\nepoll_ctl(ep, ADD, e[1..{0}], IN)\n", n));
  if (!lesson) return nullptr;
  auto session = Session::start(std::move(*lesson));
  if (!session) return nullptr;
  run(**session);
  return std::move(*session);
}

// One of them is written, reported and read, in turn.
void use(Session& session, int steps) {
  constexpr std::array kLines{"write(e[1], 1)", "epoll_wait(ep, 8, 0)", "read(e[1], 8)"};
  for (int i = 0; i < steps; ++i) add(session, kLines[static_cast<std::size_t>(i) % kLines.size()]);
  run(session);
}

std::optional<double> step_beside(int n) {
  const auto session = watching(n);
  if (!session) return std::nullopt;
  use(*session, kTimed / 10);
  const double seconds = seconds_of([&] { use(*session, kTimed); });
  return session->died() ? std::nullopt : std::optional(seconds / kTimed);
}

struct Seek {
  double median = 0, longest = 0;
};
Seek seek(const Session& session) {
  std::mt19937 random(kSeed);
  const auto last = static_cast<unsigned>(session.steps().size());
  std::vector<double> times;
  times.reserve(kSeeks);
  for (int i = 0; i < kSeeks; ++i) {
    const int n = static_cast<int>(random() % (last + 1));
    times.push_back(seconds_of([&] { (void)session.state_at(n); }));
  }
  std::ranges::sort(times);
  return {times[times.size() / 2], times.back()};
}

void print_recorded() {
  const auto session = watching(kRecorded);
  if (!session) {
    fmt::print("a recorded session could not be measured\n");
    return;
  }
  const std::size_t before = mallinfo2().uordblks;
  use(*session, kHistory);
  const std::size_t bytes = mallinfo2().uordblks - before;
  fmt::print("{:<28} {:>9.2f} KiB beside {} descriptors, after {} steps: aim 2\n",
             "memory of a step", static_cast<double>(bytes) / kHistory / 1024, kRecorded, kHistory);
  const Seek found = seek(*session);
  fmt::print("{:<28} {:>9.2f} ms, the longest of {} {:.2f} ms: aim 50 (seed {})\n",
             "seek to any of them", found.median * 1e3, kSeeks, found.longest * 1e3, kSeed);
}

}  // namespace
}  // namespace epollscope::bench

int main(int argc, char** argv) {
  using namespace epollscope;
  run_lab_if_asked(argc, argv);
  trial::stay_on_one_cpu();
  const auto pair = bench::in_turn(
      bench::kRounds, [] { return bench::step_beside(bench::kFew); },
      [] { return bench::step_beside(bench::kMany); });
  bench::print_header("10 watched", "10,000");
  bench::print_row("a step", pair, bench::kMicroseconds, "aim 3");
  bench::print_recorded();
}
