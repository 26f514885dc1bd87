// The dialogs that are a list and a text field: open, save, palette, help, message.
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "app/ui/documents.h"
#include "app/ui/panels.h"

namespace epollscope::ui {
namespace {

namespace fs = std::filesystem;

constexpr float kTwoListsDp = 560;

bool contains_folded(std::string_view text, std::string_view part) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return !std::ranges::search(text, part, {}, lower, lower).empty() || part.empty();
}

std::string shown_chords(const Ui& ui, const Action& action) {
  std::string text;
  constexpr std::size_t kMostNamed = 3;  // more of them are a row of keys
  const auto chords = chords_of(action, ui.desk().view.keys);
  if (chords.size() > kMostNamed) {
    return shown_chord(chords.front()) + " … " + shown_chord(chords.back());
  }
  for (const std::string_view chord : chords) {
    if (!text.empty()) text += "  ";
    text += shown_chord(chord);
  }
  return text;
}

std::string label_of(const Ui& ui, const Action& action) {
  return ui.t("ui.action." + std::string(action.name));
}

// What is left below, or enough to be scrolled in.
float columns_height(const Ui& ui) {
  constexpr float kLeastDp = 200;
  return std::max(ui.px(kLeastDp), ImGui::GetContentRegionAvail().y);
}

void folder_rows(Ui& ui, Editing edit, float width_dp) {
  const std::string& folder = edit.view.folder;
  const auto entries = list_folder(folder);
  if (!entries) {
    ui.wrapped(entries.error().what, Role::bad);
    return;
  }
  if (ui.row("open:parent", "..", width_dp)) {
    ui.emit(ActionId::look_in, {.text = (fs::path(folder) / "..").lexically_normal().string()});
  }
  for (const FolderEntry& entry : *entries) {
    const std::string path = (fs::path(folder) / entry.name).string();
    if (!ui.row("open:" + entry.name, entry.name + (entry.folder ? "/" : ""), width_dp)) continue;
    ui.emit(entry.folder ? ActionId::look_in : ActionId::open_path, {.text = path});
  }
}

}  // namespace

scene::Rect centered(const scene::Rect& window, float w, float h) {
  w = std::min(w, window.w - 40);
  h = std::min(h, window.h - 40);
  return {window.x + (window.w - w) / 2, window.y + (window.h - h) / 3, w, h};
}

void open_panel(Ui& ui, Editing edit, const scene::Rect& window) {
  const scene::Rect where = centered(window, 720, 620);
  ui.begin_dialog(window, where, ui.t("ui.open.title"));
  if (ui.input("open:path", edit.view.input, where.w - 130, edit.first_frame_of_dialog,
               ui.t("ui.open.path")) &&
      !edit.view.input.empty()) {
    ui.emit(ActionId::open_path, {.text = edit.view.input});
  }
  ui.same_line();
  if (ui.button("open:go", ui.t("ui.open.go"), Look::primary, Icon::none, !edit.view.input.empty(),
                84)) {
    ui.emit(ActionId::open_path, {.text = edit.view.input});
  }
  ui.text(ui.t("ui.welcome.lessons"), Role::selection, Face::sans_bold);
  for (const BuiltInLesson& lesson : built_in_lessons()) {
    if (ui.row("lesson:" + lesson.id, lesson.title, where.w - 36)) {
      ui.emit(ActionId::open_lesson, {.text = lesson.id});
    }
  }
  ui.text(shorten(Face::sans_bold, 13, edit.view.folder, where.w - 40), Role::selection,
          Face::sans_bold);
  // Where the lessons leave no room for a list, the dialog itself is scrolled to it.
  constexpr float kShortestListDp = 130;
  const float list = std::max(ui.px(kShortestListDp), ImGui::GetContentRegionAvail().y);
  ImGui::BeginChild("files", {0, list});
  folder_rows(ui, edit, where.w - 56);
  ImGui::EndChild();
  ui.end_dialog();
}

