#include "core/model/interleave.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <random>
#include <utility>

#include "core/model/answers.h"
#include "core/model/calls.h"
#include "core/model/fiber.h"
#include "core/model/files.h"
#include "core/model/process.h"
#include "core/model/timerfd.h"
#include "core/model/tty.h"
#include "core/model/wait_queue.h"

namespace epollscope {

namespace {

// Two waiters that look at a list each time the other one scans it can go on for ever.
constexpr std::size_t kMostChoices = 10'000;

bool may_time_out(const World& w, Index task) {
  const Task& t = w.tasks[at(task)];
  return t.state == TaskState::blocked && t.timeout_ns.has_value();
}

bool may_be_interrupted(const World& w, Index task) {
  const Task& t = w.tasks[at(task)];
  return t.state == TaskState::blocked && std::holds_alternative<WaitCall>(t.frame);
}

}  // namespace

// A task on its way through the kernel.
struct Interleaving::Strand {
  Strand(Interleaving& all, Index t, std::function<std::optional<Outcome>(Run&)> body)
      : task(t),
        run{all.w_, all.machine_, all.observe_, t == kNone ? ActorId{} : all.w_.tasks[at(t)].actor,
            &all},
        process(run.actor.process()),
        fiber([this, go = std::move(body)] { outcome = go(run); }) {}

  Index task;  // kNone: an interrupt
  Run run;
  std::int32_t process;          // in which it is now: a signal's sender may do what it does to one
  std::function<bool()> awaits;  // what it waits for; empty: it can go on
  std::optional<Outcome> outcome;
  Fiber fiber;

