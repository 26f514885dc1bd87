#include "app/ui/widgets.h"

#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/ui/icons.h"

namespace epollscope::ui {
namespace {

struct Inks {
  Role fill, hover, border, text;
};

Inks inks_of(Look look) {
  switch (look) {
    case Look::plain:
      return {Role::raised, Role::sunken, Role::panel_border, Role::text};
    case Look::primary:
      return {Role::selection, Role::selection, Role::selection, Role::on_selection};
    case Look::row:
      return {Role::none, Role::selection_fill, Role::none, Role::text};
    case Look::quiet:
      return {Role::none, Role::raised, Role::none, Role::text_dim};
    case Look::chosen:
      return {Role::selection_fill, Role::selection_fill, Role::selection, Role::text};
  }
  return {Role::raised, Role::sunken, Role::panel_border, Role::text};
}

constexpr float kIconDp = 12, kIconGapDp = 7;
constexpr float kRowLabel = 12;
constexpr float kTooltipWidth = 460;  // a name of any length shows whole

}  // namespace

void Focus::move(int by) {
  std::vector<std::string> all = order;
  all.insert(all.end(), picture.begin(), picture.end());
  if (all.empty()) return;
  const auto count = static_cast<int>(all.size());
  const auto it = std::ranges::find(all, id);
  const int at = it == all.end() ? (by > 0 ? -1 : 0) : static_cast<int>(it - all.begin());
  id = all[static_cast<std::size_t>((at + by + count) % count)];
}

Ui::Ui(draw::Painter& painter, const Desk& desk, HitMap& hits, Focus& focus,
       std::vector<Command>& outbox)
    : painter_(painter),
      desk_(desk),
      hits_(hits),
      focus_(focus),
      outbox_(outbox),
      scale_(painter.scale()) {
  restart_focus();
}

std::string Ui::t(std::string_view key, std::initializer_list<std::string_view> args) const {
  return tr(desk_.view.lang, key, args);
}

unsigned Ui::ink(Role role, float alpha) const {
  if (role == Role::none) return 0;
  const Rgba c = color(desk_.view.theme, role);
  return IM_COL32(c.r, c.g, c.b, static_cast<int>(static_cast<float>(c.a) * alpha));
}

bool Ui::begin_panel(const char* id, const scene::Rect& where, const PanelLook& look) {
  ImGui::SetNextWindowPos({px(where.x), px(where.y)});
  ImGui::SetNextWindowSize({px(where.w), px(where.h)});
  ImGuiWindowFlags flags = ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoResize |
                           ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoCollapse |
                           ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav;
  if (!look.framed) flags |= ImGuiWindowFlags_NoBackground;
  if (!look.above) flags |= ImGuiWindowFlags_NoBringToFrontOnFocus;
  if (!look.scrolls) flags |= ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse;
  const bool open = ImGui::Begin(id, nullptr, flags);
  ImGui::PushFont(painter_.font(Face::sans, 13));
  return open;
}

void Ui::end_panel() {
  ImGui::PopFont();
  ImGui::End();
}

void Ui::begin_dialog(const scene::Rect& window, const scene::Rect& where, std::string_view title) {
  restart_focus();
  in_dialog_ = true;
  begin_panel("shade", window, {.framed = false, .above = true});
  const ImVec2 at = ImGui::GetWindowPos();
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->PushClipRectFullScreen();
  list->AddRectFilled(at, {at.x + px(window.w), at.y + px(window.h)}, ink(Role::ground, 0.6F));
  list->PopClipRect();
  if (ImGui::IsWindowHovered() && ImGui::IsMouseClicked(ImGuiMouseButton_Left))
    emit(ActionId::escape);
  ImGui::SetCursorScreenPos({px(where.x), px(where.y)});
  ImGui::BeginChild("dialog", {px(where.w), px(where.h)}, true);
  this->text(title, Role::text, Face::sans_bold, 18);
  ImGui::SameLine(px(where.w - 52));
  if (chip("dialog:close", "✕", false)) emit(ActionId::escape);
  gap(2);
}

void Ui::end_dialog() {
  ImGui::EndChild();
  end_panel();
  in_dialog_ = false;
}

void Ui::text(std::string_view text, Role role, Face face, float size) {
  painter_.need(text);
  ImGui::PushFont(painter_.font(face, size));
  ImGui::PushStyleColor(ImGuiCol_Text, ink(role));
  ImGui::TextUnformatted(text.data(), text.data() + text.size());
  ImGui::PopStyleColor();
  ImGui::PopFont();
}

void Ui::wrapped(std::string_view text, Role role, Face face, float size) {
  ImGui::PushTextWrapPos(0);
  this->text(text, role, face, size);
  ImGui::PopTextWrapPos();
}

void Ui::hit(std::string id, const scene::Rect& px, std::string label) {
  hits_.hits.push_back({std::move(id), px, std::move(label)});
}

bool Ui::reach(const std::string& id, const scene::Rect& px, const std::string& label) {
  // One thing may be drawn in two places.
  if (std::ranges::find(focus_.picture, id) != focus_.picture.end()) return false;
  focus_.picture.push_back(id);
  if (focus_.id != id) return false;
  const float out = this->px(2);
  ImGui::GetBackgroundDrawList()->AddRect({px.x - out, px.y - out},
                                          {px.right() + out, px.bottom() + out},
                                          ink(Role::selection), this->px(8), 0, this->px(2));
  if (!label.empty() && desk_.view.hovered.empty()) {
    ImGui::SetNextWindowPos({px.x, px.bottom() + this->px(6)});
    tooltip(label);
  }
  return std::exchange(focus_.activate, false);
}

void Ui::note_item(const std::string& id, const std::string& label, bool enabled) {
  if (!ImGui::IsItemVisible()) return;
  const ImVec2 a = ImGui::GetItemRectMin();
  const ImVec2 b = ImGui::GetItemRectMax();
  hit(id, {a.x, a.y, b.x - a.x, b.y - a.y}, label);
  if (enabled) focus_.order.push_back(id);
  if (focus_.id == id) {
    ImGui::GetWindowDrawList()->AddRect({a.x - px(2), a.y - px(2)}, {b.x + px(2), b.y + px(2)},
                                        ink(Role::selection), px(8), 0, px(1.5F));
  }
}

bool Ui::press(const std::string& id, const std::string& label, Look look, Icon icon, bool enabled,
               float width_dp, const Shape& shape) {
  ImFont* font = painter_.font(look == Look::primary ? Face::sans_bold : shape.face, shape.size);
  painter_.need(label);
  const ImVec2 measured =
      font->CalcTextSizeA(font->FontSize, 1e6F, 0, label.c_str(), label.c_str() + label.size());
  const float icon_w = icon == Icon::none ? 0 : px(kIconDp) + (label.empty() ? 0 : px(kIconGapDp));
  const float width = width_dp > 0 ? px(width_dp) : measured.x + icon_w + 2 * px(shape.pad);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  bool pressed = ImGui::InvisibleButton(id.c_str(), {width, px(shape.height)});
  const bool hot = enabled && ImGui::IsItemHovered();
  const Inks inks = inks_of(look);
  const float alpha = enabled ? 1.0F : 0.45F;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 end{at.x + width, at.y + px(shape.height)};
  list->AddRectFilled(at, end, ink(hot ? inks.hover : inks.fill, alpha), px(shape.radius));
  if (inks.border != Role::none) {
    list->AddRect(at, end, ink(hot ? Role::selection : inks.border, alpha), px(shape.radius));
  }
  float x = at.x + (shape.left ? px(shape.pad) : (width - measured.x - icon_w) / 2);
  if (icon != Icon::none) {
    draw_icon(*list, icon, {x, at.y + (px(shape.height) - px(kIconDp)) / 2}, px(kIconDp),
              ink(inks.text, alpha));
    x += icon_w;
  }
  list->AddText(font, font->FontSize, {x, at.y + (px(shape.height) - measured.y) / 2},
                ink(inks.text, alpha), label.c_str());
  if (focus_.id == id && focus_.activate) {
    pressed = true;
    focus_.activate = false;
  }
  note_item(id, label, enabled);
  return pressed && enabled;
}

bool Ui::button(const std::string& id, const std::string& label, Look look, Icon icon, bool enabled,
                float width_dp) {
  return press(id, label, look, icon, enabled, width_dp, Shape{});
}

bool Ui::row(const std::string& id, const std::string& label, float width_dp, bool enabled,
             bool chosen, const std::string& note) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const Shape shape{.height = 28, .pad = 10, .radius = 6, .left = true};
  const bool pressed =
      press(id, label, chosen ? Look::chosen : Look::row, Icon::none, enabled, width_dp, shape);
  if (!note.empty()) {
    ImFont* font = painter_.font(Face::mono, kRowLabel);
    const ImVec2 size = font->CalcTextSizeA(font->FontSize, 1e6F, 0, note.c_str());
    ImGui::GetWindowDrawList()->AddText(
        font, font->FontSize,
        {at.x + px(width_dp - shape.pad) - size.x, at.y + (px(shape.height) - size.y) / 2},
        ink(Role::text_dim), note.c_str());
  }
  return pressed;
}