void save_panel(Ui& ui, Editing edit, const scene::Rect& window) {
  const scene::Rect where = centered(window, 720, 170);
  const bool picture = edit.view.saving_picture;
  const std::string& trouble = ui.desk().view.toast;
  ui.begin_dialog(window, where, ui.t(picture ? "ui.save.picture" : "ui.save.title"));
  const bool entered = ui.input("save:path", edit.view.input, where.w - 130,
                                edit.first_frame_of_dialog, ui.t("ui.save.path"));
  ui.same_line();
  const bool pressed = ui.button("save:go", ui.t("ui.save.go"), Look::primary, Icon::none,
                                 !edit.view.input.empty(), 84);
  if ((entered || pressed) && !edit.view.input.empty())
    ui.emit(ActionId::save_to, {.text = edit.view.input});
  if (!trouble.empty()) {
    ui.wrapped(trouble, Role::bad);
  } else if (!picture) {
    ui.wrapped(ui.t("ui.save.hint"), Role::text_dim, Face::sans, 12);
  }
  ui.end_dialog();
}

void palette_panel(Ui& ui, Editing edit, const scene::Rect& window) {
  const scene::Rect where = centered(window, 560, 560);
  ui.begin_dialog(window, where, ui.t("ui.palette.title"));
  const bool entered = ui.input("palette:query", edit.view.input, where.w - 36,
                                edit.first_frame_of_dialog, ui.t("ui.palette.query"));
  ImGui::BeginChild("rows");
  bool first = true;
  for (const Action& action : all_actions()) {
    const std::string label = label_of(ui, action);
    if (action.menu == Menu::none || action.id == ActionId::palette || !action.enabled(ui.desk()))
      continue;
    if (!contains_folded(label, edit.view.input) && !contains_folded(action.name, edit.view.input))
      continue;
    const std::string chords = shown_chords(ui, action);
    const bool chosen =
        ui.row("palette:" + std::string(action.name), label, where.w - 56, true, first, chords);
    if (chosen || (entered && first)) {
      edit.view.dialog = Dialog::none;
      ui.emit(action.id);
    }
    first = false;
  }
  ImGui::EndChild();
  ui.end_dialog();
}

void help_panel(Ui& ui, const scene::Rect& window) {
  const scene::Rect where = centered(window, 860, 640);
  ui.begin_dialog(window, where, ui.t("ui.help.title"));
  ui.wrapped(ui.t("ui.help.what"), Role::text_dim);
  constexpr std::array<std::pair<Menu, std::string_view>, 4> kMenus{
      {{Menu::go, "ui.menu.go"},
       {Menu::file, "ui.menu.file"},
       {Menu::program, "ui.menu.program"},
       {Menu::view, "ui.menu.view"}}};
  const bool narrow = where.w < kTwoListsDp;
  const float half = narrow ? where.w - 52 : (where.w - 52) / 2;
  // One column is as long as it is, and the dialog is scrolled; two have their own.
  if (!narrow) ImGui::BeginChild("left", {ui.px(half), columns_height(ui)});
  int column = 0;
  for (const auto& [menu, key] : kMenus) {
    if (column++ == 2 && !narrow) {
      ImGui::EndChild();
      ui.same_line(16);
      ImGui::BeginChild("right", {0, columns_height(ui)});
    }
    ui.text(ui.t(key), Role::selection, Face::sans_bold, 14);
    for (const Action& action : all_actions()) {
      if (action.menu != menu) continue;
      ui.text(label_of(ui, action));
      ImGui::SameLine(ui.px(half * 0.62F));
      ui.text(shown_chords(ui, action), Role::text_dim, Face::mono, 12);
    }
    ui.gap(4);
  }
  if (!narrow) ImGui::EndChild();
  ui.end_dialog();
}

void message_panel(Ui& ui, const scene::Rect& window) {
  const scene::Rect where = centered(window, 820, 420);
  const ViewState& view = ui.desk().view;
  ui.begin_dialog(window, where, ui.t(view.message_title));
  ImGui::BeginChild("text", {0, -ui.px(44)});
  ui.wrapped(view.message, Role::text, Face::mono, 13);
  ui.gap(4);
  ui.wrapped(ui.t(view.message_note), Role::text_dim);
  ui.hit("message", {ui.px(where.x), ui.px(where.y), ui.px(where.w), ui.px(40)}, view.message);
  ImGui::EndChild();
  if (ui.button("message:ok", ui.t("ui.message.ok"), Look::primary)) ui.emit(ActionId::escape);
  ui.end_dialog();
}

}  // namespace epollscope::ui
