// What ends a lab before its program does: time in which nothing happens, and memory.
#include <fmt/format.h>

#include "core/session/impl.h"
#include "core/session/lockstep.h"

namespace epollscope {

void Session::Impl::check_time_limit() {
  if (!running || death) return;
  if (std::chrono::steady_clock::now() - last_progress < options.time_limit) return;
  for (const Returned& r : running->returned) asleep.erase(r.actor);
  std::string why = fmt::format("no call returned for {} ms: the time limit ended the lab",
                                options.time_limit.count());
  if (running->main && is_row_of_calls(running->main->request) &&
      !has_returned(*running, {running->main->actor})) {
    why += fmt::format("; {} comes to no end: no call of its row met EAGAIN",
                       print(running->record.call));
  }
  over_time = true;
  end_lab(std::move(why));
}

void Session::Impl::end_lab(std::string why) {
  ++touched;
  death = std::move(why);
  running.reset();
  kernel.reset();
}

// Pipes have a limit of the kernel's own for each user, and TCP one for all; AF_UNIX has none but
// that of each socket.
void Session::Impl::check_memory() {
  constexpr std::int64_t kMuch = 4096;  // bytes of one call
  constexpr int kAtLeastEach = 64;      // steps
  const StepRecord& record = steps.back();
  if (options.model_only) return;
  if (record.outcome.returned < kMuch && record.n % kAtLeastEach != 0) return;
  if (history.live().socket_memory() >> 20 < options.most_socket_mib) return;
  end_lab(fmt::format(
      "sockets hold about {} MiB that nobody has read, which is the most that a scenario "
      "may: the lab was ended",
      options.most_socket_mib));
}

}  // namespace epollscope
