// The context menu: what can be done to a statement or to a thing of the picture.
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "app/ui/object_calls.h"
#include "app/ui/panels.h"

namespace epollscope::ui {
namespace {

struct Row {
  std::string id, label;
  Command command;
  bool enabled = true;
};

std::vector<Row> statement_rows(const Ui& ui, int statement) {
  constexpr std::array kActions{ActionId::run_to,       ActionId::edit,    ActionId::insert_before,
                                ActionId::insert_after, ActionId::move_up, ActionId::move_down,
                                ActionId::remove,       ActionId::branch,  ActionId::copy_call};
  std::vector<Row> rows;
  for (const ActionId id : kActions) {
    const Action& action = action_of(id);
    rows.push_back({.id = fmt::format("menu:{}", action.name),
                    .label = ui.t("ui.action." + std::string(action.name)),
                    .command = {id, {.number = statement}},
                    .enabled = action.enabled(ui.desk())});
    if (id == ActionId::run_to && statement < ui.desk().session().next_statement()) {
      rows.back().enabled = false;
    }
    // A line that has not run is no moment to branch at.
    if (id == ActionId::branch && ui.desk().step_of_statement(statement) == 0) {
      rows.back().enabled = false;
    }
  }
  return rows;
}

std::vector<Row> object_rows(const Ui& ui, std::string_view hit_id) {
  std::vector<Row> rows;
  const auto add = [&](const std::string& line) {
    Row& row = rows.emplace_back();
    row.id = "menu:" + line;
    row.label = line;
    row.command.action = ActionId::run_call;
    row.command.target.text = line;
    row.enabled = !ui.desk().running();
  };
  const ObjectCalls calls = calls_for(ui.desk(), hit_id);
  for (const std::string& line : calls.sensible) add(line);
  if (calls.refused.empty()) return rows;
  rows.push_back(
      {.id = "menu:refused", .label = ui.t("ui.menu.refused"), .command = {}, .enabled = false});
  for (const std::string& line : calls.refused) add(line);
  return rows;
}

constexpr std::string_view kStatement = "statement:";
constexpr float kRowDp = 35;

}  // namespace

void context_menu(Ui& ui, Editing edit) {
  const std::string& menu = edit.view.menu;
  if (menu.empty()) return;
  std::vector<Row> rows;
  if (menu.starts_with(kStatement)) {
    int statement = -1;
    std::from_chars(menu.data() + kStatement.size(), menu.data() + menu.size(), statement);
    rows = statement_rows(ui, statement);
  } else {
    rows = object_rows(ui, menu);
  }
  if (rows.empty()) {
    edit.view.menu.clear();
    return;
  }
  float width = 0;
  for (const Row& row : rows) width = std::max(width, ui.button_width(row.label, false));
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const float height =
      std::min(kRowDp * static_cast<float>(rows.size()) + 28, screen.y / ui.px(1) - 20);
  const scene::Rect where{std::min(edit.view.menu_x, screen.x - ui.px(width + 50)) / ui.px(1),
                          std::min(edit.view.menu_y, screen.y - ui.px(height + 8)) / ui.px(1),
                          width + 40, height};
  ui.begin_panel("menu", where, {.above = true});
  ui.restart_focus();
  for (const Row& row : rows) {
    if (ui.row(row.id, row.label, width, row.enabled)) {
      edit.view.menu.clear();
      ui.emit(row.command.action, row.command.target);
    }
  }
  // A row that is being pressed is active by now, and counts as the menu all the same.
  constexpr ImGuiHoveredFlags kInside =
      ImGuiHoveredFlags_ChildWindows | ImGuiHoveredFlags_AllowWhenBlockedByActiveItem;
  const bool pressed =
      ImGui::IsMouseClicked(ImGuiMouseButton_Left) || ImGui::IsMouseClicked(ImGuiMouseButton_Right);
  const bool elsewhere = pressed && !ImGui::IsWindowAppearing() && !ImGui::IsWindowHovered(kInside);
  ui.end_panel();
  if (elsewhere) {
    edit.view.menu.clear();
    ui.draw_again();
  }
}

}  // namespace epollscope::ui