  [[nodiscard]] bool can_go_on() const { return !awaits || awaits(); }
};

Interleaving::Interleaving(World& w, const Machine& machine, const Turn& turn,
                           const Schedule& schedule, const Machine::Observer& observe,
                           const Dice& dice)
    : w_(w), machine_(machine), turn_(turn), schedule_(schedule), observe_(observe), dice_(dice) {
  for (const ActorId a : turn.timed_out) timed_out_.push_back(task_of(w, a));
  for (const ActorId a : turn.interrupted) interrupted_.push_back(task_of(w, a));
  for (const FileId id : turn.expired) {
    if (const Index file = find_file(w, id, FileKind::timerfd); file != kNone)
      expired_.push_back(file);
  }
}

Interleaving::~Interleaving() = default;

Interleaving::Strand* Interleaving::add(Index task,
                                        std::function<std::optional<Outcome>(Run&)> body) {
  return strands_.emplace_back(std::make_unique<Strand>(*this, task, std::move(body))).get();
}

// Whoever can go on now, the one that ran last first: strands, woken tasks in the order in which
// they were woken, sleepers whose time has come.
std::vector<std::function<Interleaving::Strand*()>> Interleaving::able() {
  std::vector<std::function<Strand*()>> list;
  if (current_ != nullptr && current_->can_go_on()) list.emplace_back([this] { return current_; });
  for (const auto& s : strands_) {
    Strand* strand = s.get();
    if (strand != current_ && strand->can_go_on()) list.emplace_back([strand] { return strand; });
  }
  for (const Index task : w_.runnable) {
    list.emplace_back([this, task] {
      std::erase(w_.runnable, task);
      return add(task, [task](Run& run) { return continue_call(run, task); });
    });
  }
  for (const Index tty : w_.works) {
    if (!work_can_run(w_, tty)) continue;
    list.emplace_back([this, tty] {
      std::erase(w_.works, tty);
      return add(kNone, [tty](Run& run) {
        flush_to_ldisc(run, tty);
        return std::optional<Outcome>();
      });
    });
  }
  const auto add_ending = [&](const Index& sleeper, Outcome (*end)(Run&, Index)) {
    list.emplace_back([this, &sleeper, end] {
      const Index task = sleeper;
      std::erase(end == end_call_in_time ? timed_out_ : interrupted_, task);
      return add(task, [task, end](Run& run) { return std::optional(end(run, task)); });
    });
  };
  for (const Index& task : timed_out_) {
    if (may_time_out(w_, task)) add_ending(task, end_call_in_time);
  }
  for (const Index& task : interrupted_) {
    if (may_be_interrupted(w_, task)) add_ending(task, interrupt_wait);
  }
  for (const Index timer : expired_) {
    if (!is_pending(w_, timer)) continue;
    list.emplace_back([this, timer] {
      std::erase(expired_, timer);
      Strand* strand = add(kNone, [timer](Run& run) {
        timer_expired(run, timer, 1);
        return std::optional<Outcome>();
      });
      if (caller_ == nullptr) caller_ = strand;
      return strand;
    });
  }
  return list;
}

bool Interleaving::others_ready() const {
  return !w_.runnable.empty() ||
         std::ranges::any_of(w_.works, [&](Index tty) { return work_can_run(w_, tty); }) ||
         std::ranges::any_of(timed_out_, [&](Index t) { return may_time_out(w_, t); }) ||
         std::ranges::any_of(interrupted_, [&](Index t) { return may_be_interrupted(w_, t); }) ||
         std::ranges::any_of(expired_, [&](Index timer) { return is_pending(w_, timer); }) ||
         std::ranges::any_of(strands_,
                             [&](const auto& s) { return s.get() != current_ && s->can_go_on(); });
}

// Among those that able() gives.
std::optional<std::size_t> Interleaving::place_of_caller() const {
  if (caller_ == nullptr || !caller_->can_go_on()) return std::nullopt;
  if (caller_ == current_) return 0;
  std::size_t place = current_ != nullptr && current_->can_go_on() ? 1 : 0;
  for (const auto& s : strands_) {
    if (s.get() == caller_) break;
    if (s.get() != current_ && s->can_go_on()) ++place;
  }
  return place;
}

std::size_t Interleaving::choose(const Ready& ready) {
  const std::size_t made = result_.choices.size();
  if (made > kMostChoices) result_.fits = false;
  if (ready.width == 1 || !result_.fits) return 0;
  std::size_t chosen = 0;
  if (made < schedule_.size()) {
    chosen = schedule_[made];
  } else if (dice_) {
    chosen = dice_(ready);
  }
  const std::size_t pick = chosen < ready.width ? chosen : 0;
  result_.choices.push_back(
      {.taken = static_cast<std::uint8_t>(pick),
       .width = static_cast<std::uint8_t>(std::min<std::size_t>(ready.width, 255)),
       .preempts = ready.preempts});
  return pick;
}

Interleaved Interleaving::run(const Fits& fits) {
  if (turn_.call != nullptr && !lives(w_, turn_.actor)) {
    result_.returned[turn_.actor] = failure(ESRCH);
    if (fits && !fits(turn_.actor, failure(ESRCH))) result_.fits = false;
  } else if (turn_.call != nullptr) {
    const Index task = task_of(w_, turn_.actor);
    if (std::holds_alternative<Fork>(turn_.call->op)) {  // others refer to theirs meanwhile
      w_.tasks.reserve(w_.tasks.size() + 1);
      w_.processes.reserve(w_.processes.size() + 1);
    }
    current_ = caller_ =
        add(task, [this, task](Run& run) { return start_call(run, task, *turn_.call); });
  }
  for (auto list = able(); !list.empty(); list = able()) {
    const bool preempts = current_ != nullptr && current_->can_go_on();
    current_ = list[choose({list.size(), preempts, place_of_caller()})]();
    current_->awaits = {};
    w_.current = current_->process;
    current_->fiber.resume();
    current_->process = w_.current;
    if (!current_->fiber.done()) continue;
    if (current_ == caller_) caller_ = nullptr;
    if (current_->outcome) {
      const ActorId actor = current_->run.actor;
      if (fits && result_.fits) result_.fits = fits(actor, *current_->outcome);
      if (result_.fits) ++result_.fitting;
      result_.returned[actor] = *std::move(current_->outcome);
    }
    std::erase_if(strands_, [this](const auto& s) { return s.get() == current_; });
    current_ = nullptr;
  }
  return std::move(result_);
}

void Interleaving::point() {
  if (others_ready()) current_->fiber.stop();
}

void Interleaving::await(const std::function<bool()>& free) {
  while (!free()) {
    current_->awaits = free;
    current_->fiber.stop();
  }
}

EpMutex::EpMutex(Run& run, Index ep) : run_(run), ep_(ep) {
  if (run.others == nullptr) return;
  World& w = run.w;
  run.others->await([&w, ep] { return !w.eps[ep].locked; });
  w.eps[ep].locked = true;
}

EpMutex::~EpMutex() {
  if (run_.others != nullptr) run_.w.eps[ep_].locked = false;
}

bool await_queue(Run& run, Index queue) {
  World& w = run.w;
  if (run.others == nullptr || !w.queues[queue].walked) return false;
  run.others->await([&w, queue] { return !w.queues[queue].walked; });
  return true;
}

QueueLock::QueueLock(Run& run, Index queue) : run_(run), queue_(queue) {
  await_queue(run, queue);
  run.w.queues[queue].walked = true;
}

QueueLock::~QueueLock() { run_.w.queues[queue_].walked = false; }

Interleaved Machine::run(const Turn& turn, const Schedule& schedule, const Observer& observe,
                         const Fits& fits, const Dice& dice) {
  if (turn.call != nullptr) begin_step();
  Interleaved done = Interleaving(*world_, *this, turn, schedule, observe, dice).run(fits);
  world_->moved.reset();
  world_->quota_met.reset();
  return done;
}

namespace {

// Preemptions, beyond those that a task's own sleep makes, that are tried: what real runs show
// needs one for each end of a scan that another task's wakeups fall into.
constexpr int kMostPreemptions = 6;

// The next schedule in depth-first order after one whose choices are given; false: it was the last.
bool next_schedule(const std::vector<Interleaved::Choice>& choices, int preemptions,
                   Schedule& schedule) {
  std::vector<int> used(choices.size() + 1, 0);
  for (std::size_t i = 0; i < choices.size(); ++i) {
    used[i + 1] = used[i] + (choices[i].preempts && choices[i].taken != 0 ? 1 : 0);
  }
  for (std::size_t i = choices.size(); i-- > 0;) {
    const auto& c = choices[i];
    if (c.taken + 1 >= c.width || used[i] + (c.preempts ? 1 : 0) > preemptions) continue;
    schedule.clear();
    for (std::size_t k = 0; k < i; ++k) schedule.push_back(choices[k].taken);
    schedule.push_back(static_cast<std::uint8_t>(c.taken + 1));
    return true;
  }
  return false;
}

constexpr int kSystematic = 4;  // one in so many tries goes through simple schedules one by one
// How likely a switch is, of 64: away from the caller, and from those that it woke.
constexpr std::array<unsigned, 6> kOffCaller = {64, 16, 4, 0, 32, 1};
constexpr std::array<unsigned, 4> kOffOthers = {0, 16, 4, 32};

class Search {
 public:
  Search(const Machine& before, const Turn& turn, const Fits& fits, const Accept& accept, int tries)
      : before_(before), turn_(turn), fits_(fits), accept_(accept), tries_(tries) {}

