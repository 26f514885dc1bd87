#include "app/ui/actions.h"

#include <algorithm>
#include <array>

#include "app/ui/documents.h"
#include "app/ui/effects.h"

namespace epollscope::ui {
namespace {

using Chord = std::string_view;
using T = const Target&;

constexpr std::array<Chord, 3> kStep{"Space", "Right", "PageDown"};
constexpr std::array<Chord, 2> kBack{"Left", "PageUp"};
constexpr std::array<Chord, 1> kInto{"Down"}, kOut{"Up"}, kPlay{"A"}, kFirst{"Home"}, kLast{"End"},
    kRestart{"Ctrl+R"}, kOpen{"Ctrl+O"}, kSave{"Ctrl+S"}, kCopyCall{"C"},
    kCopyTranscript{"Ctrl+Shift+C"}, kPicture{"Ctrl+P"}, kBuilder{"N"}, kBranch{"Ctrl+B"},
    kEdit{"E"}, kRemove{"Delete"}, kMoveUp{"Ctrl+Up"}, kMoveDown{"Ctrl+Down"}, kUndo{"Ctrl+Z"},
    kStop{"Ctrl+."}, kTheme{"T"}, kLanguage{"L"}, kPalette{"Ctrl+K"}, kEscape{"Escape"},
    kQuit{"Ctrl+Q"}, kRunAll{"Ctrl+End"}, kFull{"Shift+F11"}, kMotion{"M"}, kZoomIn{"Z"},
    kZoomOut{"X"}, kFit{"F"}, kFollow{"W"}, kMeter{"V"};
constexpr std::array<Chord, 2> kScaleUp{"Ctrl+=", "Ctrl+Shift+="},
    kScaleDown{"Ctrl+-", "Ctrl+Shift+-"}, kLecture{"F5", "F11"}, kBlank{"B", "."}, kHelp{"?", "F1"};
constexpr std::array<Chord, 2> kRedo{"Ctrl+Shift+Z", "Ctrl+Y"};
constexpr std::array<Chord, 9> kAnswer{"1", "2", "3", "4", "5", "6", "7", "8", "9"};
constexpr std::array<Chord, 2> kFaster{"+", "="};
constexpr std::array<Chord, 1> kSlower{"-"};
constexpr std::array<Chord, 1> kInsert{"Insert"};
constexpr std::span<const Chord> kNone;

bool always(const Desk&) { return true; }
bool idle(const Desk& d) { return !d.running(); }
bool has_past(const Desk& d) { return d.view.step > 0 || d.view.micro.has_value(); }
bool has_program(const Desk& d) { return d.statement_count() > 0; }
bool has_steps(const Desk& d) { return d.step_count() > 0; }
bool can_play(const Desk& d) { return d.view.playing || has_program(d); }
bool can_branch(const Desk& d) { return has_steps(d); }
// A lecture has no builder, where a line would be put together.
bool outside_lecture(const Desk& d) { return !d.view.lecture; }
bool can_edit(const Desk& d) { return has_program(d) && !d.running() && outside_lecture(d); }
bool can_run_on(const Desk& d) {
  return !d.running() && !d.session().died() && d.session().next_statement() < d.statement_count();
}
bool asks(const Desk& d) { return d.question().has_value(); }
bool can_zoom_in(const Desk& d) { return d.view.kernel.camera.zoom < scene::kZoomMax; }
bool can_zoom_out(const Desk& d) { return d.view.kernel.camera.zoom > scene::kZoomMin; }
bool can_measure(const Desk& d) { return d.view.dialog != Dialog::meter || !d.meter.running(); }
bool has_left_over(const Desk&) { return !left_over_session().empty(); }
bool can_undo(const Desk& d) { return d.can_undo() && !d.running(); }
bool can_redo(const Desk& d) { return d.can_redo() && !d.running(); }
// A lab that lives can be stopped while a call is under way or a thread sleeps in one.
bool can_stop(const Desk& d) {
  return !d.session().died() && (d.running() || !d.session().stuck().empty());
}

void scale(Desk& d, float by) {
  d.view.scale = std::clamp(d.view.scale * by, kScaleMin, kScaleMax);
}

constexpr float kScaleFactor = 1.1F;
constexpr float kZoomFactor = 1.25F;

const std::array kActions{
    Action{ActionId::step, "step", kStep, Icon::step, Menu::go, always,
           [](Desk& d, T) { d.step(); }},
    Action{ActionId::back, "back", kBack, Icon::back, Menu::go, has_past,
           [](Desk& d, T) { d.back(); }},
    Action{ActionId::into, "into", kInto, Icon::into, Menu::go, idle, [](Desk& d, T) { d.into(); }},
    Action{ActionId::out, "out", kOut, Icon::none, Menu::go, has_past, [](Desk& d, T) { d.out(); }},
    Action{ActionId::play, "play", kPlay, Icon::play, Menu::go, can_play,
           [](Desk& d, T) { d.play(!d.view.playing); }},
    Action{ActionId::first, "first", kFirst, Icon::first, Menu::go, always,
           [](Desk& d, T) { d.go_to(0); }},
    Action{ActionId::last, "last", kLast, Icon::none, Menu::go, always,
           [](Desk& d, T) { d.go_to(d.step_count()); }},
    Action{ActionId::restart, "restart", kRestart, Icon::none, Menu::go, has_program,
           [](Desk& d, T) { d.restart(); }},
    Action{ActionId::run_all, "run_all", kRunAll, Icon::none, Menu::go, can_run_on,
           [](Desk& d, T) { d.run_to(d.statement_count() - 1); }},
    Action{ActionId::faster, "faster", kFaster, Icon::none, Menu::go, always,
           [](Desk& d, T) { d.set_pace(1); }},
    Action{ActionId::slower, "slower", kSlower, Icon::none, Menu::go, always,
           [](Desk& d, T) { d.set_pace(-1); }},
    Action{ActionId::answer, "answer", kAnswer, Icon::none, Menu::go, asks, effects::answer},
    Action{ActionId::stop, "stop", kStop, Icon::stop, Menu::go, can_stop,
           [](Desk& d, T) { d.stop(); }},
    Action{ActionId::open, "open", kOpen, Icon::none, Menu::file, always, effects::open_dialog},
    Action{ActionId::save, "save", kSave, Icon::none, Menu::file, has_program, effects::save},
    Action{ActionId::copy_call, "copy_call", kCopyCall, Icon::none, Menu::file, has_program,
           effects::copy_call},
    Action{ActionId::copy_transcript, "copy_transcript", kCopyTranscript, Icon::none, Menu::file,
           has_steps, effects::copy_transcript},
    Action{ActionId::save_picture, "save_picture", kPicture, Icon::none, Menu::file, always,
           effects::save_picture},
    Action{ActionId::builder, "builder", kBuilder, Icon::none, Menu::program, outside_lecture,
           effects::builder},
    Action{ActionId::branch, "branch", kBranch, Icon::none, Menu::program, can_branch,
           [](Desk& d, T t) {
             d.branch_here(t.number >= 0 ? d.step_of_statement(t.number) : d.view.step);
           }},
    Action{ActionId::edit, "edit", kEdit, Icon::none, Menu::program, can_edit, effects::edit},
    Action{ActionId::insert_before, "insert_before", kInsert, Icon::none, Menu::program, can_edit,
           effects::insert_before},
    Action{ActionId::insert_after, "insert_after", kNone, Icon::none, Menu::program, can_edit,
           effects::insert_after},
    Action{ActionId::remove, "remove", kRemove, Icon::none, Menu::program, can_edit,
           [](Desk& d, T t) { d.remove(effects::statement_of(d, t)); }},
    Action{ActionId::move_up, "move_up", kMoveUp, Icon::none, Menu::program, can_edit,
           [](Desk& d, T t) { d.move(effects::statement_of(d, t), -1); }},
    Action{ActionId::move_down, "move_down", kMoveDown, Icon::none, Menu::program, can_edit,
           [](Desk& d, T t) { d.move(effects::statement_of(d, t), 1); }},
    Action{ActionId::undo, "undo", kUndo, Icon::none, Menu::program, can_undo,
           [](Desk& d, T) { d.undo(); }},
    Action{ActionId::redo, "redo", kRedo, Icon::none, Menu::program, can_redo,
           [](Desk& d, T) { d.redo(); }},
    Action{ActionId::lecture, "lecture", kLecture, Icon::none, Menu::view, always,
           effects::lecture},
    Action{ActionId::theme, "theme", kTheme, Icon::none, Menu::view, always, effects::next_theme},
    Action{ActionId::language, "language", kLanguage, Icon::none, Menu::view, always,
           effects::next_language},
    Action{ActionId::motion, "motion", kMotion, Icon::none, Menu::view, always,
           effects::next_motion},
    Action{ActionId::scale_up, "scale_up", kScaleUp, Icon::none, Menu::view, always,
           [](Desk& d, T) { scale(d, kScaleFactor); }},
    Action{ActionId::scale_down, "scale_down", kScaleDown, Icon::none, Menu::view, always,
           [](Desk& d, T) { scale(d, 1 / kScaleFactor); }},
    Action{ActionId::fullscreen, "fullscreen", kFull, Icon::none, Menu::view, always,
           [](Desk& d, T) { d.view.fullscreen = !d.view.fullscreen; }},
    Action{ActionId::blank, "blank", kBlank, Icon::none, Menu::view, always,
           [](Desk& d, T) { d.view.blank = !d.view.blank; }},
    Action{ActionId::zoom_in, "zoom_in", kZoomIn, Icon::none, Menu::view, can_zoom_in,
           [](Desk& d, T) { effects::zoom(d, kZoomFactor); }},
    Action{ActionId::zoom_out, "zoom_out", kZoomOut, Icon::none, Menu::view, can_zoom_out,
           [](Desk& d, T) { effects::zoom(d, 1 / kZoomFactor); }},
    Action{ActionId::fit, "fit", kFit, Icon::none, Menu::view, always,
           [](Desk& d, T) { d.view.camera = {.zoom = 0}; }},
    Action{ActionId::follow, "follow", kFollow, Icon::none, Menu::view, always, effects::follow},
    Action{ActionId::palette, "palette", kPalette, Icon::none, Menu::view, always,
           [](Desk& d, T) {
             d.view.input.clear();
             d.view.dialog = Dialog::palette;
           }},
    Action{ActionId::help, "help", kHelp, Icon::none, Menu::view, always,
           [](Desk& d, T) { d.view.dialog = Dialog::help; }},
    Action{ActionId::meter, "meter", kMeter, Icon::none, Menu::view, can_measure, effects::meter},
    Action{ActionId::escape, "escape", kEscape, Icon::none, Menu::view, always, effects::escape},
    Action{ActionId::quit, "quit", kQuit, Icon::none, Menu::file, always,
           [](Desk& d, T) { d.view.errands.quit = true; }},
    Action{ActionId::run_line, "run_line", kNone, Icon::step, Menu::none, always,
           effects::run_line},
    Action{ActionId::run_call, "run_call", kNone, Icon::none, Menu::none, always,
           effects::run_call},
    Action{ActionId::choose_call, "choose_call", kNone, Icon::none, Menu::none, always,
           effects::choose},
    Action{ActionId::branch_at, "branch_at", kNone, Icon::none, Menu::none, can_branch,
           [](Desk& d, T t) { d.branch_here(t.number); }},
    Action{ActionId::go_to_statement, "go_to_statement", kNone, Icon::none, Menu::none, always,
           effects::go_to_statement},
    Action{ActionId::run_to, "run_to", kNone, Icon::none, Menu::none, can_run_on,
           [](Desk& d, T t) { d.run_to(t.number); }},
    Action{ActionId::close_builder, "close_builder", kNone, Icon::none, Menu::none, always,
           [](Desk& d, T) { d.view.builder = false; }},
    Action{ActionId::go_to_step, "go_to_step", kNone, Icon::none, Menu::none, always,
           [](Desk& d, T t) { d.go_to(t.number); }},
    Action{ActionId::open_path, "open_path", kNone, Icon::none, Menu::none, always,
           effects::open_path},
    Action{ActionId::open_lesson, "open_lesson", kNone, Icon::none, Menu::none, always,
           effects::open_lesson},
    Action{ActionId::open_left_over, "open_left_over", kNone, Icon::none, Menu::file, has_left_over,
           effects::open_left_over},
    Action{ActionId::save_to, "save_to", kNone, Icon::none, Menu::none, always, effects::save_to},
    Action{ActionId::look_in, "look_in", kNone, Icon::none, Menu::none, always, effects::look_in},
};

}  // namespace

std::span<const Action> all_actions() { return kActions; }

const Action& action_of(ActionId id) { return *std::ranges::find(kActions, id, &Action::id); }

std::vector<std::string_view> chords_of(const Action& action, const Bindings& keys) {
  if (const auto own = keys.find(action.name); own != keys.end()) {
    return {own->second.begin(), own->second.end()};
  }
  const auto is_taken = [&](std::string_view chord) {
    return std::ranges::any_of(keys, [&](const auto& given) {
      return std::ranges::find(given.second, chord) != given.second.end();
    });
  };
  std::vector<std::string_view> chords(action.chords.begin(), action.chords.end());
  std::erase_if(chords, is_taken);
  return chords;
}

const Action* action_of_chord(std::string_view chord, const Bindings& keys) {
  for (const Action& action : kActions) {
    const auto chords = chords_of(action, keys);
    if (std::ranges::find(chords, chord) != chords.end()) return &action;
  }
  return nullptr;
}

bool passes_text_editing(std::string_view chord) {
  // A text field needs its own copy, undo and cursor keys; Escape leaves it.
  constexpr std::array<Chord, 6> kPass{"Ctrl+K", "Ctrl+O", "Ctrl+S", "Ctrl+Q", "Ctrl+R", "Escape"};
  const bool function_key = chord.size() > 1 && chord.front() == 'F' && chord[1] <= '9';
  return function_key || std::ranges::find(kPass, chord) != kPass.end();
}

void apply(Desk& desk, const Command& command) {
  const Action& action = action_of(command.action);
  if (!action.enabled(desk)) {
    // There is no dead key: say why nothing happens.
    desk.say("ui.toast.not_now",
             {tr(desk.view.lang, std::string("ui.action.") + std::string(action.name))});
    return;
  }
  desk.view.toast.clear();
  if (command.action != ActionId::escape) desk.view.menu.clear();
  action.effect(desk, command.target);
}

}  // namespace epollscope::ui
