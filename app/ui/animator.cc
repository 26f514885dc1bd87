#include "app/ui/animator.h"

#include <algorithm>
#include <utility>

namespace epollscope::ui {
namespace {

using Seconds = std::chrono::duration<double>;
constexpr Seconds kFrame{1.0 / 60};

}  // namespace

std::vector<MicroStep> micro_between(std::span<const StepRecord> steps, int from_step,
                                     std::optional<int> from_micro, int to_step,
                                     std::optional<int> to_micro) {
  if (to_step < 1 || to_step > static_cast<int>(steps.size())) return {};
  const auto& all = steps[static_cast<std::size_t>(to_step) - 1].micro;
  const int count = static_cast<int>(all.size());
  const bool next = from_step == to_step - 1 && !from_micro;
  if (!next && from_step != to_step) return {};
  const int from = std::min(count, next ? 0 : from_micro.value_or(count));
  const int to = std::min(count, to_micro.value_or(count));
  if (to <= from) return {};
  return {all.begin() + from, all.begin() + to};
}

std::shared_ptr<const scene::Scene> Animator::at(const Desk& desk,
                                                 std::shared_ptr<const scene::Scene> scene,
                                                 scene::Motion motion, Clock::time_point now) {
  const Moment to{.session = &desk.session(),
                  .step = desk.view.step,
                  .micro = desk.view.micro,
                  .width = scene->width,
                  .height = scene->height,
                  .lang = desk.view.lang};
  const bool comparable = to.session == shown_.session && to.width == shown_.width &&
                          to.height == shown_.height && to.lang == shown_.lang;
  if (!comparable) {
    start_.reset();
  } else if (to.step != shown_.step || to.micro != shown_.micro) {
    set_out(desk, to, motion, now);
  }
  shown_ = to;
  drawn_ = now;
  last_ = scene;
  if (!start_) return scene;
  const double t = Seconds(now - *start_).count() / seconds_;
  if (t >= 1) {
    start_.reset();
    before_.reset();
    return scene;
  }
  return std::make_shared<scene::Scene>(
      scene::between(*before_, *scene, journey_, static_cast<float>(t)));
}

void Animator::set_out(const Desk& desk, const Moment& to, scene::Motion motion,
                       Clock::time_point now) {
  journey_ = {
      .micro = micro_between(desk.session().steps(), shown_.step, shown_.micro, to.step, to.micro),
      .motion = motion,
      .lang = to.lang};
  seconds_ = scene::seconds_of(journey_);
  start_.reset();
  if (seconds_ <= 0) return;
  before_ = std::move(last_);
  start_ = now;
}

std::optional<Animator::Clock::time_point> Animator::next_frame() const {
  if (!start_) return std::nullopt;
  return drawn_ + std::chrono::duration_cast<Clock::duration>(kFrame);
}

}  // namespace epollscope::ui
