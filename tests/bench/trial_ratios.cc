// Prints how long a step of the trial takes, in which everything is compared, beside a call in a
// lab that nobody compares with anything. Both on one CPU. It asserts nothing.
#include <fcntl.h>
#include <poll.h>

#include "core/lab/lab.h"
#include "tests/bench/table.h"
#include "tests/conformance/trial.h"

namespace epollscope::bench {
namespace {

constexpr int kRounds = 5;
constexpr int kCalls = 20'000;
constexpr std::int64_t kSteps = 20'000;

void call(Kernel& lab, const Request& request) {
  lab.submit({}, request);
  for (;;) {
    const auto n = lab.take();
    if (n && n->kind != Notification::Kind::returned) return;
    if (n) continue;
    pollfd p{.fd = lab.wait_fd(), .events = POLLIN, .revents = 0};
    poll(&p, 1, -1);
  }
}

std::optional<double> bare_call() {
  const auto lab = start_lab();
  if (!lab) return std::nullopt;
  const Request request{Fcntl{Fd{0}, F_GETFL, 0}, {}};
  return seconds_of([&] {
           for (int i = 0; i < kCalls; ++i) call(**lab, request);
         }) /
         kCalls;
}

std::optional<double> compared_step(std::uint64_t& seed) {
  trial::Options options;
  options.session.verify_lists = true;
  std::int64_t steps = 0;
  bool differs = false;
  const double seconds = seconds_of([&] {
    for (; steps < kSteps && !differs; ++seed) {
      const auto tally = trial::run_random(seed, options);
      differs = !tally || tally->difference;
      if (tally) steps += tally->steps;
    }
  });
  if (differs) return std::nullopt;
  return seconds / static_cast<double>(steps);
}

}  // namespace
}  // namespace epollscope::bench

int main(int argc, char** argv) {
  using namespace epollscope;
  run_lab_if_asked(argc, argv);
  trial::stay_on_one_cpu();
  std::uint64_t seed = 1;
  const auto pair =
      bench::in_turn(bench::kRounds, bench::bare_call, [&] { return bench::compared_step(seed); });
  bench::print_header("lab", "trial");
  bench::print_row("a step", pair, bench::kMicroseconds, "aim: 20,000 steps a second, 50 µs");
}
