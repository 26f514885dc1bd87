// Changing the program: a fresh lab runs the edited one as far as the old one had come.
#include <algorithm>

#include "app/ui/desk.h"

namespace epollscope::ui {
namespace {

// Labs of former sessions stay alive for undo; more than this and the oldest go.
constexpr std::size_t kUndoDepth = 16;

}  // namespace

Desk::Former Desk::lift(bool poke) {
  return {.session = std::move(session_),
          .path = path_,
          .step = view.step,
          .appended = appended_,
          .poke = poke};
}

void Desk::lay_down(Former former) {
  session_ = std::move(former.session);
  path_ = std::move(former.path);
  appended_ = former.appended;
  awaiting_ = then_into_ = false;
  run_to_.reset();
  view.playing = false;
  view.micro.reset();
  view.selected.clear();
  view.program_scroll = -1;
  seen_steps_ = step_count();
  seen_busy_ = session_->busy();
  seen_dead_ = session_->died().has_value();
  view.step = std::min(former.step, step_count());
  ++version_;
}

void Desk::replace_session(std::unique_ptr<Session> fresh, bool poke) {
  former_.push_back(lift(poke));
  if (former_.size() > kUndoDepth) former_.erase(former_.begin());
  later_.clear();
  const int steps = static_cast<int>(fresh->steps().size());
  lay_down({.session = std::move(fresh), .path = path_, .step = steps});
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
  options_ = session_->options();  // with what it opened, which serves the next too
  auto fresh = Session::start(session_->lesson(), options_);
  if (!fresh) {
    view.toast = fresh.error().what;
    return;
  }
  replace_session(std::move(*fresh), false);
  view.answers.clear();
  say("ui.toast.restarted");
}

void Desk::poke(const Statement& statement) {
  if (running()) {
    say("ui.toast.busy");
    return;
  }
  const auto* made = std::get_if<CallStatement>(&statement.what);
  if (made != nullptr) {
    if (auto in_the_way = sleeper(made->actor, view.step)) {
      view.toast = std::move(*in_the_way);
      return;
    }
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
    ++appended_;
    later_.clear();
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

// A fresh lab runs the program without its last call.
bool Desk::take_back_append() {
  Program program = session_->lesson().program;
  program.statements.pop_back();
  auto fresh = session_->branch(step_count(), std::move(program));
  if (!fresh) {
    view.toast = fresh.error().what;
    return false;
  }
  const int left = appended_ - 1;
  later_.push_back(lift(false));
  later_.back().added = true;
  const int steps = static_cast<int>((*fresh)->steps().size());
  lay_down({.session = std::move(*fresh), .path = path_, .step = steps, .appended = left});
  return true;
}

void Desk::undo() {
  if (!can_undo()) {
    say("ui.toast.nothing_to_undo");
    return;
  }
  if (appended_ > 0) {
    if (!take_back_append()) return;
  } else {
    Former last = std::move(former_.back());
    former_.pop_back();
    later_.push_back(lift(last.poke));
    lay_down(std::move(last));
  }
  say("ui.toast.undone");
}

void Desk::redo() {
  if (later_.empty()) {
    say("ui.toast.nothing_to_redo");
    return;
  }
  Former next = std::move(later_.back());
  later_.pop_back();
  // An added call is part of its session again; any other change has the old one behind it.
  if (!next.added) former_.push_back(lift(next.poke));
  lay_down(std::move(next));
  say("ui.toast.redone");
}

void Desk::put(Lesson lesson, std::string path) {
  options_ = session_->options();
  auto fresh = Session::start(std::move(lesson), options_);
  if (!fresh) {
    view.toast = fresh.error().what;
    return;
  }
  replace_session(std::move(*fresh), false);
  path_ = std::move(path);
  view.answers.clear();
  view.builder = statement_count() == 0;
}

}  // namespace epollscope::ui
