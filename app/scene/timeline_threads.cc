// The threads' part of the timeline: who slept, in which call, and what woke it.
#include <algorithm>
#include <set>

#include "app/scene/timeline.h"
#include "app/scene/wakers.h"

namespace epollscope::scene {
namespace {

std::string descriptor_of(const Call& call) {
  return call.args.empty() ? std::string() : print(call.args.front(), FlagStyle::brief);
}

std::string result_of(CallName call, const Outcome& outcome) {
  return "= " + print_return(call, outcome);
}

const Fork* fork_of(const StepRecord& r) {
  const bool made = r.returned && !r.outcome.failed();
  return made ? std::get_if<Fork>(&r.request.op) : nullptr;
}

// Reads the steps one after another into lanes.
class Reader {
 public:
  explicit Reader(const StageModel& model) : model_(model) {}

  std::vector<ThreadLane> read() {
    std::set<ActorId> actors;
    for (const StepRecord& r : model_.steps) {
      actors.insert(r.actor);
      if (const Fork* fork = fork_of(r)) actors.insert(fork->child);
    }
    if (actors.size() < 2) return {};
    for (const char kind : {'T', 'P'}) {
      for (const ActorId actor : actors) {
        if (actor.kind != kind) continue;
        lanes_.push_back(
            {.actor = actor, .calls = {}, .sleeps = {}, .forked = 0, .ended = 0, .reaped = 0});
      }
    }
    for (int n = 1; n <= model_.done(); ++n) {
      whole_step(model_.steps[static_cast<std::size_t>(n) - 1]);
    }
    if (model_.step > model_.done()) half_a_step(*model_.current());
    return std::move(lanes_);
  }

 private:
  ThreadLane& lane(ActorId actor) { return *std::ranges::find(lanes_, actor, &ThreadLane::actor); }

  // The sleep that has not ended; nullptr: it is awake.
  Sleep* open(ActorId actor) {
    const auto at = std::ranges::find(lanes_, actor, &ThreadLane::actor);
    if (at == lanes_.end() || at->sleeps.empty()) return nullptr;
    return at->sleeps.back().end == Sleep::End::still ? &at->sleeps.back() : nullptr;
  }

  void fall_asleep(const StepRecord& r) {
    lane(r.actor).sleeps.push_back({.from = r.n,
                                    .until = 0,
                                    .end = Sleep::End::still,
                                    .call = r.call.name,
                                    .on = descriptor_of(r.call),
                                    .by = {},
                                    .result = {}});
  }

  // How the sleep ended, as the micro-steps so far tell it.
  static void end(Sleep& sleep, ActorId actor, int step, std::span<const MicroStep> micro) {
    using enum MicroStep::What;
    sleep.until = step;
    sleep.end = Sleep::End::other;
    // What the newest wakeup was about, and whose queue was walked: a relay wakes another
    // meanwhile.
    std::string last, walked;
    for (const MicroStep& m : micro) {
      if (m.what == queued || m.what == requeued || m.what == kept || m.what == wakeup) {
        last = m.subject;
      }
      if (m.what == wakeup && m.why != "wakeup.relayed") walked = m.subject;
      if (m.actor != actor) continue;
      if (m.what == timed_out) sleep.end = Sleep::End::timed_out;
      if (m.what != woke) continue;
      sleep.end = Sleep::End::woken;
      sleep.by = m.why == "woke.file" ? walked : last;
    }
  }

  void whole_step(const StepRecord& r) {
    if (r.is_resume) {
      if (Sleep* sleep = open(r.actor); sleep != nullptr && r.returned) {
        end(*sleep, r.actor, r.n, r.micro);
        sleep->result = result_of(r.call.name, r.outcome);
      }
    } else if (r.returned) {
      lane(r.actor).calls.push_back(r.n);
    } else {
      fall_asleep(r);
    }
    for (const Resumed& back : r.resumed) {
      Sleep* sleep = open(back.actor);
      if (sleep == nullptr) continue;
      end(*sleep, back.actor, r.n, r.micro);
      sleep->result = result_of(back.call.name, back.outcome);
    }
    if (const Fork* fork = fork_of(r)) lane(fork->child).forked = r.n;
    note_ends(r.n, r.micro);
  }

  void note_ends(int step, std::span<const MicroStep> micro) {
    for (const MicroStep& m : micro) {
      const auto at = std::ranges::find(lanes_, m.actor, &ThreadLane::actor);
      if (m.function == "do_exit" && at != lanes_.end()) at->ended = step;
      if (m.function != "wait_task_zombie") continue;
      for (ThreadLane& lane : lanes_) {
        if (!m.args.empty() && print(lane.actor) == m.args.front()) lane.reaped = step;
      }
    }
  }

  void half_a_step(const StepRecord& r) {
    const auto so_far = model_.happened();
    for (const MicroStep& m : so_far) {
      if (m.what == MicroStep::What::slept && m.actor == r.actor && open(r.actor) == nullptr) {
        fall_asleep(r);
      }
      const bool over = m.what == MicroStep::What::woke || m.what == MicroStep::What::timed_out;
      if (Sleep* sleep = over ? open(m.actor) : nullptr) end(*sleep, m.actor, r.n, so_far);
    }
    note_ends(r.n, so_far);
  }

