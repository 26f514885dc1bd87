#include "core/lab/rest.h"

namespace epollscope::lab {

void RestDetector::forget(std::size_t slot) {
  if (watched_.size() <= slot) watched_.resize(slot + 1);
  watched_[slot].last.reset();
}

bool RestDetector::all_asleep(const std::vector<std::size_t>& busy) {
  const Pass first = pass(busy);
  return first == Pass::agrees || (first == Pass::fell_asleep && pass(busy) == Pass::agrees);
}

RestDetector::Pass RestDetector::pass(const std::vector<std::size_t>& busy) {
  Pass result = Pass::agrees;
  for (const std::size_t slot : busy) {
    Watched& w = watched_[slot];
    const std::optional<TaskLook> now = look(slot, w);
    if (!now) {
      result = Pass::awake;  // the others are looked at all the same: it may save them a pass
    } else if (w.last != now && result == Pass::agrees) {
      result = Pass::fell_asleep;
    }
    w.last = now;
  }
  return result;
}

bool RestDetector::still_sleeps(std::size_t slot) {
  if (watched_.size() <= slot || !watched_[slot].last) return false;
  return look(slot, watched_[slot]) == watched_[slot].last;
}

bool RestDetector::is_asleep(std::size_t slot) {
  if (watched_.size() <= slot) watched_.resize(slot + 1);
  Watched& w = watched_[slot];
  return has_eyes(slot, w) && w.eyes.asleep().has_value();
}

bool RestDetector::has_ended(std::size_t slot) {
  if (watched_.size() <= slot) watched_.resize(slot + 1);
  Watched& w = watched_[slot];
  const bool born = area_.slot(slot).tid.load(std::memory_order_acquire) != 0;
  return born && (!has_eyes(slot, w) || w.eyes.ended());
}

bool RestDetector::has_eyes(std::size_t slot, Watched& w) {
  if (w.eyes.is_open()) return true;
  const auto tid = static_cast<pid_t>(area_.slot(slot).tid.load(std::memory_order_acquire));
  return tid != 0 && w.eyes.open(area_.slot(slot).process ? tid : pid_, tid) == 0;
}

// How it sleeps, then the flag: it cannot have left its call before the flag was read.
std::optional<TaskLook> RestDetector::look(std::size_t slot, Watched& w) {
  const Slot& s = area_.slot(slot);
  if (!has_eyes(slot, w)) return std::nullopt;
  const std::optional<TaskLook> now = w.eyes.asleep();
  if (!now || s.phase.load(std::memory_order_acquire) != in_call) return std::nullopt;
  return now;
}

}  // namespace epollscope::lab
