// Changing the program: a fresh lab runs the edited one as far as the old one had come.
#include <algorithm>

#include "app/ui/desk.h"

namespace epollscope::ui {
namespace {

// Labs of former sessions stay alive for undo; more than this and the oldest go.
constexpr std::size_t kUndoDepth = 16;

}  // namespace

void Desk::replace_session(std::unique_ptr<Session> fresh, bool poke) {
  former_.push_back(
      {.session = std::move(session_), .path = path_, .step = view.step, .poke = poke});
  if (former_.size() > kUndoDepth) former_.erase(former_.begin());
  session_ = std::move(fresh);
  awaiting_ = then_into_ = false;
  view.playing = false;
  view.micro.reset();
  view.selected.clear();
  view.program_scroll = -1;
  view.step = seen_steps_ = step_count();
  seen_busy_ = session_->busy();
  seen_dead_ = session_->died().has_value();
  ++version_;
}

// The edited program must still be one: names bound before they are used. What is wrong is said.
bool Desk::sound(const Program& program) {
  const auto parsed = parse_lesson(print(program));
  if (parsed) return true;
  const Diagnostic& first = parsed.error().diagnostics.front();
  say("ui.toast.unsound", {first.message, first.source});
  return false;
}

bool Desk::rerun(Program program, int executed, std::string_view done_key) {
  if (running()) {
    say("ui.toast.busy");
    return false;
  }
  if (!sound(program)) return false;
  const int total = static_cast<int>(program.statements.size());
  auto fresh = session_->branch(step_count(), std::move(program));
  if (!fresh) {
    view.toast = fresh.error().what;
    return false;
  }
  Session& s = **fresh;
  while (!s.died() && s.next_statement() < std::min(executed, total) && s.step()) s.wait();
  replace_session(std::move(*fresh), false);
  say(done_key);
  return true;
}

void Desk::branch_here(int step) {
  if (running() && !session_->died()) {
    say("ui.toast.busy");
    return;
  }
  auto fresh = session_->branch(step, session_->lesson().program);
  if (!fresh) {
    view.toast = fresh.error().what;
    return;
  }
  replace_session(std::move(*fresh), false);
  say("ui.toast.branched", {std::to_string(step_count())});
}

void Desk::restart() {
  auto fresh = Session::start(session_->lesson(), options_);
  if (!fresh) {
    view.toast = fresh.error().what;
    return;
  }
  replace_session(std::move(*fresh), false);
  say("ui.toast.restarted");
}

void Desk::poke(const Statement& statement) {
  if (running()) {
    say("ui.toast.busy");
    return;
  }
  const bool plain =
      at_end() && !session_->died() && session_->next_statement() == statement_count();
  const int index = next_at(view.step);
  if (!plain) {
    Program program = session_->lesson().program;
    program.statements.insert(program.statements.begin() + index, statement);
    if (!sound(program)) return;
    auto fresh = session_->branch(view.step, std::move(program));
    if (!fresh) {
      view.toast = fresh.error().what;
      return;
    }
    replace_session(std::move(*fresh), true);
  } else {
    Program program = session_->lesson().program;
    program.statements.push_back(statement);
    if (!sound(program)) return;
    session_->append(statement);
  }
  view.toast.clear();
  run_next(false);
}

void Desk::insert(int index, const Statement& statement) {
  Program program = session_->lesson().program;
  index = std::clamp(index, 0, statement_count());
  program.statements.insert(program.statements.begin() + index, statement);
  const int executed = session_->next_statement();
  rerun(std::move(program), index < executed ? executed + 1 : executed, "ui.toast.inserted");
}

void Desk::replace(int index, const Statement& statement) {
  if (index < 0 || index >= statement_count()) return;
  Program program = session_->lesson().program;
  Statement& old = program.statements[static_cast<std::size_t>(index)];
  const int prose = old.prose;
  const int group = old.group;
  old = statement;
  old.prose = prose;
  old.group = group;
  rerun(std::move(program), session_->next_statement(), "ui.toast.replaced");
}

void Desk::remove(int index) {
  if (index < 0 || index >= statement_count()) return;
  Program program = session_->lesson().program;
  program.statements.erase(program.statements.begin() + index);
  const int executed = session_->next_statement();
  rerun(std::move(program), index < executed ? executed - 1 : executed, "ui.toast.removed");
}

void Desk::move(int index, int by) {
  const int to = index + by;
  if (index < 0 || index >= statement_count() || to < 0 || to >= statement_count()) return;
  Program program = session_->lesson().program;
  std::swap(program.statements[static_cast<std::size_t>(index)],
            program.statements[static_cast<std::size_t>(to)]);
  rerun(std::move(program), session_->next_statement(), "ui.toast.moved");
}

void Desk::undo() {
  if (former_.empty()) {
    say("ui.toast.nothing_to_undo");
    return;
  }
  Former last = std::move(former_.back());
  former_.pop_back();
  session_ = std::move(last.session);
  path_ = std::move(last.path);
  awaiting_ = then_into_ = false;
  view.playing = false;
  view.micro.reset();
  view.selected.clear();
  seen_steps_ = step_count();
  seen_busy_ = session_->busy();
  seen_dead_ = session_->died().has_value();
  view.step = std::min(last.step, step_count());
  ++version_;
  say("ui.toast.undone");
}

void Desk::put(Lesson lesson, std::string path) {
  auto fresh = Session::start(std::move(lesson), options_);
  if (!fresh) {
    view.toast = fresh.error().what;
    return;
  }
  replace_session(std::move(*fresh), false);
  path_ = std::move(path);
  view.builder = statement_count() == 0;
}

}  // namespace epollscope::ui
