// What an empty desk says: what this is, the lessons, and the session an earlier run left.
#include <imgui.h>

#include "app/ui/documents.h"
#include "app/ui/panels.h"

namespace epollscope::ui {

void welcome_panel(Ui& ui, const scene::Rect& where) {
  ui.begin_panel("welcome", where);
  ui.text(ui.t("ui.welcome.title"), Role::text, Face::sans_bold, 20);
  ui.gap(2);
  ui.wrapped(ui.t("ui.welcome.what"), Role::text, Face::sans, 14);
  ui.gap(8);
  ui.text(ui.t("ui.welcome.lessons"), Role::selection, Face::sans_bold, 14);
  for (const BuiltInLesson& lesson : built_in_lessons()) {
    if (ui.button("lesson:" + lesson.id, shorten(Face::sans, 13, lesson.title, where.w - 70),
                  Look::plain, Icon::none, true, where.w - 36)) {
      ui.emit(ActionId::open_lesson, {.text = lesson.id});
    }
  }
  ui.gap(8);
  ui.text(ui.t("ui.welcome.own"), Role::selection, Face::sans_bold, 14);
  ui.wrapped(ui.t("ui.welcome.build"), Role::text_dim, Face::sans, 13);
  ui.gap(2);
  ui.action(ActionId::open);
  if (!left_over_session().empty()) {
    ui.same_line();
    if (ui.button("welcome:continue", ui.t("ui.welcome.continue")))
      ui.emit(ActionId::open_left_over);
  }
  ui.end_panel();
}

}  // namespace epollscope::ui
