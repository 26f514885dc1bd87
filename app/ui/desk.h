// What lies on the desk: the session being looked at, the ones it came from, and how the window
// looks at it. All that actions do is done here, without ImGui and without a window.
//
// Invariants
//  1. There is always a session; a file that does not open leaves the present one alone.
//  2. 0 ≤ view.step ≤ session().steps().size().
//  3. The past is changed only by putting a branch in front of the former session, so that undo
//     is taking it back.
// Not thread-safe; one owner, the thread that made it (labs die with it).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/ui/draft.h"
#include "app/ui/view_state.h"
#include "core/base/result.h"
#include "core/meter/meter.h"
#include "core/session/session.h"

namespace epollscope::ui {

class Desk {
 public:
  // A desk with `lesson` on it, from the file `path` (may be empty). Errors: no lab can start.
  static Result<std::unique_ptr<Desk>> lay(Lesson lesson, std::string path, SessionOptions options,
                                           ViewState view);

  ViewState view;
  Draft draft;
  Meter meter;

  [[nodiscard]] Session& session() { return *session_; }
  [[nodiscard]] const Session& session() const { return *session_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] int step_count() const { return static_cast<int>(session_->steps().size()); }
  [[nodiscard]] int statement_count() const;
  [[nodiscard]] bool at_end() const { return view.step == step_count(); }
  // Index of the statement that comes after the cursor.
  [[nodiscard]] int next_at(int step) const;
  // The statement whose call the cursor's step made; -1: none.
  [[nodiscard]] int statement_at(int step) const;
  // The first step that ran this statement; 0: it has not run.
  [[nodiscard]] int step_of_statement(int statement) const;
  // Whether this thread sleeps, with no time limit, in a call at the cursor.
  [[nodiscard]] bool asleep(ActorId actor) const { return sleeper(actor, view.step).has_value(); }
  [[nodiscard]] bool running() const { return awaiting_ || session_->busy(); }
  [[nodiscard]] bool can_undo() const { return appended_ > 0 || !former_.empty(); }
  [[nodiscard]] bool can_redo() const { return !later_.empty(); }
  // The lesson's question at the cursor: an index into Lesson::quizzes.
  [[nodiscard]] std::optional<int> question() const;
  [[nodiscard]] bool in_poke() const { return !former_.empty() && former_.back().poke; }

  // ---- stepping
  void step();
  void back();
  void into();
  void out();
  void go_to(int step);
  void play(bool on);
  // Autoplay a notch faster (1) or slower (-1).
  void set_pace(int by);
  void restart();
  // Runs on until this statement has been made, or something is in the way.
  void run_to(int statement);
  // Lets the session handle what its kernel said; true when something visible changed.
  bool pump();
  // When autoplay makes its next step; nullopt: it does not.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> next_beat() const;
  // Makes the autoplay step if its time has come; true when it did.
  bool beat();
  void stop();
  // Lets the meter handle what its process said; true when something visible changed. A meter that
  // nobody looks at stops.
  bool hear_meter();

  // ---- changing the program; each re-runs as a branch and can be undone
  void branch_here(int step);
  // Makes this call now: after the cursor, as a branch when that is not the program's end.
  void poke(const Statement& statement);
  void insert(int index, const Statement& statement);
  void replace(int index, const Statement& statement);
  void remove(int index);
  void move(int index, int by);
  // Takes back the last change or the last call that was added at the end; redo() brings it again.
  void undo();
  void redo();

  // ---- documents
  // Replaces what lies on the desk (undoable).
  void put(Lesson lesson, std::string path);
  void set_path(std::string path) { path_ = std::move(path); }
  // Grows with every change of program or history: what autosave compares.
  [[nodiscard]] std::size_t version() const { return version_; }

  void say(std::string_view key, std::initializer_list<std::string_view> args = {});

 private:
  struct Former {
    std::unique_ptr<Session> session;
    std::string path;
    int step = 0;
    int appended = 0;
    bool poke = false;   // what lies in front of it is a poke
    bool added = false;  // redo: differs from what lies here by one added call
  };
  explicit Desk(SessionOptions options) : options_(std::move(options)) {}
  void run_next(bool then_into);
  [[nodiscard]] Former lift(bool poke);  // the present session off the desk
  void lay_down(Former former);
  void replace_session(std::unique_ptr<Session> fresh, bool poke);
  [[nodiscard]] bool take_back_append();
  bool rerun(Program program, int executed, std::string_view done_key);
  [[nodiscard]] bool sound(const Program& program);
  // Says who sleeps where, if this thread does after this step.
  [[nodiscard]] std::optional<std::string> sleeper(ActorId actor, int step) const;
  [[nodiscard]] std::optional<std::string> sleeper_in_the_way() const;
  [[nodiscard]] bool note_changes();
  [[nodiscard]] bool goes_on();
  void wake_draft();
  void settle();

  SessionOptions options_;
  std::unique_ptr<Session> session_;
  std::vector<Former> former_, later_;
  int appended_ = 0;  // calls added at the end since the session was put here
  std::string path_;
  bool awaiting_ = false;      // step() was called and its record is not there yet
  bool then_into_ = false;     // look into the step when it is
  std::optional<int> run_to_;  // statements before this one are run without being asked for
  std::chrono::steady_clock::time_point shown_{};
  int seen_steps_ = 0;
  bool seen_busy_ = false, seen_dead_ = false;
  std::chrono::steady_clock::time_point beat_{};
  std::size_t version_ = 0;
};

}  // namespace epollscope::ui
