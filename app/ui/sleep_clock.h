// How long threads have slept in a call that has a time limit, as the window saw it: kernels do not
// say, and a picture does not keep time. It ticks only while such a sleeper is in sight.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

#include "app/ui/desk.h"

namespace epollscope::ui {

class SleepClock {
 public:
  using Clock = std::chrono::steady_clock;

  // Of those asleep at the newest moment, nanoseconds; nobody while the desk looks back.
  std::map<ActorId, std::int64_t> elapsed(const Desk& desk, Clock::time_point now);

  // When a ring will have become shorter by something that can be seen; nothing without sleepers.
  [[nodiscard]] std::optional<Clock::time_point> next_frame() const { return next_; }

 private:
  struct Sleep {
    int step = 0;  // the one that fell asleep
    Clock::time_point since;
  };
  const Session* session_ = nullptr;
  std::map<ActorId, Sleep> asleep_;
  std::optional<Clock::time_point> next_;
};

}  // namespace epollscope::ui
