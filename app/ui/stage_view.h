// The picture in the window: builds the scene of the cursor, draws it behind the panels and
// turns what the mouse does to it into commands.
#pragma once

#include "app/scene/stage.h"
#include "app/ui/panels.h"

namespace epollscope::ui {

struct Stage {
  scene::Scene scene;
  scene::Zones zones;
  scene::KernelView kernel;
};

// The scene of what the desk looks at, as the window or a lecture shows it, for a window of this
// size in dp. `elapsed_ns`: of the sleepers, see StageInput. `lesson` off: something else lies in
// the lesson's zone; the same for the timeline.
Stage build_stage(const Desk& desk, std::map<ActorId, std::int64_t> elapsed_ns, float width,
                  float height, bool lesson, bool timeline);

// Draws it and records its hits; `reachable` is false while a dialog lies above.
void show_stage(Ui& ui, Editing edit, const Stage& stage, bool reachable);

}  // namespace epollscope::ui
