// Widgets in the house's colours, on top of ImGui: each one reports where it is, so that the
// same hit map serves the mouse, the keyboard (Tab, Enter) and the tests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/draw/draw.h"
#include "app/scene/scene.h"
#include "app/ui/actions.h"

namespace epollscope::ui {

// Where the things of the frame are, in pixels of the framebuffer, back to front.
struct HitMap {
  std::vector<scene::Hit> hits;
};

// Which widget Tab has reached. Enter activates it.
struct Focus {
  std::string id;
  std::vector<std::string> order;    // of the last frame's top layer
  std::vector<std::string> picture;  // what Tab reaches after those: the picture's hits
  bool activate = false;             // Enter was pressed before this frame
  bool text_entered = false;         // the same while a text field was being edited
  std::string text_again = {};       // text field that takes up editing again in this frame
  void move(int by);
};

// Of a row of chips, in dp.
inline constexpr float kChipHeight = 24, kChipGap = 5;

enum class Look : std::uint8_t { plain, primary, quiet, row, chosen };

struct PanelLook {
  bool framed = true;
  bool above = false;  // over every panel that is not
  bool scrolls = true;
};

// Lives for one frame.
class Ui {
 public:
  Ui(draw::Painter& painter, const Desk& desk, HitMap& hits, Focus& focus,
     std::vector<Command>& outbox);

  [[nodiscard]] std::string t(std::string_view key,
                              std::initializer_list<std::string_view> args = {}) const;
  [[nodiscard]] float px(float dp) const { return dp * scale_; }
  [[nodiscard]] unsigned ink(Role role, float alpha = 1) const;  // an ImU32
  [[nodiscard]] const Desk& desk() const { return desk_; }

  // A panel at a place in dp; false when nothing of it shows. Close with end_panel() always.
  bool begin_panel(const char* id, const scene::Rect& where, const PanelLook& look = {});
  void end_panel();
  // A panel that dims the rest and keeps clicks from it; only what is in it is reachable by Tab.
  // Close with end_dialog().
  void begin_dialog(const scene::Rect& window, const scene::Rect& where, std::string_view title);
  void end_dialog();
  // What was drawn before is out of Tab's reach.
  void restart_focus() {
    focus_.order.clear();
    focus_.picture.clear();
  }

  void text(std::string_view text, Role role = Role::text, Face face = Face::sans, float size = 13);
  void wrapped(std::string_view text, Role role = Role::text, Face face = Face::sans,
               float size = 13);
  bool button(const std::string& id, const std::string& label, Look look = Look::plain,
              Icon icon = Icon::none, bool enabled = true, float width_dp = 0);
  // A choice among many, smaller and in the code face.
  bool chip(const std::string& id, const std::string& label, bool on, bool enabled = true);
  // A line of a list or a menu: its words on the left, a note (a key) on the right.
  bool row(const std::string& id, const std::string& label, float width_dp, bool enabled = true,
           bool chosen = false, const std::string& note = {});
  // True when Enter ended the editing; in a dialog, which is still open then, it starts again.
  bool input(const std::string& id, std::string& text, float width_dp, bool take_focus,
             const std::string& label);
  // Button of an action: label, icon, key and state from the table.
  void action(ActionId id, Look look = Look::plain, const Target& target = {},
              std::string_view label_key = {});
  void same_line(float gap_dp = 6);
  // Goes on in the same line if `width_dp` more fits, else starts another, `indent_dp` in.
  void flow(float width_dp, float gap_dp = 6, float indent_dp = 0);
  // A word at the start of a row of chips; what follows starts `width_dp` in.
  void row_label(std::string_view text, Face face, float width_dp);
  void gap(float dp);
  void tooltip(const std::string& text);
  // What the action of the item just drawn is called and which key it has, while the mouse is
  // there.
  void tooltip_of(ActionId id);

  void emit(ActionId id, Target target = {});
  // Something changed that was drawn in this frame already.
  void draw_again() { again_ = true; }
  [[nodiscard]] bool wants_again() const { return again_; }
  void hit(std::string id, const scene::Rect& px, std::string label);
  // Lets Tab reach a thing of the picture, which is in the hit map already. While it is there: a
  // ring and its label. True when Enter activates it.
  bool reach(const std::string& id, const scene::Rect& px, const std::string& label);
  // The width a button or chip with this label takes, in dp.
  [[nodiscard]] float button_width(std::string_view label, bool icon) const;
  [[nodiscard]] float action_width(ActionId id, std::string_view label_key = {}) const;
  [[nodiscard]] float chip_width(std::string_view label) const;
  [[nodiscard]] draw::Painter& painter() { return painter_; }

 private:
  struct Shape {
    Face face = Face::sans;
    float size = 13, height = 30, pad = 14, radius = 7;
    bool left = false;  // words at the left edge instead of the middle
  };
  bool press(const std::string& id, const std::string& label, Look look, Icon icon, bool enabled,
             float width_dp, const Shape& shape);
  [[nodiscard]] std::string action_label(const Action& row, std::string_view label_key) const;
  void note_item(const std::string& id, const std::string& label, bool enabled);

  draw::Painter& painter_;
  const Desk& desk_;
  HitMap& hits_;
  Focus& focus_;
  std::vector<Command>& outbox_;
  float scale_;
  bool in_dialog_ = false;
  bool again_ = false;
};

// Colours and roundness of what ImGui draws by itself.
void apply_style(Theme theme, float scale);

// A key chord as a person reads it: "PgDn", "→".
std::string shown_chord(std::string_view chord);

}  // namespace epollscope::ui