  std::optional<Schedule> run() {
    const int all = tries_;
    for (int preemptions = 0; preemptions <= kMostPreemptions; ++preemptions) {
      const Ending end = one_by_one(preemptions, all - all / kSystematic);
      if (end == Ending::found) return found_;
      if (end == Ending::seen_all) return std::nullopt;
      if (end == Ending::weary) break;
    }
    return by_chance() ? std::optional(found_) : std::nullopt;
  }

 private:
  enum class Ending : std::uint8_t { found, seen_all, seen_some, weary };

  bool try_one(const Schedule& schedule, const Dice& dice) {
    --tries_;
    Machine machine = before_;
    result_ = machine.run(turn_, schedule, {}, fits_, dice);
    if (!result_.fits || !accept_(machine, result_)) return false;
    found_ = taken();
    return true;
  }

  [[nodiscard]] Schedule taken() const {
    Schedule schedule;
    for (const auto& c : result_.choices) schedule.push_back(c.taken);
    return schedule;
  }

  // All with so many preemptions at most, while more than `least` tries are left.
  Ending one_by_one(int preemptions, int least) {
    Schedule schedule;
    bool bounded = false;  // some choice was not made because of the bound
    do {
      if (tries_ <= least) return Ending::weary;
      if (try_one(schedule, {})) return Ending::found;
      bounded = bounded || std::ranges::any_of(result_.choices, [](const auto& c) {
                  return c.preempts && c.width > 1;
                });
    } while (next_schedule(result_.choices, preemptions, schedule));
    return bounded ? Ending::seen_some : Ending::seen_all;
  }

  // Threads run as soon as they are woken in one try and long after in another, to their end or
  // bit by bit, most often in the order in which they were woken, as on a second processor. Every
  // other try begins as the one did that went well for longest.
  bool by_chance() {
    std::minstd_rand random(1);
    const auto hits = [&](unsigned of_64) { return random() % 64 < of_64; };
    Schedule best;
    std::size_t most = 0;
    for (std::size_t n = 0; tries_ > 0; ++n) {
      const unsigned off_caller = kOffCaller[n % kOffCaller.size()];
      const unsigned off_others = kOffOthers[n / kOffCaller.size() % kOffOthers.size()];
      const bool in_order = n % 5 < 3;
      const Dice dice = [&](const Ready& r) -> std::size_t {
        const bool stay = !hits(r.caller == 0U ? off_caller : off_others);
        if (r.preempts && stay) return 0;
        if (r.preempts && in_order) return r.caller.value_or(0) == 0 ? 1 : *r.caller;
        if (r.preempts) return 1 + random() % (r.width - 1);
        if (r.caller && !hits(off_caller)) return *r.caller;
        if (in_order) return r.caller == 0U ? 1 : 0;
        return random() % r.width;
      };
      Schedule begin;
      if (n % 2 == 1 && !best.empty()) {
        begin.assign(best.begin(), best.begin() + static_cast<long>(random() % best.size()));
      }
      if (try_one(begin, dice)) return true;
      const std::size_t went_well = result_.fitting * 2 + (result_.fits ? 1 : 0);
      if (went_well < most) continue;
      most = went_well;
      best = taken();
    }
    return false;
  }

  const Machine& before_;
  const Turn& turn_;
  const Fits& fits_;
  const Accept& accept_;
  int tries_;
  Interleaved result_;
  Schedule found_;
};

}  // namespace

std::optional<Schedule> find_schedule(const Machine& before, const Turn& turn, const Fits& fits,
                                      const Accept& accept, int tries) {
  return Search(before, turn, fits, accept, tries).run();
}

}  // namespace epollscope