  const StageModel& model_;
  std::vector<ThreadLane> lanes_;
};

// ---- drawing

constexpr float kBandHeight = 17;

std::string asleep_words(const Sketch& pen, const Sleep& sleep) {
  return pen.t("timeline.asleep", {std::string(spec_of(sleep.call).name) + "(" + sleep.on + ")"});
}

// Dashed and hollow, unlike the band of the ready list: nothing is held there, somebody waits.
void draw_sleep(Sketch& pen, const Sleep& sleep, const Grid& g, Rect row) {
  const bool open = sleep.end == Sleep::End::still;
  const float left = sleep.from < g.first ? g.x0 : g.x(sleep.from);
  const float right = open ? g.end(g.cursor) : g.x(sleep.until);
  if (right <= g.x0) return;
  const Rect band{left, row.center().y - kBandHeight / 2, std::max(6.0F, right - left),
                  kBandHeight};
  pen.box(band, Role::panel, Role::wakeup, 5, 1.3F, Stroke::dashed);
  const Type set = type::kWord.at(11.5F);
  const float room = band.w - 12;
  for (const std::string& words : {asleep_words(pen, sleep), pen.t("timeline.asleep_short")}) {
    if (Sketch::width_of(words, set) > room) continue;
    pen.text({band.x + 6, Sketch::middle(band, set)}, words, set, room);
    break;
  }
  if (open) return;
  if (sleep.end == Sleep::End::woken) draw_wakeup_sign(pen, {right, row.center().y - 6});
  const Type result{Face::mono_bold, 11.5F, Role::text};
  const std::string brief = sleep.end == Sleep::End::timed_out
                                ? pen.t("timeline.timed_out", {sleep.result})
                                : sleep.result;
  const float beside = g.end(sleep.until) - right - 14;
  for (const std::string& words : {brief, sleep.result}) {
    if (Sketch::width_of(words, result) > beside) continue;
    draw_words_clear(pen, g, {right + 11, Sketch::middle(row, result)}, words, result, beside);
    break;
  }
}

// How the thread stands at the cursor, in words.
std::string standing(const Sketch& pen, const ThreadLane& thread, const State& now, const Grid& g) {
  if (thread.sleeps.empty()) return {};
  const Sleep& last = thread.sleeps.back();
  if (last.end == Sleep::End::still) {
    const std::string wakers = wakers_text(pen.input().lang, now, thread.actor);
    return wakers.empty() ? wakers : pen.t("wakes.waits", {wakers});
  }
  if (last.until != g.cursor || last.by.empty()) return {};
  return pen.t("timeline.woken_by", {last.by});
}

}  // namespace

std::vector<ThreadLane> read_threads(const StageModel& model) { return Reader(model).read(); }

void draw_thread(Sketch& pen, const ThreadLane& thread, const State& now, const Grid& g, Rect row) {
  const std::string name = print(thread.actor);
  pen.text({row.x, Sketch::middle(row, type::kName.at(13))}, name, type::kName.at(13),
           g.x0 - row.x - 12);
  const float end = g.cursor < g.first ? g.x0 : g.end(g.cursor);
  // A process has a line from its fork on to its end.
  const float y = row.center().y;
  const bool is_process = thread.actor.process() != 0;
  const bool there = !is_process || thread.forked > 0;
  const float from = thread.forked < g.first ? g.x0 : g.x(thread.forked);
  const float until = thread.ended == 0 ? end : std::max(g.x0, g.x(thread.ended));
  if (there && until > from) pen.line({from, y}, {until, y}, Role::text_faint, 1);
  if (thread.forked >= g.first && is_process && there) {
    pen.line({from, y - 5}, {from, y + 5}, Role::text_dim, 1.6F);
  }
  // A zombie until somebody has waited for it.
  const auto stands = std::ranges::find(now.threads, thread.actor, &ThreadState::actor);
  const bool zombie = stands != now.threads.end() && stands->state == TaskState::zombie;
  const float gone = thread.reaped > 0 ? std::max(g.x0, g.x(thread.reaped)) : zombie ? end : until;
  if (thread.ended > 0 && gone > until) {
    pen.line({until, y}, {gone, y}, Role::text_faint, 1, Stroke::dashed);
  }
  if (thread.ended >= g.first && thread.ended > 0) {
    pen.line({until - 4, y - 4}, {until + 4, y + 4}, Role::text, 1.8F);
    pen.line({until - 4, y + 4}, {until + 4, y - 4}, Role::text, 1.8F);
  }
  for (const int step : thread.calls) {
    if (step < g.first || step > g.cursor) continue;
    if (thread.ended > 0 && step >= thread.ended) continue;  // a cross stands there, nothing behind
    pen.box({g.x(step) - 2, row.center().y - 5, 4, 10}, Role::text_dim, Role::none, 1);
  }
  for (const Sleep& sleep : thread.sleeps) draw_sleep(pen, sleep, g, row);
  const Type set = type::kNote.in(Role::text_dim);
  draw_words_clear(pen, g, {end + 12, Sketch::middle(row, set)}, standing(pen, thread, now, g), set,
                   g.right - end - 14);
  pen.hit("thread:" + name, {row.x, row.y, g.x0 - row.x - 8, row.h}, pen.t("hit.thread", {name}));
}

}  // namespace epollscope::scene
