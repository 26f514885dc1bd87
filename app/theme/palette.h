// Colours by meaning. Drawing code names a Role, never a colour; a theme gives each role one.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace epollscope {

struct Rgba {
  std::uint8_t r = 0, g = 0, b = 0, a = 255;
  friend bool operator==(Rgba, Rgba) = default;
};

enum class Role : std::uint8_t {
  none,         // draws nothing
  ground,       // behind everything
  ground_dots,  // the kernel's dotted ground
  panel,
  panel_border,
  raised,  // boxes on a panel
  sunken,  // buffers, empty slots
  line,    // wires at rest, dividers
  line_faint,
  text,
  text_dim,
  text_faint,  // all ≥ 4.5:1 on panel, raised and ground but for text_faint (3:1, decoration)
  in,
  in_fill,  // IN: readable
  out,
  out_fill,  // OUT: writable
  hup,
  err,     // HUP/RDHUP and ERR
  wakeup,  // a wakeup and its path
  selection,
  selection_fill,
  on_selection,  // the cursor, the chosen thing, text on selection
  badge,
  on_badge,  // ET, ONESHOT, EXCLUSIVE
  good,
  bad,
  warn,  // agreement, difference, caution
  node_red,
  node_black,
  node_ring,
  on_node,  // tree node colours, their ring and the letter on them
  count_
};

enum class Theme : std::uint8_t { dark, light, contrast };

Rgba color(Theme theme, Role role);
std::string_view name_of(Theme theme);  // "dark"
std::string_view name_of(Role role);
bool theme_from(std::string_view name, Theme& out);

// How well two opaque colours can be told apart: 1 (the same) to 21 (black and white), as
// WCAG 2 defines it. Small text wants 4.5.
double contrast_ratio(Rgba a, Rgba b);

}  // namespace epollscope
