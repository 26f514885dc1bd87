#include "app/ui/desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "app/scene/stage.h"

namespace epollscope::ui {
namespace {

using Clock = std::chrono::steady_clock;

// Autoplay makes one step every so often: from slow enough to read every word to a film.
constexpr std::array<double, 6> kPaces{4, 2, 1, 0.5, 0.25, 0.125};  // seconds
constexpr std::chrono::milliseconds kGlance{250};                   // between two pictures of a run

Clock::duration beat_of(const ViewState& view) {
  return std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(view.play_seconds));
}

const CallStatement* call_of(const Program& program, int index) {
  if (index < 0 || index >= static_cast<int>(program.statements.size())) return nullptr;
  return std::get_if<CallStatement>(&program.statements[static_cast<std::size_t>(index)].what);
}

}  // namespace

std::string_view name_of(Dialog dialog) {
  switch (dialog) {
    case Dialog::none:
      return "none";
    case Dialog::open:
      return "open";
    case Dialog::save:
      return "save";
    case Dialog::palette:
      return "palette";
    case Dialog::help:
      return "help";
    case Dialog::meter:
      return "meter";
    case Dialog::message:
      return "message";
  }
  return "none";
}

Result<std::unique_ptr<Desk>> Desk::lay(Lesson lesson, std::string path, SessionOptions options,
                                        ViewState view) {
  auto session = Session::start(std::move(lesson), options);
  if (!session) return std::unexpected(session.error());
  auto desk = std::unique_ptr<Desk>(new Desk(std::move(options)));
  desk->session_ = std::move(*session);
  desk->path_ = std::move(path);
  desk->view = std::move(view);
  return desk;
}

int Desk::statement_count() const {
  return static_cast<int>(session_->lesson().program.statements.size());
}

int Desk::next_at(int step) const {
  if (step >= step_count()) return session_->next_statement();
  for (int n = step; n > 0; --n) {
    const int statement = statement_at(n);
    if (statement >= 0) return statement + 1;
  }
  return 0;
}

int Desk::statement_at(int step) const {
  if (step < 1 || step > step_count()) return -1;
  return session_->steps()[static_cast<std::size_t>(step - 1)].statement;
}

int Desk::step_of_statement(int statement) const {
  for (const StepRecord& record : session_->steps()) {
    if (record.statement == statement) return record.n;
  }
  return 0;
}

std::optional<int> Desk::question() const {
  scene::StageInput input;
  input.session = session_.get();
  input.step = view.step;
  input.micro = view.micro;
  return scene::question_at(input);
}

void Desk::say(std::string_view key, std::initializer_list<std::string_view> args) {
  view.toast = tr(view.lang, key, args);
}

std::optional<std::string> Desk::sleeper(ActorId actor, int step) const {
  // Asking for the state is dear, and mostly nobody sleeps.
  if (step == step_count() && session_->stuck().empty()) return std::nullopt;
  const auto moment = session_->moment(step);
  for (const ThreadState& thread : moment->threads) {
    if (thread.actor == actor && thread.state == TaskState::blocked && !thread.timeout_ns) {
      return tr(view.lang, "ui.toast.sleeper", {print(thread.actor), thread.call, thread.on});
    }
  }
  return std::nullopt;
}

// The next statement belongs to a thread that sleeps for ever: waiting for it would only wait.
std::optional<std::string> Desk::sleeper_in_the_way() const {
  const CallStatement* next = call_of(session_->lesson().program, session_->next_statement());
  return next == nullptr ? std::nullopt : sleeper(next->actor, step_count());
}

void Desk::run_next(bool then_into) {
  if (session_->died()) {
    say("ui.toast.dead");
    return;
  }
  if (session_->next_statement() >= statement_count()) {
    const std::vector<std::string> asleep = session_->stuck();
    if (asleep.empty()) {
      say("ui.toast.end");
    } else {
      say("ui.toast.end_asleep", {asleep.front()});
    }
    view.playing = false;
    return;
  }
  if (auto sleeper = sleeper_in_the_way()) {
    view.toast = std::move(*sleeper);
    view.playing = false;
    return;
  }
  if (!session_->step()) {
    say("ui.toast.end");
    view.playing = false;
    return;
  }
  awaiting_ = true;
  then_into_ = then_into;
  pump();
}

void Desk::step() {
  if (running()) {
    say("ui.toast.busy");
  } else if (view.micro) {
    view.micro.reset();
  } else if (!at_end()) {
    ++view.step;
  } else {
    run_next(false);
  }
}

void Desk::back() {
  if (view.micro) {
    view.micro.reset();
    view.step = std::max(0, view.step - 1);
  } else if (view.step > 0) {
    --view.step;
  } else {
    say("ui.toast.first");
  }
}

void Desk::into() {
  if (running()) {
    say("ui.toast.busy");
    return;
  }
  if (view.micro && view.step > 0) {
    const auto count = session_->steps()[static_cast<std::size_t>(view.step - 1)].micro.size();
    if (*view.micro < static_cast<int>(count)) {
      ++*view.micro;
      return;
    }
  }
  if (at_end()) {
    view.micro.reset();
    run_next(true);
    return;
  }
  ++view.step;
  const auto count = session_->steps()[static_cast<std::size_t>(view.step - 1)].micro.size();
  view.micro.reset();
  if (count > 0) view.micro = 1;
}

