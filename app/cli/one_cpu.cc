#include "app/cli/one_cpu.h"

#include <algorithm>

namespace epollscope::cli {
namespace {

bool has_one_thread(const Program& program) {
  return std::ranges::all_of(program.statements, [](const Statement& s) {
    const auto* call = std::get_if<CallStatement>(&s.what);
    return call == nullptr || call->actor == ActorId{};
  });
}

}  // namespace

OneCpu::OneCpu(const Program& program) {
  if (!has_one_thread(program) || sched_getaffinity(0, sizeof before_, &before_) != 0) return;
  const int here = sched_getcpu();
  if (here < 0) return;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<unsigned>(here), &one);
  pinned_ = sched_setaffinity(0, sizeof one, &one) == 0;
}

OneCpu::~OneCpu() {
  if (pinned_) sched_setaffinity(0, sizeof before_, &before_);
}

}  // namespace epollscope::cli
