#include <imgui.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <span>
#include <vector>

#include "app/ui/panels.h"
#include "core/session/foretold.h"

namespace epollscope::ui {
namespace {

constexpr float kTopButtonDp = 30, kEdgeDp = 20, kGapDp = 18;
constexpr float kStepGap = 6, kWindowGap = 2;
constexpr float kPlaceDp = 90;  // at least, for the place in the program
constexpr float kNarrowDp = 1100, kShortestTitleDp = 60;
constexpr std::string_view kName = "epollscope";

std::string title_of(const Ui& ui) {
  const Desk& desk = ui.desk();
  if (!desk.session().lesson().title.empty()) return desk.session().lesson().title;
  if (!desk.path().empty()) return std::filesystem::path(desk.path()).filename().string();
  return ui.t("ui.bar.untitled");
}

// Steps made, and those that the rest of the program will make: a step is a call.
int all_steps(const Desk& desk) {
  const auto& statements = desk.session().lesson().program.statements;
  const auto rest = std::span(statements)
                        .subspan(static_cast<std::size_t>(
                            std::min(desk.session().next_statement(), desk.statement_count())));
  const auto calls = std::ranges::count_if(
      rest, [](const Statement& s) { return std::holds_alternative<CallStatement>(s.what); });
  return desk.step_count() + static_cast<int>(calls);
}

std::string position_of(const Ui& ui) {
  const Desk& desk = ui.desk();
  const std::string at = std::to_string(desk.view.step);
  const std::string all = std::to_string(all_steps(desk));
  if (desk.at_end()) return ui.t("ui.bar.step_of", {at, all});
  return ui.t("ui.bar.looking_back", {at, std::to_string(desk.step_count())});
}

// A button of the bar: its action, how it looks and, if not the action's own, its words.
struct BarButton {
  ActionId id;
  Look look = Look::plain;
  std::string_view label_key = {};
};

float width_of(const Ui& ui, const BarButton& button) {
  return ui.action_width(button.id, button.label_key);
}

float width_of(const Ui& ui, const std::vector<BarButton>& buttons, float gap) {
  float width = 0;
  for (const BarButton& button : buttons) width += width_of(ui, button) + gap;
  return width - gap;
}

std::vector<BarButton> step_buttons(const Desk& desk) {
  std::vector<BarButton> buttons{
      {ActionId::first}, {ActionId::back}, {ActionId::step, Look::primary}, {ActionId::into}};
  if (!desk.running()) {
    buttons.push_back({ActionId::play, Look::plain, desk.view.playing ? "ui.bar.pause" : ""});
  }
  if (action_of(ActionId::stop).enabled(desk)) buttons.push_back({ActionId::stop});
  return buttons;
}

std::vector<BarButton> window_buttons(bool narrow) {
  std::vector<BarButton> buttons{{ActionId::open, Look::quiet}, {ActionId::save, Look::quiet}};
  if (!narrow) {
    buttons.push_back({ActionId::language, Look::quiet, "ui.bar.languages"});
    buttons.push_back({ActionId::theme, Look::quiet});
    buttons.push_back({ActionId::lecture, Look::quiet});
  }
  buttons.push_back({ActionId::palette, Look::quiet, "ui.bar.palette"});
  buttons.push_back({ActionId::help, Look::quiet, "ui.bar.help"});
  return buttons;
}

// What a narrow bar leaves out is among all actions, which stay to the last.
void leave_out(const Ui& ui, std::vector<BarButton>& steps, std::vector<BarButton>& window,
               float room) {
  constexpr std::array kSpare{ActionId::save,  ActionId::help, ActionId::open,
                              ActionId::first, ActionId::into, ActionId::play};
  const auto is = [](ActionId id) { return [id](const BarButton& b) { return b.id == id; }; };
  for (const ActionId id : kSpare) {
    if (width_of(ui, steps, kStepGap) + kGapDp + width_of(ui, window, kWindowGap) <= room) return;
    std::erase_if(steps, is(id));
    std::erase_if(window, is(id));
  }
}

struct Verdict {
  std::string words;
  Role role = Role::good;
  Face face = Face::sans;
  std::string shorter = {};  // where there is little room; empty: nothing is
};

// Differences are loud, agreement is a quiet tick; where nothing ran nothing is claimed.
Verdict verdict_of(const Ui& ui) {
  const Session& session = ui.desk().session();
  if (session.steps().empty()) return {};
  if (const int n = session.model_differences(); n > 0) {
    return {ui.t("ui.bar.differs", {std::to_string(n)}), Role::bad, Face::sans_bold};
  }
  if (const int n = session.expectations_failed(); n > 0) {
    return {ui.t("ui.bar.failed", {std::to_string(n)}), Role::bad, Face::sans_bold};
  }
  if (session.options().model_only) {
    return {ui.t("ui.bar.model_only"), Role::warn, Face::sans_bold};
  }
  if (const int n = session.not_modelled_from(); n > 0) {
    return {ui.t("ui.bar.not_modelled", {std::to_string(n)}), Role::warn, Face::sans_bold};
  }
  const int step = ui.desk().view.step;
  if (step > 0 && partly_seen(session.steps()[static_cast<std::size_t>(step) - 1])) {
    return {ui.t("ui.bar.agrees_seen"), Role::text_dim, Face::sans, ui.t("ui.bar.seen")};
  }
  return {ui.t("ui.bar.agrees")};
}

// A line of words in the middle of the bar's height; `room` in dp.
void words_at(Ui& ui, float x, float bar_h, std::string_view words, const Verdict& set, float size,
              float room) {
  ImGui::SetCursorPos({ui.px(x), ui.px((bar_h - line_height(set.face, size)) / 2)});
  ui.text(shorten(set.face, size, words, room), set.role, set.face, size);
}

void buttons_at(Ui& ui, float x, float bar_h, const std::vector<BarButton>& buttons, float gap) {
  for (const BarButton& button : buttons) {
    ImGui::SetCursorPos({ui.px(x), ui.px((bar_h - kTopButtonDp) / 2)});
    ui.action(button.id, button.look, {}, button.label_key);
    x += width_of(ui, button) + gap;
  }
}

// Name, title and place in the program: the place always, the others where there is room.
void left_words(Ui& ui, float bar_h, float room) {
  const std::string place = position_of(ui);
  const float place_w = text_width(Face::sans, 14, place) + 2;
  const float name_w = text_width(Face::sans_bold, 17, kName) + kGapDp;
  const Verdict dim{.words = {}, .role = Role::text_dim};
  float x = kEdgeDp;
  if (room >= name_w + place_w) {
    words_at(ui, x, bar_h, kName, {.words = {}, .role = Role::text, .face = Face::sans_bold}, 17,
             name_w);
    x += name_w;
  }
  const std::string title = title_of(ui);
  const float title_room = kEdgeDp + room - x - place_w - kGapDp;
  if (title_room > kShortestTitleDp) {
    words_at(ui, x, bar_h, title, dim, 14, title_room);
    x += std::min(text_width(Face::sans, 14, title), title_room) + kGapDp;
  }
  words_at(ui, x, bar_h, place, dim, 14, kEdgeDp + room - x);
}

}  // namespace

void top_bar(Ui& ui, const scene::Rect& where) {
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
  ui.begin_panel("top bar", where, {.scrolls = false});
  ImGui::GetWindowDrawList()->AddLine({0, ui.px(where.h) - 1}, {ui.px(where.w), ui.px(where.h) - 1},
                                      ui.ink(Role::panel_border));
  std::vector<BarButton> steps = step_buttons(ui.desk());
  std::vector<BarButton> window = window_buttons(where.w < kNarrowDp);
  leave_out(ui, steps, window, where.w - kPlaceDp);
  const float steps_w = width_of(ui, steps, kStepGap);
  const float window_x = where.w - kEdgeDp / 2 - width_of(ui, window, kWindowGap);
  // In the middle, unless what stands on the right needs the place.
  const float steps_x = std::min((where.w - steps_w) / 2, window_x - kGapDp - steps_w);
  left_words(ui, where.h, steps_x - kGapDp - kEdgeDp);
  buttons_at(ui, steps_x, where.h, steps, kStepGap);
  Verdict verdict = verdict_of(ui);
  const float verdict_x = steps_x + steps_w + kGapDp;
  const float room = window_x - kGapDp - verdict_x;
  const auto width = [&] { return text_width(verdict.face, 13, verdict.words); };
  if (width() > room && !verdict.shorter.empty()) verdict.words = verdict.shorter;
  const float verdict_w = width();
  // Agreement may go unsaid for want of room; anything else may not.
  if (!verdict.words.empty() && (verdict_w <= room || verdict.role != Role::good)) {
    words_at(ui, std::max(verdict_x, window_x - kGapDp - verdict_w), where.h, verdict.words,
             verdict, 13, room);
  }
  buttons_at(ui, window_x, where.h, window, kWindowGap);
  ui.end_panel();
  ImGui::PopStyleVar(3);
}

}  // namespace epollscope::ui
