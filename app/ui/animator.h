// Motion in the window: notices that the cursor moved and shows the way from the last picture to
// the new one. It never holds anything up: hits, commands and the state are those of the new
// picture from its first frame on, and the next move begins where it stands.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "app/scene/motion.h"
#include "app/ui/desk.h"

namespace epollscope::ui {

class Animator {
 public:
  using Clock = std::chrono::steady_clock;

  // What is to be drawn at this time for the scene of what the desk looks at now: itself at rest.
  std::shared_ptr<const scene::Scene> at(const Desk& desk,
                                         std::shared_ptr<const scene::Scene> scene,
                                         scene::Motion motion, Clock::time_point now);

  // When there is another picture of the way to show; nothing at rest.
  [[nodiscard]] std::optional<Clock::time_point> next_frame() const;

 private:
  struct Moment {  // what a picture depends on but for time
    const Session* session = nullptr;
    int step = 0;
    std::optional<int> micro;
    float width = 0, height = 0;
    Lang lang = Lang::en;
  };
  void set_out(const Desk& desk, const Moment& to, scene::Motion motion, Clock::time_point now);

  Moment shown_;
  std::shared_ptr<const scene::Scene> last_, before_;
  scene::Journey journey_;
  std::optional<Clock::time_point> start_;
  double seconds_ = 0;
  Clock::time_point drawn_;
};

// The micro-steps between two cursors of one history, in order; none where the second is not
// later by one step or less.
std::vector<MicroStep> micro_between(std::span<const StepRecord> steps, int from_step,
                                     std::optional<int> from_micro, int to_step,
                                     std::optional<int> to_micro);

}  // namespace epollscope::ui