bool Ui::chip(const std::string& id, const std::string& label, bool on, bool enabled) {
  return press(id, label, on ? Look::chosen : Look::plain, Icon::none, enabled, 0,
               Shape{.face = Face::mono, .size = 12, .height = kChipHeight, .pad = 9, .radius = 6});
}

bool Ui::input(const std::string& id, std::string& text, float width_dp, bool take_focus,
               const std::string& label) {
  const bool again = focus_.text_again == id;
  if (again) focus_.text_again.clear();
  ImGui::PushFont(painter_.font(Face::mono, 13));
  ImGui::SetNextItemWidth(px(width_dp));
  ImGui::InputText(("##" + id).c_str(), &text);
  if (take_focus || again) ImGui::SetKeyboardFocusHere(-1);  // the field just drawn
  const bool entered = focus_.text_entered && (ImGui::IsItemActive() || ImGui::IsItemDeactivated());
  ImGui::PopFont();
  const ImVec2 a = ImGui::GetItemRectMin();
  const ImVec2 b = ImGui::GetItemRectMax();
  if (ImGui::IsItemVisible()) hit(id, {a.x, a.y, b.x - a.x, b.y - a.y}, label);
  if (ImGui::IsItemEdited()) focus_.id.clear();
  if (entered && in_dialog_) focus_.text_again = id;
  return entered;
}

