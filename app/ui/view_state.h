// Everything about how the window looks at a session, and nothing of the session itself: values
// that actions change and panels read. No ImGui, no GL.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/i18n/i18n.h"
#include "app/scene/camera.h"
#include "app/scene/motion.h"
#include "app/theme/palette.h"
#include "app/ui/bindings.h"

namespace epollscope::ui {

// At most one dialog is open; it lies above everything else.
enum class Dialog : std::uint8_t { none, open, save, palette, help, meter, message };
std::string_view name_of(Dialog dialog);

// How much of a change is shown as movement.
using scene::Motion;
std::string_view name_of(Motion motion);
bool motion_from(std::string_view name, Motion& out);

// What lecture mode changed, to be put back when it ends.
struct OutsideLecture {
  Theme theme = Theme::dark;
  bool fullscreen = false, builder = false;
};

// What the window has to do on behalf of an action, because the desk knows no window.
struct Errands {
  std::optional<std::string> clipboard;
  std::optional<std::string> picture_path;
  bool quit = false;
};

struct ViewState {
  int step = 0;              // cursor: the moment after this step
  std::optional<int> micro;  // inside it
  std::string selected;      // hit ids of the scene
  std::string hovered;
  std::map<int, int> answers;  // to the lesson's questions
  int program_scroll = -1;     // first row shown; -1: follow the cursor
  scene::Camera camera;        // on the kernel's contents, as asked for
  scene::KernelView kernel;    // and as the last frame showed it
  bool panning = false;        // the mouse holds the ground of the kernel zone

  Theme theme = Theme::dark;
  Lang lang = Lang::en;
  float scale = 1;  // the person's own factor on the monitor's scale
  bool fullscreen = false;
  std::optional<OutsideLecture> lecture;  // has a value: lecture mode is on
  bool blank = false;
  bool playing = false;
  double play_seconds = 1;  // between two steps of autoplay
  Motion motion = Motion::full;
  // What the settings say while `motion` is that of this run alone.
  std::optional<Motion> kept_motion;
  Bindings keys;

  Dialog dialog = Dialog::none;
  bool builder = false;
  std::string menu;  // what the context menu is about: "statement:3", a hit id; empty: none
  float menu_x = 0, menu_y = 0;  // px

  std::string toast;  // one sentence about the last action; stays until the next one
  std::string_view message_title, message_note;  // Dialog::message: keys of texts
  std::string message;
  std::string input;            // text field of the open or save dialog, or of the palette
  std::string folder;           // listed by the open dialog
  bool saving_picture = false;  // what the save dialog is about
  std::string may_replace;      // an existing file that the next save may write over

  Errands errands;
};

inline constexpr float kScaleMin = 0.75F, kScaleMax = 3.0F;
inline constexpr double kPlayMin = 0.1, kPlayMax = 60;

}  // namespace epollscope::ui
