// The picture in the window: builds the scene of the cursor, draws it behind the panels and
// turns what the mouse does to it into commands.
#pragma once

#include <memory>
#include <optional>

#include "app/scene/stage.h"
#include "app/ui/panels.h"

namespace epollscope::ui {

struct Stage {
  std::shared_ptr<const scene::Scene> scene;  // never null
  scene::Zones zones;
  scene::KernelView kernel;
};

// Builds scenes, and keeps the last one: most frames show what the one before them did.
class StageKeeper {
 public:
  // What the desk looks at, as the window or a lecture shows it, for a window of this size in dp.
  // `elapsed_ns`: of the sleepers, see StageInput. `lesson` off: something else lies in the
  // lesson's zone; the same for the timeline. Valid until the next call.
  const Stage& stage_of(const Desk& desk, std::map<ActorId, std::int64_t> elapsed_ns, float width,
                        float height, bool lesson, bool timeline);

 private:
  struct Shown {  // all that a stage depends on
    scene::StageInput input;
    SessionVersion version;
    bool lecture = false, lesson = false, timeline = false;
    friend bool operator==(const Shown&, const Shown&) = default;
  };
  static Stage build(const Shown& what);

  std::optional<Shown> shown_;
  Stage stage_;
};

// Draws a scene of it, at rest or on the way to it, and records its hits; `reachable` is false
// while a dialog lies above.
void show_stage(Ui& ui, Editing edit, const Stage& stage,
                const std::shared_ptr<const scene::Scene>& scene, bool reachable);

}  // namespace epollscope::ui
