#include "app/ui/sleep_clock.h"

namespace epollscope::ui {
namespace {

constexpr std::chrono::milliseconds kTick{100};

// The step in which a thread that sleeps now fell asleep.
int step_of_sleep(const Session& session, ActorId actor) {
  const auto& steps = session.steps();
  for (std::size_t n = steps.size(); n-- > 0;) {
    if (steps[n].actor == actor && !steps[n].is_resume) return static_cast<int>(n) + 1;
  }
  return 0;
}

}  // namespace

std::map<ActorId, std::int64_t> SleepClock::elapsed(const Desk& desk, Clock::time_point now) {
  const Session& session = desk.session();
  if (&session != session_) asleep_.clear();
  session_ = &session;
  next_.reset();
  std::map<ActorId, std::int64_t> all;
  if (session.stuck().empty() || session.died()) {
    asleep_.clear();
    return all;
  }
  std::map<ActorId, Sleep> still;
  for (const ThreadState& thread : session.state_at(desk.step_count()).threads) {
    if (thread.state != TaskState::blocked || !thread.timeout_ns) continue;
    const int step = step_of_sleep(session, thread.actor);
    const auto known = asleep_.find(thread.actor);
    const bool same = known != asleep_.end() && known->second.step == step;
    const Clock::time_point since = same ? known->second.since : now;
    still[thread.actor] = {step, since};
    all[thread.actor] = std::chrono::nanoseconds(now - since).count();
  }
  asleep_ = std::move(still);
  const bool in_sight = desk.view.step == desk.step_count() && !desk.view.micro;
  if (!in_sight) return {};
  if (!all.empty()) next_ = now + kTick;
  return all;
}

}  // namespace epollscope::ui
