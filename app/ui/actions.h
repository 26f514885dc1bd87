// Every action of the window is one row of one table. Buttons, menus, the palette, the shortcuts
// and the help page are made from it; widgets emit commands and never touch the session.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/ui/desk.h"

namespace epollscope::ui {

enum class ActionId : std::uint8_t {
  step,
  back,
  into,
  out,
  play,
  first,
  last,
  restart,
  open,
  save,
  copy_call,
  copy_transcript,
  save_picture,
  builder,
  run_line,
  branch,
  edit,
  insert_before,
  insert_after,
  remove,
  move_up,
  move_down,
  undo,
  redo,
  stop,
  run_all,
  faster,
  slower,
  answer,
  lecture,
  theme,
  language,
  motion,
  scale_up,
  scale_down,
  fullscreen,
  blank,
  zoom_in,
  zoom_out,
  fit,
  follow,
  palette,
  help,
  meter,
  escape,
  quit,
  // These need a target that only a widget can give.
  go_to_step,
  go_to_statement,
  run_to,
  run_call,
  choose_call,
  branch_at,
  close_builder,
  open_path,
  open_lesson,
  open_left_over,
  save_to,
  look_in,
};

enum class Icon : std::uint8_t { none, first, back, step, into, play, pause, stop, check, cross };

// What a command is about; an action that needs none ignores it.
struct Target {
  int number = -1;        // a statement index, or a step
  std::string text = {};  // a path, or a line of the scenario language
};

struct Command {
  ActionId action = ActionId::step;
  Target target;
};

enum class Menu : std::uint8_t { go, file, program, view, none };  // none: not listed anywhere

struct Action {
  ActionId id;
  std::string_view name;                     // "step": stable, in hit ids and in `ui.action.step`
  std::span<const std::string_view> chords;  // as platform::KeyPress writes them, if no other was
                                             // chosen
  Icon icon;
  Menu menu;
  bool (*enabled)(const Desk&);
  void (*effect)(Desk&, const Target&);
};

std::span<const Action> all_actions();
const Action& action_of(ActionId id);
// The keys of an action: those that a person gave it, else those of its row that were given to no
// other. Requires: the bindings outlive what is returned.
std::vector<std::string_view> chords_of(const Action& action, const Bindings& keys);
// The action of a key; nullptr: none.
const Action* action_of_chord(std::string_view chord, const Bindings& keys = {});
// Whether a key reaches its action while text is being edited.
bool passes_text_editing(std::string_view chord);

// Carries out a command; one that is not enabled says so and does nothing.
void apply(Desk& desk, const Command& command);

}  // namespace epollscope::ui
