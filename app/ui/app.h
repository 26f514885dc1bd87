// The loop: wait → hear the kernel → apply commands → build the scene → draw. It sleeps until
// input, a deadline or the lab's descriptor speaks, and draws only when something changed.
#pragma once

#include <chrono>
#include <memory>
#include <string_view>
#include <vector>

#include "app/draw/draw.h"
#include "app/platform/surface.h"
#include "app/ui/animator.h"
#include "app/ui/desk.h"
#include "app/ui/documents.h"
#include "app/ui/frame_log.h"
#include "app/ui/settings.h"
#include "app/ui/sleep_clock.h"
#include "app/ui/stage_view.h"
#include "app/ui/widgets.h"

namespace epollscope::ui {

class App {
 public:
  // The first three must outlive the App.
  App(platform::Window& window, draw::Painter& painter, Desk& desk, SettingsKeeper settings);
  // Until the person leaves.
  void run();

 private:
  void wait();
  void take_keys();
  void handle_key(const platform::KeyPress& key);
  [[nodiscard]] int focus_step(std::string_view chord) const;
  void apply_commands();
  void do_errands();
  void draw_frame();
  void draw_panels(Ui& ui, float width_dp, float height_dp);
  void save_picture(const std::string& path);
  void keep();  // what is to outlive the window
  void ask_frames(int count, std::string_view cause);

  platform::Window& window_;
  draw::Painter& painter_;
  Desk& desk_;
  FrameLog log_;
  Autosave autosave_;
  SettingsKeeper settings_;
  HitMap hits_;
  Focus focus_;
  StageKeeper stages_;
  Animator animator_;
  long frames_moving_ = 0;
  SleepClock sleep_clock_;
  std::vector<Command> commands_;
  int frames_due_ = 0;
  std::string_view cause_ = "start";
  bool text_input_ = false;
  bool fullscreen_ = false;
  Dialog shown_dialog_ = Dialog::none;
  bool styled_ = false;
  Theme styled_theme_ = Theme::dark;
  std::chrono::steady_clock::time_point last_frame_;
};

}  // namespace epollscope::ui
