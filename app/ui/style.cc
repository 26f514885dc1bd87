#include <imgui.h>

#include "app/ui/widgets.h"

namespace epollscope::ui {
namespace {

ImVec4 vec(Theme theme, Role role) {
  const Rgba c = color(theme, role);
  const auto unit = [](std::uint8_t v) { return static_cast<float>(v) / 255.0F; };
  return {unit(c.r), unit(c.g), unit(c.b), unit(c.a)};
}

}  // namespace

void apply_style(Theme theme, float scale) {
  ImGuiStyle style;
  // How finely curves are drawn is the painter's business.
  style.CircleTessellationMaxError = ImGui::GetStyle().CircleTessellationMaxError;
  style.CurveTessellationTol = ImGui::GetStyle().CurveTessellationTol;
  style.WindowRounding = style.PopupRounding = 10;
  style.ChildRounding = 8;
  style.FrameRounding = style.GrabRounding = style.ScrollbarRounding = 6;
  style.WindowPadding = {16, 14};
  style.FramePadding = {10, 7};
  style.ItemSpacing = {8, 7};
  style.ScrollbarSize = 10;
  style.FrameBorderSize = style.WindowBorderSize = style.PopupBorderSize = 1;
  style.ScaleAllSizes(scale);
  const auto set = [&](ImGuiCol slot, Role role) { style.Colors[slot] = vec(theme, role); };
  set(ImGuiCol_Text, Role::text);
  set(ImGuiCol_TextDisabled, Role::text_dim);
  set(ImGuiCol_WindowBg, Role::panel);
  set(ImGuiCol_ChildBg, Role::panel);
  set(ImGuiCol_PopupBg, Role::raised);
  set(ImGuiCol_Border, Role::panel_border);
  set(ImGuiCol_FrameBg, Role::sunken);
  set(ImGuiCol_FrameBgHovered, Role::sunken);
  set(ImGuiCol_FrameBgActive, Role::sunken);
  set(ImGuiCol_ScrollbarBg, Role::panel);
  set(ImGuiCol_ScrollbarGrab, Role::panel_border);
  set(ImGuiCol_ScrollbarGrabHovered, Role::line);
  set(ImGuiCol_ScrollbarGrabActive, Role::line);
  set(ImGuiCol_Header, Role::selection_fill);
  set(ImGuiCol_HeaderHovered, Role::selection_fill);
  set(ImGuiCol_HeaderActive, Role::selection_fill);
  set(ImGuiCol_TextSelectedBg, Role::selection_fill);
  set(ImGuiCol_Separator, Role::line_faint);
  style.Colors[ImGuiCol_BorderShadow] = {0, 0, 0, 0};
  ImGui::GetStyle() = style;
}

}  // namespace epollscope::ui
