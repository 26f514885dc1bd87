#include "app/theme/palette.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

namespace epollscope {
namespace {

constexpr std::size_t kRoles = static_cast<std::size_t>(Role::count_);
constexpr std::size_t kThemes = 3;

constexpr Rgba rgb(std::uint32_t hex) {
  return {static_cast<std::uint8_t>(hex >> 16), static_cast<std::uint8_t>(hex >> 8),
          static_cast<std::uint8_t>(hex), 255};
}

struct Row {
  Role role;
  std::string_view name;
  std::uint32_t dark, light, contrast;
};

// One hue, one meaning: blue IN, pink OUT, teal HUP, red error, orange wakeup, violet what is
// chosen, green agreement. Where hues meet in the eyes of the colour-blind, lightness keeps them
// apart; palette_test.cc measures it. `contrast` is for projectors and weak eyes: black ground,
// white lines, the same hues at full light.
constexpr std::array kTable = std::to_array<Row>({
    {Role::none, "none", 0, 0, 0},
    {Role::ground, "ground", 0x0c1117, 0xf3f4f2, 0x000000},
    {Role::ground_dots, "ground_dots", 0x1b2531, 0xe6e9eb, 0x303030},
    {Role::panel, "panel", 0x121922, 0xffffff, 0x000000},
    {Role::panel_border, "panel_border", 0x2a3848, 0xd5d9dd, 0xb8b8b8},
    {Role::raised, "raised", 0x16202c, 0xfafaf8, 0x141414},
    {Role::sunken, "sunken", 0x0b1016, 0xeef1f3, 0x000000},
    {Role::line, "line", 0x5a6d84, 0x93a1af, 0xffffff},
    {Role::line_faint, "line_faint", 0x2a3848, 0xd5d9dd, 0x8a8a8a},
    {Role::text, "text", 0xeef3f8, 0x15202b, 0xffffff},
    {Role::text_dim, "text_dim", 0xa3b0c0, 0x46535f, 0xe4e4e4},
    {Role::text_faint, "text_faint", 0x8492a3, 0x5f6b77, 0xc4c4c4},
    {Role::in, "in", 0x47abde, 0x046eaf, 0x64c2fb},
    {Role::in_fill, "in_fill", 0x12283a, 0xe2f1fb, 0x00263d},
    {Role::out, "out", 0xeb92c6, 0xa82c7f, 0xfda2d8},
    {Role::out_fill, "out_fill", 0x331d31, 0xfbe8f4, 0x3d0029},
    {Role::hup, "hup", 0x01c194, 0x017c5a, 0x17e5b3},
    {Role::err, "err", 0xef6e76, 0xc93639, 0xf68383},
    {Role::wakeup, "wakeup", 0xe49c00, 0x9f5e00, 0xf8b01a},
    {Role::selection, "selection", 0xb19dff, 0x6645c8, 0xd6cbff},
    {Role::selection_fill, "selection_fill", 0x1a2740, 0xf0ebff, 0x2a1a5e},
    {Role::on_selection, "on_selection", 0x0b0f14, 0xffffff, 0x000000},
    {Role::badge, "badge", 0xb19dff, 0x6645c8, 0xd6cbff},
    {Role::on_badge, "on_badge", 0x0b0f14, 0xffffff, 0x000000},
    {Role::good, "good", 0x49af51, 0x0d6529, 0x73e184},
    {Role::bad, "bad", 0xef6e76, 0xc93639, 0xf68383},
    {Role::warn, "warn", 0xe9d04c, 0x6b5200, 0xfee359},
    {Role::node_red, "node_red", 0xcf3a40, 0xc8333a, 0xe03030},
    {Role::node_black, "node_black", 0x0b0f14, 0x1b232c, 0x000000},
    {Role::node_ring, "node_ring", 0xc3ccd6, 0x1b232c, 0xffffff},
    {Role::on_node, "on_node", 0xffffff, 0xffffff, 0xffffff},
});

constexpr bool table_is_in_order() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (static_cast<std::size_t>(kTable[i].role) != i) return false;
  }
  return kTable.size() == kRoles;
}
static_assert(table_is_in_order(), "the table is indexed by Role");

constexpr std::array<std::string_view, kThemes> kThemeNames = {"dark", "light", "contrast"};

const Row& row(Role role) { return kTable.at(static_cast<std::size_t>(role)); }

double linear(std::uint8_t channel) {
  const double c = channel / 255.0;
  return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

double luminance(Rgba c) {
  return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b);
}

}  // namespace

Rgba color(Theme theme, Role role) {
  if (role == Role::none) return {0, 0, 0, 0};
  const Row& r = row(role);
  switch (theme) {
    case Theme::dark:
      return rgb(r.dark);
    case Theme::light:
      return rgb(r.light);
    case Theme::contrast:
      return rgb(r.contrast);
  }
  std::unreachable();
}

std::string_view name_of(Theme theme) { return kThemeNames.at(static_cast<std::size_t>(theme)); }
std::string_view name_of(Role role) { return row(role).name; }

bool theme_from(std::string_view name, Theme& out) {
  const auto* found = std::ranges::find(kThemeNames, name);
  if (found == kThemeNames.end()) return false;
  out = static_cast<Theme>(found - kThemeNames.begin());
  return true;
}

double contrast_ratio(Rgba a, Rgba b) {
  const auto [dark, light] = std::minmax({luminance(a), luminance(b)});
  return (light + 0.05) / (dark + 0.05);
}

}  // namespace epollscope
