#include "app/ui/window.h"

#include <fmt/format.h>

#include <cstdio>
#include <thread>
#include <utility>

#include "app/theme/font.h"
#include "app/ui/app.h"

namespace epollscope {
namespace {

constexpr int kWidth = 1680, kHeight = 1050;
constexpr int kBadInput = 2, kNoEnvironment = 3;

int refuse(const Error& error, int status) {
  fmt::print(stderr, "epollscope: {}{}{}\n", error.what, error.remedy.empty() ? "" : "; ",
             error.remedy);
  return status;
}

void report(const std::vector<std::string>& mistakes, ui::ViewState& view) {
  if (mistakes.empty()) return;
  view.dialog = ui::Dialog::message;
  view.message_title = "ui.message.settings";
  for (const std::string& mistake : mistakes) view.message += mistake + "\n";
  view.message_note = "ui.message.settings_left";
}

// What every picture needs of each face.
void open_fonts() {
  std::string latin;
  for (char c = '!'; c <= '~'; ++c) latin += c;
  for (const Face face : {Face::sans, Face::sans_bold, Face::mono, Face::mono_bold}) {
    (void)text_width(face, 1, latin);
    (void)line_height(face, 1);
  }
}

}  // namespace

int run_window(const WindowOptions& options) {
  Lesson lesson;
  if (!options.file.empty()) {
    auto read = ui::read_document(options.file);
    if (!read) {
      const std::string& what = read.error().what;
      fmt::print(stderr, "{}{}", what, what.ends_with('\n') ? "" : "\n");
      return kBadInput;
    }
    lesson = std::move(*read);
  }
  // Fonts are looked for and opened while the window is.
  const std::jthread fonts(open_fonts);
  auto window = platform::Window::create(kWidth, kHeight, "epollscope");
  if (!window) return refuse(window.error(), kNoEnvironment);
  auto painter = draw::Painter::create((*window)->handle(), (*window)->scale());
  if (!painter) return refuse(painter.error(), kNoEnvironment);

  ui::set_left_over_aside();
  ui::ViewState view;
  const std::string path = ui::settings_path();
  const ui::SettingsRead read = ui::read_settings(path);
  ui::use(read.settings, view);
  report(read.mistakes, view);
  if (options.no_motion) view.kept_motion = std::exchange(view.motion, ui::Motion::off);
  view.builder = lesson.program.statements.empty();
  const SessionOptions session{
      .model_only = options.model_only, .tree = options.tree, .xray = options.xray};
  auto desk = ui::Desk::lay(std::move(lesson), options.file, session, std::move(view));
  if (!desk) return refuse(desk.error(), kNoEnvironment);
  ui::choose_call((*desk)->draft, CallName::epoll_create1, {});

  ui::SettingsKeeper keeper(path, read.settings, read.mistakes.empty());
  ui::App(**window, **painter, **desk, std::move(keeper)).run();
  return 0;
}

}  // namespace epollscope
