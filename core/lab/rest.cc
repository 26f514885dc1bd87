#include "core/lab/rest.h"

namespace epollscope::lab {

void RestDetector::forget(std::size_t slot) {
  if (watched_.size() <= slot) watched_.resize(slot + 1);
  watched_[slot].last.reset();
  watched_[slot].confirmed = false;
}

bool RestDetector::all_asleep(const std::vector<std::size_t>& busy) {
  Pass p = pass(busy);
  if (p == Pass::fell_asleep) {
    for (const std::size_t slot : busy) {
      Watched& w = watched_[slot];
      if (!w.confirmed && !w.eyes.off_cpu()) return false;
      w.confirmed = true;
    }
    p = pass(busy);
  }
  return p == Pass::agrees;
}

RestDetector::Pass RestDetector::pass(const std::vector<std::size_t>& busy) {
  Pass result = Pass::agrees;
  for (const std::size_t slot : busy) {
    Watched& w = watched_[slot];
    const std::optional<TaskLook> now = look(slot, w);
    if (!now) {
      w.last.reset();
      w.confirmed = false;
      result = Pass::awake;  // the others are looked at all the same: it may save them a pass
    } else if (w.last != now) {
      w.last = now;
      w.confirmed = false;
      if (result == Pass::agrees) result = Pass::fell_asleep;
    } else if (!w.confirmed && result == Pass::agrees) {
      result = Pass::fell_asleep;
    }
  }
  return result;
}

// State, then switches, then the flag: a thread that is S before the flag is still set has not
// left its call in between.
std::optional<TaskLook> RestDetector::look(std::size_t slot, Watched& w) {
  const Slot& s = area_.slot(slot);
  if (!w.eyes.is_open()) {
    const auto tid = static_cast<pid_t>(s.tid.load(std::memory_order_acquire));
    if (tid == 0 || w.eyes.open(pid_, tid) != 0) return std::nullopt;
  }
  const std::optional<TaskLook> now = w.eyes.look();
  if (!now || now->state != 'S') return std::nullopt;
  if (s.phase.load(std::memory_order_acquire) != in_call) return std::nullopt;
  return now;
}

}  // namespace epollscope::lab
