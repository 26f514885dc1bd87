#include "app/ui/app.h"

#include <imgui.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "app/ui/panels.h"
#include "app/ui/stage_view.h"

namespace epollscope::ui {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

// ImGui spreads a press and a release that came together over two frames. What an action changed
// is worth three: widgets learn in the second where they are, and what lies under the mouse.
constexpr int kFramesPerInput = 2, kFramesPerChange = 3;

constexpr float kNoticeDp = 13;
constexpr float kLectureNotice = 0.03F;  // in heights of the window

std::optional<double> sooner(std::optional<double> a, std::optional<double> b) {
  if (!a) return b;
  if (!b) return a;
  return std::min(*a, *b);
}

// A key among the many of one action says which choice is meant: "3" is the third.
int number_of(const Action& action, std::string_view chord, const Bindings& keys) {
  if (action.id != ActionId::answer) return -1;
  const auto chords = chords_of(action, keys);
  return static_cast<int>(std::ranges::find(chords, chord) - chords.begin());
}

}  // namespace

App::App(platform::Window& window, draw::Painter& painter, Desk& desk, SettingsKeeper settings)
    : window_(window),
      painter_(painter),
      desk_(desk),
      settings_(std::move(settings)),
      last_frame_(Clock::now()) {
  ImGui::GetIO().IniFilename = nullptr;
  ImGui::GetIO().ConfigInputTextCursorBlink = false;  // a blink would be a frame without a cause
}

void App::ask_frames(int count, std::string_view cause) {
  if (frames_due_ == 0) cause_ = cause;
  frames_due_ = std::max(frames_due_, count);
}

void App::run() {
  ask_frames(kFramesPerChange, "start");
  while (!desk_.view.errands.quit && !window_.should_close()) {
    if (frames_due_ > 0) {
      draw_frame();
      --frames_due_;
      cause_ = "settle";
    }
    if (!commands_.empty()) {
      apply_commands();
      continue;
    }
    wait();
    take_keys();
    // While calls follow each other there is another picture soon.
    if (desk_.pump()) ask_frames(desk_.running() ? 1 : kFramesPerChange, "lab");
    if (desk_.hear_meter()) ask_frames(desk_.meter.running() ? 1 : kFramesPerChange, "meter");
    if (desk_.beat()) ask_frames(kFramesPerChange, "play");
    if (const auto frame = animator_.next_frame(); frame && *frame <= Clock::now()) {
      ask_frames(1, "motion");
    }
    if (const auto tick = sleep_clock_.next_frame(); tick && *tick <= Clock::now()) {
      ask_frames(1, "countdown");
    }
    apply_commands();
    keep();
  }
  keep();
}

void App::keep() {
  autosave_.keep(desk_.session(), desk_.version());
  if (auto kept = settings_.keep(settings_of(desk_.view)); !kept) {
    desk_.say("ui.toast.settings_not_kept", {kept.error().what});
    ask_frames(kFramesPerChange, "settings");
  }
}

void App::wait() {
  const Session& session = desk_.session();
  const std::array fds{session.wait_fd(), desk_.meter.wait_fd()};
  std::optional<double> seconds;
  if (const auto patience = session.patience()) seconds = Seconds(*patience).count();
  if (const auto beat = desk_.next_beat()) {
    seconds = sooner(seconds, std::max(0.0, Seconds(*beat - Clock::now()).count()));
  }
  for (const auto& frame : {animator_.next_frame(), sleep_clock_.next_frame()}) {
    if (frame) seconds = sooner(seconds, std::max(0.0, Seconds(*frame - Clock::now()).count()));
  }
  // A kernel without a descriptor (the model) must be asked at once while it works, and so must the
  // desk where one step has ended and the next has not begun.
  const bool goes_on = desk_.running() && (session.wait_fd() < 0 || !session.busy());
  if (frames_due_ > 0 || goes_on) seconds = 0;
  if (window_.wait(fds, seconds)) ask_frames(kFramesPerInput, "input");
}

void App::take_keys() {
  // What was typed before a key comes first: newer ImGui spreads it over frames.
  if (text_input_ && painter_.input_pending()) {
    ask_frames(1, "input");
    return;
  }
  for (const platform::KeyPress& key : window_.take_keys()) handle_key(key);
}

// Tab moves the focus; in a list that lies above the program the arrows do too.
int App::focus_step(std::string_view chord) const {
  if (chord == "Tab") return 1;
  if (chord == "Shift+Tab") return -1;
  if (desk_.view.dialog == Dialog::none && desk_.view.menu.empty()) return 0;
  return chord == "Down" ? 1 : chord == "Up" ? -1 : 0;
}

void App::handle_key(const platform::KeyPress& key) {
  const std::string& chord = key.chord;
  // A key held down steps on when it can, and does not complain when it cannot.
  if (key.repeat && desk_.running()) return;
  // Escape leaves a line being edited before it leaves the panel around it.
  if (text_input_ && chord == "Escape" && desk_.view.dialog == Dialog::none) return;
  if (const int by = focus_step(chord); by != 0) {
    focus_.move(by);
  } else if (chord == "Enter") {
    // A press and release between two slow frames would be lost to a field that looks at key
    // states. What Tab has reached comes before the text.
    focus_.activate = !focus_.id.empty();
    focus_.text_entered = text_input_ && !focus_.activate;
  } else if (text_input_ && !passes_text_editing(chord)) {
    return;
  } else if (const Action* action = action_of_chord(chord, desk_.view.keys)) {
    // A dialog lies above the program: only what closes it or replaces it passes.
    const bool covered = desk_.view.dialog != Dialog::none;
    if (!covered || action->menu == Menu::view || action->id == ActionId::quit) {
      commands_.push_back({action->id, {.number = number_of(*action, chord, desk_.view.keys)}});
    }
  }
}

