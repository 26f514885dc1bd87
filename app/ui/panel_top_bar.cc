#include <imgui.h>

#include <filesystem>

#include "app/ui/panels.h"

namespace epollscope::ui {
namespace {

constexpr float kButtonDp = 30;

std::string title_of(const Ui& ui) {
  const Desk& desk = ui.desk();
  if (!desk.session().lesson().title.empty()) return desk.session().lesson().title;
  if (!desk.path().empty()) return std::filesystem::path(desk.path()).filename().string();
  return ui.t("ui.bar.untitled");
}

std::string position_of(const Ui& ui) {
  const Desk& desk = ui.desk();
  const std::string at = std::to_string(desk.view.step);
  const std::string all = std::to_string(std::max(desk.step_count(), desk.statement_count()));
  if (desk.at_end()) return ui.t("ui.bar.step_of", {at, all});
  return ui.t("ui.bar.looking_back", {at, std::to_string(desk.step_count())});
}

// Differences are loud, agreement is a quiet tick; where nothing ran nothing is claimed.
void verdict(Ui& ui) {
  const Session& session = ui.desk().session();
  if (session.model_differences() > 0) {
    ui.text(ui.t("ui.bar.differs", {std::to_string(session.model_differences())}), Role::bad,
            Face::sans_bold);
  } else if (session.expectations_failed() > 0) {
    ui.text(ui.t("ui.bar.failed", {std::to_string(session.expectations_failed())}), Role::bad,
            Face::sans_bold);
  } else if (session.options().model_only) {
    ui.text(ui.t("ui.bar.model_only"), Role::warn, Face::sans_bold);
  } else {
    ui.text(ui.t("ui.bar.agrees"), Role::good);
  }
}

// Text of a line stands in the middle of the buttons beside it.
void center_text(Ui& ui, float y_dp, float bar_height_dp) {
  ImGui::SetCursorPosY(ui.px((bar_height_dp - line_height(Face::sans, y_dp)) / 2));
}

}  // namespace

void top_bar(Ui& ui, const scene::Rect& where) {
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(ui.px(20), 0));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
  ui.begin_panel("top bar", where, true);
  ImGui::GetWindowDrawList()->AddLine({0, ui.px(where.h) - 1}, {ui.px(where.w), ui.px(where.h) - 1},
                                      ui.ink(Role::panel_border));
  const float y = ui.px((where.h - kButtonDp) / 2);
  const bool wide = where.w >= 1200;

  center_text(ui, 17, where.h);
  ui.text("epollscope", Role::text, Face::sans_bold, 17);
  if (wide) {
    ui.same_line(20);
    center_text(ui, 14, where.h);
    ui.text(shorten(Face::sans, 14, title_of(ui), where.w / 2 - 420), Role::text_dim, Face::sans,
            14);
  }
  ui.same_line(20);
  center_text(ui, 14, where.h);
  ui.text(position_of(ui), Role::text_dim, Face::sans, 14);

  ImGui::SetCursorPos({ui.px(where.w / 2 - (wide ? 240.0F : 200.0F)), y});
  ui.action(ActionId::first);
  ui.same_line();
  ui.action(ActionId::back);
  ui.same_line();
  ui.action(ActionId::step, Look::primary);
  ui.same_line();
  ui.action(ActionId::into);
  ui.same_line();
  if (ui.desk().running()) {
    ui.action(ActionId::stop);
  } else {
    ui.action(ActionId::play, Look::plain, {}, ui.desk().view.playing ? "ui.bar.pause" : "");
  }
  if (!ui.desk().running() && action_of(ActionId::stop).enabled(ui.desk())) {
    ui.same_line();
    ui.action(ActionId::stop, Look::quiet);
  }

  ImGui::SetCursorPos({ui.px(where.w - (wide ? 400.0F : 300.0F)), y});
  center_text(ui, 13, where.h);
  if (wide) verdict(ui);
  ui.same_line(12);
  ImGui::SetCursorPos({ui.px(where.w - 292), y});
  ui.action(ActionId::open, Look::quiet);
  ui.same_line(2);
  ui.action(ActionId::language, Look::quiet, {}, "ui.bar.languages");
  ui.same_line(2);
  ui.action(ActionId::theme, Look::quiet);
  ui.same_line(2);
  ui.action(ActionId::help, Look::quiet, {}, "ui.bar.help");
  ui.end_panel();
  ImGui::PopStyleVar(3);
}

}  // namespace epollscope::ui
