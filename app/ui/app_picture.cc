// Saving the picture: the whole window's scene, drawn once more off screen.
#include "app/capture/png.h"
#include "app/scene/stage.h"
#include "app/ui/app.h"

namespace epollscope::ui {

void App::save_picture(const std::string& path) {
  const float scale = painter_.scale();
  const int width = window_.framebuffer_width();
  const int height = window_.framebuffer_height();
  const ViewState& view = desk_.view;
  const scene::Scene scene =
      scene::build({.session = &desk_.session(),
                    .step = view.step,
                    .micro = view.micro,
                    .selected = view.selected,
                    .hovered = {},
                    .width = static_cast<float>(width) / scale,
                    .height = static_cast<float>(height) / scale,
                    .lang = view.lang,
                    .program_scroll = view.program_scroll,
                    .camera = view.camera,
                    .answers = view.answers},
                   view.lecture ? scene::View::lecture : scene::View::window);
  const auto pixels = draw::render(scene, view.theme, width, height, scale);
  window_.begin();  // the off-screen surface made its own context current
  const auto refuse = [&](const Error& error) {
    desk_.view.toast = error.what;
    desk_.view.dialog = Dialog::save;  // where another path can be given
  };
  if (!pixels) {
    refuse(pixels.error());
  } else if (auto written = capture::write_png(*pixels, path); !written) {
    refuse(written.error());
  } else {
    desk_.say("ui.toast.saved", {path});
  }
  ask_frames(2, "action");
}

}  // namespace epollscope::ui