void App::apply_commands() {
  for (const Command& command : std::exchange(commands_, {})) {
    apply(desk_, command);
    ask_frames(kFramesPerChange, "action");
  }
  do_errands();
}

void App::do_errands() {
  Errands& errands = desk_.view.errands;
  if (errands.clipboard) window_.set_clipboard(*std::exchange(errands.clipboard, std::nullopt));
  if (errands.picture_path) save_picture(*std::exchange(errands.picture_path, std::nullopt));
  if (fullscreen_ != desk_.view.fullscreen) {
    fullscreen_ = desk_.view.fullscreen;
    window_.set_fullscreen(fullscreen_);
  }
  const float scale = window_.scale() * desk_.view.scale;
  if (scale != painter_.scale()) {
    painter_.set_scale(scale);
    styled_ = false;
  }
  if (!styled_ || styled_theme_ != desk_.view.theme) {
    apply_style(desk_.view.theme, painter_.scale());
    styled_ = true;
    styled_theme_ = desk_.view.theme;
  }
}

void App::draw_frame() {
  do_errands();
  const int width = window_.framebuffer_width();
  const int height = window_.framebuffer_height();
  if (width <= 0 || height <= 0) return;  // minimised
  const auto now = Clock::now();
  const auto dt = static_cast<float>(Seconds(now - std::exchange(last_frame_, now)).count());
  window_.begin();
  painter_.new_frame(width, height, std::max(dt, 1e-4F));
  hits_.hits.clear();
  Ui ui(painter_, desk_, hits_, focus_, commands_);
  const float scale = painter_.scale();
  draw_panels(ui, static_cast<float>(width) / scale, static_cast<float>(height) / scale);
  painter_.end_frame();
  window_.present();
  // What Enter was meant for has had its chance.
  focus_.activate = false;
  focus_.text_entered = false;
  const bool was_typing = std::exchange(text_input_, ImGui::GetIO().WantTextInput);
  if (was_typing != text_input_) ask_frames(2, "focus");
  if (ui.wants_again()) ask_frames(2, "change");
  if (painter_.wants_frame()) ask_frames(2, "font");
  if (painter_.input_pending()) ask_frames(1, "input");
  log_.write({.cause = cause_,
              .width = width,
              .height = height,
              .due = frames_due_ - 1 + static_cast<int>(commands_.size()) +
                     (animator_.next_frame() ? 1 : 0),
              .text_input = text_input_,
              .presses = window_.presses(),
              .moving = frames_moving_,
              .banner = banner_of(desk_)},
             desk_, hits_);
}

void App::draw_panels(Ui& ui, float width_dp, float height_dp) {
  ViewState& view = desk_.view;
  const scene::Rect all{0, 0, width_dp, height_dp};
  Editing edit{.view = view, .draft = desk_.draft};
  edit.first_frame_of_dialog = view.dialog != std::exchange(shown_dialog_, view.dialog);
  if (view.blank) {
    const ImVec2 end{ui.px(width_dp), ui.px(height_dp)};
    ImGui::GetForegroundDrawList()->AddRectFilled({0, 0}, end, IM_COL32_BLACK);
    return;
  }
  const bool welcome = desk_.statement_count() == 0 && desk_.step_count() == 0;
  const Stage& stage = stages_.stage_of(desk_, sleep_clock_.elapsed(desk_, last_frame_), width_dp,
                                        height_dp, !welcome, !view.builder);
  const auto moving = animator_.at(desk_, stage.scene, view.motion, last_frame_);
  if (animator_.next_frame()) ++frames_moving_;
  show_stage(ui, edit, stage, moving, view.dialog == Dialog::none && view.menu.empty());
  if (view.lecture) {
    // Above the call, which the sentence is about, and as large as what else a hall reads.
    const float size = kLectureNotice * height_dp;
    notice(ui, {0, 0, width_dp, height_dp}, size);
  } else {
    top_bar(ui, stage.zones.bar);
    camera_panel(ui, stage.zones.kernel);
    if (welcome) welcome_panel(ui, stage.zones.lesson);
    if (view.builder) builder_panel(ui, edit, builder_place(stage.zones, width_dp, height_dp));
    // In the title row of the kernel's zone: what lies below it stays in sight.
    notice(ui, stage.zones.kernel, kNoticeDp);
  }
  context_menu(ui, edit);
  switch (view.dialog) {
    case Dialog::none:
      break;
    case Dialog::open:
      open_panel(ui, edit, all);
      break;
    case Dialog::save:
      save_panel(ui, edit, all);
      break;
    case Dialog::palette:
      palette_panel(ui, edit, all);
      break;
    case Dialog::help:
      help_panel(ui, all);
      break;
    case Dialog::meter:
      meter_panel(ui, all);
      break;
    case Dialog::message:
      message_panel(ui, all);
      break;
  }
}

}  // namespace epollscope::ui
