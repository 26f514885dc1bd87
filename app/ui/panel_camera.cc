// The buttons of the camera, in the heading of the kernel zone: nearer, farther, everything, and
// whether the view follows what the steps are about.
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "app/ui/panels.h"

namespace epollscope::ui {
namespace {

constexpr float kNote = 150;    // the zone's own note stands at the right end
constexpr float kHeading = 90;  // and its name at the left
constexpr float kCameraTop = 10;

struct Tool {
  ActionId id;
  std::string label;
  bool on = false;
};

}  // namespace

void camera_panel(Ui& ui, const scene::Rect& zone) {
  const scene::Camera& camera = ui.desk().view.kernel.camera;
  const auto percent = static_cast<int>(std::lround(camera.zoom * 100));
  const std::vector<Tool> tools{
      {ActionId::zoom_out, "−"},
      {ActionId::zoom_in, "+"},
      {ActionId::fit, fmt::format("{} {} %", ui.t("ui.camera.fit"), percent)},
      {ActionId::follow, ui.t("ui.camera.follow"), camera.follow}};
  float width = 1;  // rounding
  for (const Tool& tool : tools) width += ui.chip_width(tool.label) + kChipGap;
  const float x = zone.right() - kNote - width;
  if (x < zone.x + kHeading) return;
  // No margin: what lies around the buttons belongs to the picture.
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ui.begin_panel("camera", {x, zone.y + kCameraTop, width, kChipHeight},
                 {.framed = false, .scrolls = false});
  for (const Tool& tool : tools) {
    const Action& row = action_of(tool.id);
    if (tool.id != ActionId::zoom_out) ui.same_line(kChipGap);
    if (ui.chip("action:" + std::string(row.name), tool.label, tool.on, row.enabled(ui.desk()))) {
      ui.emit(tool.id);
    }
    ui.tooltip_of(tool.id);
  }
  ui.end_panel();
  ImGui::PopStyleVar();
}

}  // namespace epollscope::ui