void Desk::out() {
  if (!view.micro) {
    if (view.step == 0) {
      say("ui.toast.first");
      return;
    }
    const auto count =
        static_cast<int>(session_->steps()[static_cast<std::size_t>(view.step - 1)].micro.size());
    if (count > 1) {
      view.micro = count - 1;
    } else {
      --view.step;
    }
  } else if (*view.micro > 1) {
    --*view.micro;
  } else {
    view.micro.reset();
    view.step = std::max(0, view.step - 1);
  }
}

void Desk::go_to(int step) {
  view.micro.reset();
  view.step = std::clamp(step, 0, step_count());
}

void Desk::play(bool on) {
  view.playing = on;
  beat_ = Clock::now();
}

void Desk::set_pace(int by) {
  const auto [slow, fast] =
      std::ranges::equal_range(kPaces, view.play_seconds, std::ranges::greater{});
  if (by > 0 && fast != kPaces.end()) view.play_seconds = *fast;
  if (by < 0 && slow != kPaces.begin()) view.play_seconds = *std::prev(slow);
  say("ui.toast.pace", {fmt::format("{}", view.play_seconds)});
}

std::optional<Clock::time_point> Desk::next_beat() const {
  if (!view.playing || running()) return std::nullopt;
  return beat_;
}

bool Desk::beat() {
  const auto due = next_beat();
  if (!due || Clock::now() < *due) return false;
  beat_ = Clock::now() + beat_of(view);
  step();
  return true;
}

void Desk::run_to(int statement) {
  if (running()) {
    say("ui.toast.busy");
    return;
  }
  go_to(step_count());
  if (session_->next_statement() > statement) return;
  run_to_ = statement + 1;
  run_next(false);
  if (!awaiting_) run_to_.reset();
}

void Desk::stop() {
  session_->stop(tr(view.lang, "ui.banner.stopped"));
  view.playing = false;
  settle();
}

// A call made by a thread that sleeps would only wait: the builder proposes one that is awake.
void Desk::wake_draft() {
  Draft as_chosen = draft;
  compose(as_chosen);
  if (as_chosen.line != draft.line || draft.place != Draft::Place::run) return;  // typed by hand
  if (!asleep(draft.actor)) return;
  for (int n = 1; n <= kActorsOffered; ++n) {
    if (asleep({'T', n})) continue;
    draft.actor = {'T', n};
    compose(draft);
    return;
  }
}

// The step that was awaited is there, or will never be.
void Desk::settle() {
  awaiting_ = false;
  run_to_.reset();
  view.step = step_count();
  view.micro.reset();
  ++version_;
  if (then_into_ && step_count() > 0 && !session_->steps().back().micro.empty()) view.micro = 1;
  then_into_ = false;
  wake_draft();
}

// Takes in what the session did since the last time; true when it shows.
bool Desk::note_changes() {
  const bool busy = session_->busy();
  const bool dead = session_->died().has_value();
  const int steps = step_count();
  const bool changed = steps != seen_steps_ || busy != seen_busy_ || dead != seen_dead_;
  if (steps != seen_steps_ && !awaiting_) {
    // A sleeper came back by itself: follow it unless the person is looking at the past.
    if (view.step == seen_steps_) view.step = steps;
    ++version_;
  }
  if (dead) view.playing = false;
  seen_steps_ = steps;
  seen_busy_ = busy;
  seen_dead_ = dead;
  if (!run_to_) return changed;
  // Thousands of steps a second: a look at some of them is enough.
  if (!changed || Clock::now() - shown_ < kGlance) return false;
  shown_ = Clock::now();
  view.step = steps;
  return true;
}

// Whether the step after the one that has just ended follows without being asked for.
bool Desk::goes_on() {
  const auto& program = session_->lesson().program.statements;
  const auto next = static_cast<std::size_t>(session_->next_statement());
  const bool same_group = next > 0 && next < program.size() && program[next].group >= 0 &&
                          program[next].group == program[next - 1].group;
  const bool on_the_way = run_to_ && static_cast<int>(next) < *run_to_;
  if (session_->died() || !(same_group || on_the_way)) return false;
  if (auto in_the_way = sleeper_in_the_way()) {
    if (on_the_way) view.toast = std::move(*in_the_way);
    return false;
  }
  return session_->step();
}

bool Desk::hear_meter() {
  if (view.dialog != Dialog::meter) meter.stop();
  return meter.hear();
}

bool Desk::pump() {
  const auto start = Clock::now();
  session_->pump();
  bool changed = note_changes();
  while (awaiting_ && (!session_->busy() || session_->died())) {
    if (!goes_on()) {
      settle();
      return true;
    }
    session_->pump();
    changed = note_changes() || changed;
    // Calls that never keep anybody waiting would never let the window be drawn either.
    if (Clock::now() - start > kGlance) return true;
  }
  return changed;
}

}  // namespace epollscope::ui
