#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "app/ui/panels.h"

namespace epollscope::ui {
namespace {

// A strip of one line at the top of the kernel's zone; wide enough for its sentence.
constexpr float kStripHeightDp = 54;

}  // namespace

std::string banner_of(const Desk& desk) {
  const auto died = desk.session().died();
  return died ? tr(desk.view.lang, "ui.banner.dead", {*died}) : std::string();
}

void notice(Ui& ui, const scene::Zones& zones) {
  const Desk& desk = ui.desk();
  scene::Rect strip{zones.kernel.x + 12, zones.kernel.y + 12, zones.kernel.w - 24, kStripHeightDp};
  if (const std::string banner = banner_of(desk); !banner.empty()) {
    ui.begin_panel("banner", strip, true, true);
    const float width = ui.button_width(ui.t("ui.banner.branch"), false);
    ImGui::SetCursorPosY(ui.px((kStripHeightDp - line_height(Face::sans_bold, 13)) / 2));
    ui.text(shorten(Face::sans_bold, 13, banner, strip.w - width - 60), Role::bad, Face::sans_bold);
    ImGui::SetCursorPos({ui.px(strip.w - width - 12), ui.px((kStripHeightDp - 30) / 2)});
    if (ui.button("banner:branch", ui.t("ui.banner.branch"), Look::primary))
      ui.emit(ActionId::branch);
    ui.hit("banner", {ui.px(strip.x), ui.px(strip.y), ui.px(strip.w - width - 40), ui.px(strip.h)},
           banner);
    ui.end_panel();
    strip.y += kStripHeightDp + 8;
  }
  if (!desk.view.toast.empty()) {
    // Long sentences wrap; the strip grows downwards with them.
    const float width = text_width(Face::sans, 13, desk.view.toast);
    const float lines = 1 + std::floor(width / (strip.w - 40));
    strip.h = 26 + lines * line_height(Face::sans, 13);
    strip.w = std::min(strip.w, width + 44);
    ui.begin_panel("toast", strip, true, true);
    ui.wrapped(desk.view.toast);
    ui.hit("toast", {ui.px(strip.x), ui.px(strip.y), ui.px(strip.w), ui.px(strip.h)},
           desk.view.toast);
    ui.end_panel();
  }
}

}  // namespace epollscope::ui
