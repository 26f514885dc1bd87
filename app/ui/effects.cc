#include "app/ui/effects.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "app/ui/documents.h"
#include "core/export/transcript.h"

namespace epollscope::ui::effects {
namespace {

namespace fs = std::filesystem;

std::string working_folder() {
  std::error_code error;
  const fs::path here = fs::current_path(error);
  return error ? "/" : here.string();
}

void show_message(Desk& desk, std::string_view title_key, std::string text) {
  desk.view.dialog = Dialog::message;
  desk.view.message_title = title_key;
  desk.view.message = std::move(text);
  desk.view.message_note = "ui.message.kept";
}

void choose_again(Desk& desk, CallName call) {
  know_processes(desk.draft, desk.session(), desk.view.step);
  choose_call(desk.draft, call,
              known_names(desk.session(), desk.view.step, desk.draft.actor.process()));
}

// Puts what was read on the desk, or shows why it could not be read and keeps the session.
void put(Desk& desk, Result<Lesson> lesson, std::string path) {
  if (!lesson) {
    show_message(desk, "ui.message.not_opened", lesson.error().what);
    return;
  }
  desk.view.dialog = Dialog::none;
  desk.put(std::move(*lesson), std::move(path));
  desk.draft = {};
  choose_again(desk, desk.draft.call);
}

void start_builder(Desk& desk, Draft::Place place, int statement) {
  desk.view.builder = true;
  desk.draft.place = place;
  desk.draft.statement = statement;
}

const Statement* statement_ptr(const Desk& desk, int index) {
  const auto& statements = desk.session().lesson().program.statements;
  if (index < 0 || index >= static_cast<int>(statements.size())) return nullptr;
  return &statements[static_cast<std::size_t>(index)];
}

// A name for a new file that nobody is surprised by.
std::string proposed_path(const Desk& desk, std::string_view extension) {
  const fs::path from = desk.path();
  const std::string stem = from.empty() ? "session" : from.stem().string();
  return (fs::path(working_folder()) / (stem + std::string(extension))).string();
}

void ask_for_path(Desk& desk, std::string proposed, bool picture) {
  desk.view.dialog = Dialog::save;
  desk.view.saving_picture = picture;
  desk.view.may_replace.clear();
  desk.view.input = std::move(proposed);
}

}  // namespace

int statement_of(const Desk& desk, const Target& target) {
  if (target.number >= 0) return target.number;
  const int at_cursor = desk.statement_at(desk.view.step);
  return at_cursor >= 0 ? at_cursor : desk.next_at(desk.view.step);
}

void open_dialog(Desk& desk, const Target&) {
  desk.view.dialog = Dialog::open;
  desk.view.input.clear();
  if (desk.view.folder.empty()) desk.view.folder = working_folder();
}

void look_in(Desk& desk, const Target& target) {
  desk.view.folder = fs::path(target.text).lexically_normal().string();
}

void open_path(Desk& desk, const Target& target) {
  put(desk, read_document(target.text), target.text);
}

void open_lesson(Desk& desk, const Target& target) {
  for (const BuiltInLesson& lesson : built_in_lessons()) {
    if (lesson.id == target.text) put(desk, parse_document(lesson.text, lesson.id), lesson.id);
  }
}

void open_left_over(Desk& desk, const Target&) {
  const std::string path = left_over_session();
  if (path.empty()) {
    desk.say("ui.toast.no_left_over");
    return;
  }
  put(desk, read_document(path), "");
}

void save(Desk& desk, const Target&) {
  // A lesson's own file is never written over by a transcript of it.
  const bool own = !desk.path().empty() && !desk.session().lesson().markdown;
  ask_for_path(desk, own ? desk.path() : proposed_path(desk, ".epoll"), false);
}

void save_to(Desk& desk, const Target& target) {
  ViewState& view = desk.view;
  std::string path = target.text;
  if (view.saving_picture && !path.ends_with(".png")) path += ".png";
  // Writing over somebody else's file cannot be taken back, so it is asked for twice.
  std::error_code error;
  const bool own = path == desk.path() && !path.ends_with(".md");
  if (!own && path != view.may_replace && fs::exists(path, error)) {
    view.may_replace = path;
    desk.say("ui.toast.exists", {path});
    return;
  }
  if (view.saving_picture) {
    view.errands.picture_path = path;
    view.dialog = Dialog::none;
    return;
  }
  if (auto written = write_file(path, text_of(desk.session())); !written) {
    view.toast = written.error().what;
    return;
  }
  desk.set_path(path);
  view.dialog = Dialog::none;
  desk.say("ui.toast.saved", {path});
}

void save_picture(Desk& desk, const Target&) {
  ask_for_path(desk, proposed_path(desk, fmt::format("-{}.png", desk.view.step)), true);
}

void copy_call(Desk& desk, const Target& target) {
  if (const Statement* statement = statement_ptr(desk, statement_of(desk, target))) {
    desk.view.errands.clipboard = print(*statement);
    desk.say("ui.toast.copied", {*desk.view.errands.clipboard});
  }
}

void copy_transcript(Desk& desk, const Target&) {
  desk.view.errands.clipboard = transcript_of(desk.session());
  desk.say("ui.toast.copied_transcript", {std::to_string(desk.step_count())});
}

void builder(Desk& desk, const Target&) {
  if (desk.view.builder && desk.draft.place == Draft::Place::run) {
    desk.view.builder = false;
    return;
  }
  start_builder(desk, Draft::Place::run, -1);
  choose_again(desk, desk.draft.call);
}

void choose(Desk& desk, const Target& target) {
  if (const CallSpec* spec = find_call(target.text)) {
    choose_again(desk, spec->call);
  }
}

void run_line(Desk& desk, const Target&) {
  const auto statement = ui::statement_of(desk.draft);
  if (!statement) {
    desk.view.toast = statement.error().diagnostics.front().message;
    return;
  }
  switch (desk.draft.place) {
    case Draft::Place::run:
      desk.poke(*statement);
      break;
    case Draft::Place::insert:
      desk.insert(desk.draft.statement, *statement);
      break;
    case Draft::Place::replace:
      desk.replace(desk.draft.statement, *statement);
      break;
  }
  if (desk.draft.place != Draft::Place::run) desk.view.builder = false;
  desk.draft.place = Draft::Place::run;
  choose_again(desk, desk.draft.call);
}

void run_call(Desk& desk, const Target& target) {
  const auto statement = parse_statement(target.text);
  if (statement) {
    desk.poke(*statement);
  } else {
    desk.view.toast = statement.error().diagnostics.front().message;
  }
}

void edit(Desk& desk, const Target& target) {
  const int index = statement_of(desk, target);
  if (const Statement* statement = statement_ptr(desk, index)) {
    start_builder(desk, Draft::Place::replace, index);
    take_statement(desk.draft, *statement);
  }
}

void insert_before(Desk& desk, const Target& target) {
  start_builder(desk, Draft::Place::insert, statement_of(desk, target));
  choose_again(desk, desk.draft.call);
}

void insert_after(Desk& desk, const Target& target) {
  start_builder(desk, Draft::Place::insert, statement_of(desk, target) + 1);
  choose_again(desk, desk.draft.call);
}

void answer(Desk& desk, const Target& target) {
  const auto question = desk.question();
  if (!question) return;
  if (target.number < 0) {
    desk.say("ui.toast.choose");
    return;
  }
  const Quiz& quiz = desk.session().lesson().quizzes[static_cast<std::size_t>(*question)];
  if (target.number < static_cast<int>(quiz.choices.size())) {
    desk.view.answers[*question] = target.number;
  }
}

void go_to_statement(Desk& desk, const Target& target) {
  if (const int step = desk.step_of_statement(target.number); step > 0) {
    desk.go_to(step);
  } else if (target.number >= desk.session().next_statement()) {
    desk.say("ui.toast.not_run");
  }
}

void zoom(Desk& desk, float factor) {
  ViewState& view = desk.view;
  view.camera = scene::zoomed(view.kernel, factor, view.kernel.inside.center());
}

void follow(Desk& desk, const Target&) {
  ViewState& view = desk.view;
  view.camera = view.kernel.camera;  // where it stands now
  view.camera.follow = !view.camera.follow;
  desk.say(view.camera.follow ? "ui.toast.follows" : "ui.toast.stays");
}

void meter(Desk& desk, const Target&) {
  const MeterReadings& readings = desk.meter.readings();
  const bool whole = readings.done && readings.trouble.empty();
  const bool again = std::exchange(desk.view.dialog, Dialog::meter) == Dialog::meter;
  if (again || !whole) desk.meter.start();
}

void next_theme(Desk& desk, const Target&) {
  constexpr std::array kThemes{Theme::dark, Theme::light, Theme::contrast};
  const auto at = static_cast<std::size_t>(desk.view.theme);
  desk.view.theme = kThemes.at((at + 1) % kThemes.size());
}

void next_language(Desk& desk, const Target&) {
  desk.view.lang = desk.view.lang == Lang::en ? Lang::zh_cn : Lang::en;
}

void next_motion(Desk& desk, const Target&) {
  ViewState& view = desk.view;
  constexpr std::array kMotions{Motion::full, Motion::reduced, Motion::off};
  constexpr std::array<std::string_view, 3> kWords{"ui.motion.full", "ui.motion.reduced",
                                                   "ui.motion.off"};
  const std::size_t next = (static_cast<std::size_t>(view.motion) + 1) % kMotions.size();
  view.motion = kMotions.at(next);
  view.kept_motion.reset();  // chosen now, whatever this run began with
  desk.say(kWords.at(next));
}

void lecture(Desk& desk, const Target&) {
  ViewState& view = desk.view;
  view.menu.clear();
  view.hovered.clear();
  if (view.lecture) {
    view.theme = view.lecture->theme;
    view.fullscreen = view.lecture->fullscreen;
    view.builder = view.lecture->builder;
    view.lecture.reset();
    return;
  }
  view.lecture = {.theme = view.theme, .fullscreen = view.fullscreen, .builder = view.builder};
  if (view.theme == Theme::dark) view.theme = Theme::light;  // projectors have no black
  view.fullscreen = true;
  view.builder = false;
}

// The layers from the outermost: menu, dialog, blank screen, play, builder, micro-steps, poke,
// lecture.
void escape(Desk& desk, const Target&) {
  ViewState& view = desk.view;
  if (!view.menu.empty()) {
    view.menu.clear();
  } else if (view.dialog != Dialog::none) {
    view.dialog = Dialog::none;
  } else if (view.blank) {
    view.blank = false;
  } else if (view.playing) {
    view.playing = false;
  } else if (view.builder) {
    view.builder = false;
  } else if (view.micro) {
    view.micro.reset();
  } else if (!view.selected.empty()) {
    view.selected.clear();
  } else if (desk.in_poke()) {
    desk.undo();
  } else if (!desk.at_end()) {
    desk.go_to(desk.step_count());
  } else if (view.lecture) {
    lecture(desk, {});
  } else if (view.fullscreen) {
    view.fullscreen = false;
  }
}

}  // namespace epollscope::ui::effects
