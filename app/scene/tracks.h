// The time that each micro-step of a journey has. Private to the room.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/scene/motion.h"

namespace epollscope::scene {

struct Span {  // of the journey's time
  float from = 0, to = 1;
  // How much of it has passed at `t`, 0 to 1.
  [[nodiscard]] float share(float t) const {
    return std::clamp((t - from) / (to - from), 0.0F, 1.0F);
  }
};

struct Track {
  const MicroStep* step = nullptr;
  Span span;
  int slot = -1;  // of events[], for `reported`
};

// Those micro-steps that can be seen, each in its turn; neighbours overlap where there are many.
std::vector<Track> tracks_of(const Journey& journey);

// Of a callback's track: until its pulse has reached the epitem.
inline constexpr float kHookShare = 0.6F;
bool runs_along_hook(const MicroStep& step);

// Slow at both ends.
inline float eased(float share) { return share * share * (3 - 2 * share); }

// Pulses that travel at this time, above everything.
void draw_pulses(Scene& out, const Scene& before, const Scene& after, std::span<const Track> tracks,
                 const Journey& journey, float t);

const Part* find_part(const Scene& scene, std::string_view key);

}  // namespace epollscope::scene