void Ui::action(ActionId id, Look look, const Target& target, std::string_view label_key) {
  const Action& row = action_of(id);
  const Icon icon = id == ActionId::play && desk_.view.playing ? Icon::pause : row.icon;
  if (press("action:" + std::string(row.name), action_label(row, label_key), look, icon,
            row.enabled(desk_), action_width(id, label_key), Shape{})) {
    emit(id, target);
  }
  tooltip_of(id);
}

void Ui::tooltip_of(ActionId id) {
  const Action& row = action_of(id);
  const auto chords = chords_of(row, desk_.view.keys);
  if (!ImGui::IsItemHovered() || chords.empty()) return;
  tooltip(t("ui.action." + std::string(row.name)) + "   " + shown_chord(chords.front()));
}

std::string Ui::action_label(const Action& row, std::string_view label_key) const {
  if (row.icon == Icon::first) return {};  // the sign says it
  return t(label_key.empty() ? "ui.action." + std::string(row.name) : std::string(label_key));
}

float Ui::action_width(ActionId id, std::string_view label_key) const {
  const Action& row = action_of(id);
  const std::string label = action_label(row, label_key);
  const float words =
      std::max(text_width(Face::sans, 13, label), text_width(Face::sans_bold, 13, label));
  const float icon = row.icon == Icon::none ? 0 : kIconDp + (label.empty() ? 0 : kIconGapDp);
  return std::ceil(words + icon + 2 * Shape{}.pad);
}

void Ui::same_line(float gap_dp) { ImGui::SameLine(0, px(gap_dp)); }

void Ui::flow(float width_dp, float gap_dp, float indent_dp) {
  const float right = ImGui::GetWindowPos().x + ImGui::GetWindowContentRegionMax().x;
  if (ImGui::GetItemRectMax().x + px(gap_dp + width_dp) <= right) {
    same_line(gap_dp);
  } else {
    ImGui::SetCursorPosX(px(indent_dp));
  }
}

void Ui::row_label(std::string_view text, Face face, float width_dp) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  painter_.need(text);
  ImFont* font = painter_.font(face, kRowLabel);
  const std::string shown = shorten(face, kRowLabel, text, width_dp - 6);
  ImGui::GetWindowDrawList()->AddText(font, font->FontSize,
                                      {at.x, at.y + (px(kChipHeight) - font->FontSize) / 2},
                                      ink(Role::text_dim), shown.c_str());
  // Ends where the row's first chip would have a gap before it.
  ImGui::Dummy({px(width_dp - kChipGap), px(kChipHeight)});
}

void Ui::gap(float dp) { ImGui::Dummy({1, px(dp)}); }

void Ui::tooltip(const std::string& text) {
  painter_.need(text);
  ImGui::PushFont(painter_.font(Face::sans, 13));
  ImGui::BeginTooltip();
  ImGui::PushTextWrapPos(px(kTooltipWidth));
  ImGui::TextUnformatted(text.data(), text.data() + text.size());
  ImGui::PopTextWrapPos();
  ImGui::EndTooltip();
  ImGui::PopFont();
}

void Ui::emit(ActionId id, Target target) { outbox_.push_back({id, std::move(target)}); }

float Ui::button_width(std::string_view label, bool icon) const {
  return text_width(Face::sans, 13, label) + 28 + (icon ? kIconDp + kIconGapDp : 0);
}

float Ui::chip_width(std::string_view label) const {
  return text_width(Face::mono, 12, label) + 18;
}

std::string shown_chord(std::string_view chord) {
  if (chord == "Right") return "→";
  if (chord == "Left") return "←";
  if (chord == "Up") return "↑";
  if (chord == "Down") return "↓";
  if (chord == "PageDown") return "PgDn";
  if (chord == "PageUp") return "PgUp";
  return std::string(chord);
}

}  // namespace epollscope::ui
