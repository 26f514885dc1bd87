// The panels, one a file. Each reads the desk and emits commands; what only a panel knows (how
// far it is scrolled) lives in ImGui.
#pragma once

#include <string>

#include "app/scene/stage.h"
#include "app/ui/widgets.h"

namespace epollscope::ui {

// What panels may change without an action: text being typed and a draft being put together.
struct Editing {
  ViewState& view;
  Draft& draft;
  bool first_frame_of_dialog = false;
};

// The sentence of the banner, empty when there is none: the lab is gone.
std::string banner_of(const Desk& desk);

void top_bar(Ui& ui, const scene::Rect& where);
// Where the builder lies in a window of this size: over the timeline, and more where that is small.
scene::Rect builder_place(const scene::Zones& zones, float width, float height);
void builder_panel(Ui& ui, Editing edit, const scene::Rect& where);
void camera_panel(Ui& ui, const scene::Rect& zone);  // of the kernel
void welcome_panel(Ui& ui, const scene::Rect& where);
// Banner and toast, along the top of `where`; `size`: of the words, in dp.
void notice(Ui& ui, const scene::Rect& where, float size);
void context_menu(Ui& ui, Editing edit);
// Where a dialog of this size lies; smaller where the window is.
scene::Rect centered(const scene::Rect& window, float w, float h);
// The open dialog, if any, over the whole window.
void open_panel(Ui& ui, Editing edit, const scene::Rect& window);
void save_panel(Ui& ui, Editing edit, const scene::Rect& window);
void palette_panel(Ui& ui, Editing edit, const scene::Rect& window);
void help_panel(Ui& ui, const scene::Rect& window);
void meter_panel(Ui& ui, const scene::Rect& window);
void message_panel(Ui& ui, const scene::Rect& window);

}  // namespace epollscope::ui
