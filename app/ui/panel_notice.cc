#include <imgui.h>

#include <algorithm>

#include "app/ui/panels.h"

namespace epollscope::ui {
namespace {

constexpr float kInsetDp = 5, kPadXDp = 14, kPadYDp = 6, kButtonDp = 24;

void begin_strip(Ui& ui, const char* id, const scene::Rect& strip) {
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {ui.px(kPadXDp), ui.px(kPadYDp)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, {1, 1});
  ui.begin_panel(id, strip, {.above = true, .scrolls = false});
  ImGui::PopStyleVar(2);
}

// The call that was under way when the lab ended would end the same way again.
bool ended_asleep(const Desk& desk) {
  const auto& steps = desk.session().steps();
  return !steps.empty() && !steps.back().returned;
}

// The lab is gone: why, and how to go on. The buttons lie above the strip's own hit.
void banner_strip(Ui& ui, const scene::Rect& strip, const std::string& banner) {
  const Desk& desk = ui.desk();
  const std::string last = ui.t("ui.banner.branch");
  const std::string before = ended_asleep(desk) ? ui.t("ui.banner.branch_before") : std::string();
  const float words = ui.chip_width(last) + (before.empty() ? 0 : ui.chip_width(before) + 8);
  begin_strip(ui, "banner", strip);
  const float y = ImGui::GetCursorPosY();
  ImGui::SetCursorPosY(y + ui.px((kButtonDp - line_height(Face::sans_bold, 13)) / 2));
  ui.text(shorten(Face::sans_bold, 13, banner, strip.w - words - 3 * kPadXDp), Role::bad,
          Face::sans_bold);
  if (ImGui::IsItemHovered()) ui.tooltip(banner);
  ui.hit("banner", {ui.px(strip.x), ui.px(strip.y), ui.px(strip.w - words - 40), ui.px(strip.h)},
         banner);
  ImGui::SetCursorPos({ui.px(strip.w - kPadXDp - words), y});
  if (!before.empty()) {
    if (ui.chip("banner:before", before, true))
      ui.emit(ActionId::branch_at, {.number = desk.step_count() - 1});
    ui.same_line(8);
  }
  if (ui.chip("banner:branch", last, before.empty()))
    ui.emit(ActionId::branch_at, {.number = desk.step_count()});
  ui.end_panel();
}

}  // namespace

std::string banner_of(const Desk& desk) {
  const auto died = desk.session().died();
  return died ? tr(desk.view.lang, "ui.banner.dead", {*died}) : std::string();
}

void notice(Ui& ui, const scene::Rect& where, float size) {
  const Desk& desk = ui.desk();
  scene::Rect strip{where.x + kInsetDp, where.y + kInsetDp, where.w - 2 * kInsetDp,
                    kButtonDp + 2 * kPadYDp};
  if (const std::string banner = banner_of(desk); !banner.empty()) {
    banner_strip(ui, strip, banner);
    strip.y += strip.h + kInsetDp;
  }
  if (desk.view.toast.empty()) return;
  // Long sentences wrap; the strip grows downwards with them.
  ui.painter().need(desk.view.toast);
  const ImFont* font = ui.painter().font(Face::sans, size);
  const float room = ui.px(strip.w - 2 * kPadXDp);
  const ImVec2 words = font->CalcTextSizeA(font->FontSize, room, room, desk.view.toast.c_str());
  strip.h = std::max(words.y / ui.px(1) + 2 * kPadYDp + 2, 30.0F);
  strip.w = std::min(strip.w, words.x / ui.px(1) + 2 * kPadXDp + 2);
  begin_strip(ui, "toast", strip);
  ImGui::SetCursorPosY((ui.px(strip.h) - words.y) / 2);
  ui.wrapped(desk.view.toast, Role::text, Face::sans, size);
  ui.hit("toast", {ui.px(strip.x), ui.px(strip.y), ui.px(strip.w), ui.px(strip.h)},
         desk.view.toast);
  ui.end_panel();
}

}  // namespace epollscope::ui
