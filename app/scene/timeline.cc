#include "app/scene/timeline.h"

#include <sys/epoll.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace epollscope::scene {
namespace {

// ---- columns

std::string arg_name(const Call& call, std::size_t i) {
  return i < call.args.size() ? print(call.args[i], FlagStyle::brief) : std::string();
}

std::string words_of(const Call& call, const std::vector<std::string>& names) {
  const std::string first = names.empty() ? std::string() : " " + names.front();
  switch (call.name) {
    case CallName::epoll_create:
    case CallName::epoll_create1:
      return "create" + first;
    case CallName::epoll_ctl:
      return arg_name(call, 1) + " " + arg_name(call, 2);
    case CallName::epoll_wait:
    case CallName::epoll_pwait:
    case CallName::epoll_pwait2:
      return "wait";
    case CallName::pipe:
    case CallName::pipe2:
      return "pipe" + first;
    case CallName::socketpair:
      return "pair" + first;
    case CallName::openpty:
      return "pty" + first;
    case CallName::socket:
    case CallName::accept:
    case CallName::accept4:
    case CallName::eventfd:
    case CallName::signalfd:
    case CallName::inotify:
      return std::string(spec_of(call.name).name) + first;
    case CallName::memfd_create:
      return "memfd" + first;
    case CallName::fork:
      return "fork" + first;
    case CallName::waitpid:
      return "waitpid " + arg_name(call, 0);
    case CallName::inotify_touch:
      return "touch " + arg_name(call, 0);
    case CallName::sigprocmask:
      return "mask";
    case CallName::timerfd_create:
      return "timer" + first;
    case CallName::timerfd_settime:
      return "set " + arg_name(call, 0);
    default:
      break;
  }
  return std::string(spec_of(call.name).name) + " " + arg_name(call, 0);
}

// With the thread where it is not the program's own.
std::string words_by(const StepRecord& r) {
  const std::string words = words_of(r.call, r.names);
  return r.actor == ActorId{} ? words : print(r.actor) + " " + words;
}

// How the call of step `n` came out by the cursor; nullptr: it has not.
const Outcome* outcome_of(const StageModel& model, int n) {
  const StepRecord& r = model.steps[static_cast<std::size_t>(n) - 1];
  if (r.returned) return &r.outcome;
  for (int later = n; later <= model.done(); ++later) {
    const StepRecord& next = model.steps[static_cast<std::size_t>(later) - 1];
    for (const Resumed& back : next.resumed) {
      if (back.began == n) return &back.outcome;
    }
    const bool its_end = later > n && next.is_resume && next.actor == r.actor;
    if (its_end) return next.returned ? &next.outcome : nullptr;
  }
  return nullptr;
}

std::string words_of(const StageModel& model, const StepRecord& r) {
  const std::string words = words_by(r);
  const Outcome* outcome = outcome_of(model, r.n);
  if (outcome == nullptr) return words + " …";  // asleep
  if (outcome->failed()) return words + " ✗";
  const bool tells = is_wait(r.call.name) && !outcome->ended;
  return tells ? words + " = " + std::to_string(outcome->returned) : words;
}

// ---- lanes

// What can be written to the file, of what its reader has not read; nullopt: nobody knows how much
// fits there, as in TCP.
std::optional<std::uint64_t> free_space(const State& state, const FileState& file) {
  const ObjectState* object = find_object(state, file.object);
  if (object == nullptr || object->capacity.empty()) return std::nullopt;
  // While nobody reads: not accepted yet, or gone.
  const std::uint64_t unread_by_none = (file.level & EPOLLOUT) != 0 ? object->capacity.front() : 0;
  std::size_t i = 0;
  if (object->kind == ObjectKind::unix_socket) {
    object = object->peer ? find_object(state, *object->peer) : nullptr;
    if (object == nullptr) return unread_by_none;
  } else if (is_pair(object->kind)) {
    if (object->fill.size() < 2) return unread_by_none;
    i = !object->files.empty() && object->files.front() == file.id ? 1 : 0;  // the peer's queue
  }
  if (i >= object->fill.size() || i >= object->capacity.size()) return unread_by_none;
  return object->capacity[i] - std::min(object->fill[i], object->capacity[i]);
}

std::uint64_t value_of(const Lane& lane, const State& state, const FileState& file) {
  if (!lane.out || lane.counter) return unread_of(state, file).amount;
  if (lane.sized) return free_space(state, file).value_or(0);
  return (file.level & EPOLLOUT) != 0 ? 1 : 0;
}

// Of the same file, before it was taken out and added again.
const ItemState* earlier_item(const State& state, FileId file) {
  for (const EventpollState& ep : state.eventpolls) {
    const auto found = std::ranges::find(ep.items, file, &ItemState::file);
    if (found != ep.items.end()) return &*found;
  }
  return nullptr;
}

LanePoint point_of(const Lane& lane, const State& state, int step) {
  LanePoint p;
  p.step = step;
  const FileState* file = find_file(state, lane.file);
  if (file == nullptr) return p;
  p.exists = true;
  p.value = value_of(lane, state, *file);
  const ItemState* item = find_item(state, lane.id);
  const bool over = lane.ended > 0 && step >= lane.ended;
  if (item == nullptr && !over) item = earlier_item(state, lane.file);
  if (item != nullptr) {
    p.watched = true;
    p.queued = item->queued;
  }
  return p;
}

struct Happened {
  int wakeups = 0, reports = 0, filtered = 0;
  bool queued = false;
};

void count(std::span<const MicroStep> micro, std::map<EpitemId, Happened>& items,
           std::map<FileId, Happened>& files) {
  for (const MicroStep& m : micro) {
    if (m.what == MicroStep::What::wakeup && m.file.valid()) ++files[m.file].wakeups;
    if (m.what == MicroStep::What::reported && m.item.valid()) ++items[m.item].reports;
    if (m.what == MicroStep::What::filtered && m.item.valid()) ++items[m.item].filtered;
    if (m.what == MicroStep::What::queued && m.item.valid()) items[m.item].queued = true;
  }
}

// What waits returned in a step that is not modelled, which has no micro-steps: items by their
// data.
std::vector<EpitemId> seen_reports(const StageModel& model, int n, const State& now) {
  std::vector<EpitemId> reported;
  const StepRecord& r = model.steps[static_cast<std::size_t>(n) - 1];
  if (r.not_modelled.empty() || n > model.done()) return reported;
  const auto look = [&](const Request& request, const std::vector<ShownEvent>& events) {
    const auto* wait = std::get_if<EpollWait>(&request.op);
    if (wait == nullptr) return;
    for (const EventpollState& ep : now.eventpolls) {
      if (std::ranges::find(ep.fds, wait->epfd) == ep.fds.end()) continue;
      for (const ItemState& item : ep.items) {
        const bool told = std::ranges::find(events, item.data, &ShownEvent::data) != events.end();
        if (told) reported.push_back(item.id);
      }
    }
  };
  look(r.request, r.events);
  for (const Resumed& back : r.resumed) look(back.request, back.events);
  return reported;
}

std::span<const MicroStep> micro_of(const StageModel& model, int n) {
  return n == model.step
             ? model.happened()
             : std::span<const MicroStep>(model.steps[static_cast<std::size_t>(n) - 1].micro);
}

// The moments of the steps from one before the first column to the cursor.
class Lookback {
 public:
  Lookback(const StageModel& model, const State& now, int from) : now_(now), from_(from) {
    for (int n = from; n < model.step; ++n) before_.push_back(model.moment(n, std::nullopt));
  }
  [[nodiscard]] const State& after(int step) const {
    const auto i = static_cast<std::size_t>(step - from_);
    return i < before_.size() ? *before_[i] : now_;
  }

 private:
  const State& now_;
  int from_;
  std::vector<std::shared_ptr<const State>> before_;
};

struct Watched {
  const ItemState* item;
  const FileState* file;
  int ended = 0;  // see Lane
};

std::vector<Watched> watched_files(const State& now) {
  std::vector<Watched> watched;
  for (const EventpollState& ep : now.eventpolls) {
    for (const ItemState& item : ep.items) {
      const FileState* file = find_file(now, item.file);
      if (file != nullptr) watched.push_back({&item, file});  // else an inner instance
    }
  }
  return watched;
}

// Whether one of them is of the same file and came when it was gone: its lane tells of both.
bool is_continued(const Watched& gone, const std::vector<Watched>& all, const Lookback& back) {
  return std::ranges::any_of(all, [&](const Watched& w) {
    return w.item->file == gone.item->file && gone.item->id < w.item->id &&
           find_item(back.after(gone.ended - 1), w.item->id) == nullptr;
  });
}

// Items that are gone at the cursor, the last to go first, each as it was last.
std::vector<Watched> ended_items(const Lookback& back, int from, int step,
                                 const std::vector<Watched>& living) {
  std::vector<EpitemId> alive;
  for (const Watched& w : living) alive.push_back(w.item->id);
  std::ranges::sort(alive);
  std::map<EpitemId, Watched> last;
  for (int n = from; n < step; ++n) {
    for (Watched w : watched_files(back.after(n))) {
      if (std::ranges::binary_search(alive, w.item->id)) continue;
      w.ended = n + 1;
      last[w.item->id] = w;
    }
  }
  std::vector<Watched> all = living;
  for (const auto& [id, w] : last) all.push_back(w);
  std::vector<Watched> ended;
  for (const auto& [id, w] : last) {
    if (!is_continued(w, all, back)) ended.push_back(w);
  }
  std::ranges::stable_sort(ended, std::ranges::greater{}, &Watched::ended);
  return ended;
}

// Keeps `fit` of them, those that something happened to last.
void keep(std::vector<Watched>& watched, std::size_t fit, const StageModel& model, const State& now,
          int first_step) {
  std::map<EpitemId, int> items;
  std::map<FileId, int> files;
  for (int n = std::max(1, first_step); n <= model.step; ++n) {
    for (const MicroStep& m : micro_of(model, n)) {
      if (m.item.valid()) items[m.item] = n;
      if (m.file.valid()) files[m.file] = n;
    }
    for (const EpitemId id : seen_reports(model, n, now)) items[id] = n;
  }
  const auto last = [&](const Watched& w) {
    const auto item = items.find(w.item->id);
    const auto file = files.find(w.item->file);
    return std::max(item == items.end() ? 0 : item->second, file == files.end() ? 0 : file->second);
  };
  // What changed last comes first, and of equals what was added first.
  const auto order = [&](const Watched& w) { return std::pair(-last(w), w.item->id); };
  std::ranges::partial_sort(watched, watched.begin() + static_cast<std::ptrdiff_t>(fit), {}, order);
  watched.resize(fit);
}

// `state`: the moment that `watched` is of.
Lane lane_of(const State& state, const Watched& watched) {
  const ItemState& item = *watched.item;
  Lane lane;
  lane.id = item.id;
  lane.file = item.file;
  lane.name = item.name;
  lane.armed = item.armed;
  lane.state = case_key(item);
  lane.brief = brief_case_key(item);
  if (!item.ready) lane.state_color = Role::text_dim;
  if (item.armed) lane.words = interest_words(item);
  lane.mask = item.mask;
  lane.out = (item.mask & EPOLLOUT) != 0 && (item.mask & EPOLLIN) == 0;
  const Unread unread = unread_of(state, *watched.file);
  lane.ended = watched.ended;
  lane.counter = unread.counter;
  lane.kind = unread.kind;
  lane.sized = !lane.out || free_space(state, *watched.file).has_value();
  return lane;
}

}  // namespace

std::string column_text(const StageModel& model, int step) {
  const auto ran = static_cast<int>(model.steps.size());
  if (step <= ran) {
    const StepRecord& r = model.steps[static_cast<std::size_t>(step) - 1];
    // What is not over yet has no result.
    if (step > model.done()) return words_by(r);
    return words_of(model, r);
  }
  int ahead = step - ran;
  const auto& statements = model.lesson->program.statements;
  for (auto i = static_cast<std::size_t>(std::max(0, model.next_statement)); i < statements.size();
       ++i) {
    const auto* call = std::get_if<CallStatement>(&statements[i].what);
    if (call == nullptr || --ahead > 0) continue;
    const std::string words = words_of(call->call, call->names);
    return call->actor == ActorId{} ? words : print(call->actor) + " " + words;
  }
  return {};
}

int columns_affordable(const State& now) {
  std::size_t things = now.files.size() + 1;
  for (const EventpollState& ep : now.eventpolls) things += ep.items.size();
  return std::clamp(static_cast<int>(20000 / things), 4, 60);
}

std::string ended_text(const Sketch& pen, const Lane& lane) {
  return pen.t(lane.closed ? "timeline.closed" : "timeline.removed", {std::to_string(lane.ended)});
}

Lanes read_lanes(const StageModel& model, const State& now, int first_step, std::size_t fit) {
  Lanes lanes;
  const int from = std::max(0, first_step - 1);
  const Lookback back(model, now, from);
  std::vector<Watched> watched = watched_files(now);
  std::vector<Watched> ended = ended_items(back, from, model.step, watched);
  const std::size_t all = watched.size() + ended.size();
  lanes.left_out = static_cast<int>(all - std::min(all, fit));
  if (watched.size() > fit) keep(watched, fit, model, now, first_step);
  ended.resize(std::min(ended.size(), fit - watched.size()));
  for (const Watched& w : watched) lanes.rows.push_back(lane_of(now, w));
  for (const Watched& w : ended) {
    lanes.rows.push_back(lane_of(back.after(w.ended - 1), w));
    lanes.rows.back().closed = find_file(back.after(w.ended), w.item->file) == nullptr;
  }
  if (lanes.rows.empty()) return lanes;
  std::ranges::sort(lanes.rows, {}, &Lane::id);
  std::map<std::tuple<bool, bool, bool>, std::uint64_t> most;
  for (int n = from; n <= model.step; ++n) {
    const State& state = back.after(n);
    std::map<EpitemId, Happened> items;
    std::map<FileId, Happened> files;
    if (n >= 1) {
      count(micro_of(model, n), items, files);
      for (const EpitemId id : seen_reports(model, n, now)) ++items[id].reports;
    }
    for (Lane& lane : lanes.rows) {
      LanePoint p = point_of(lane, state, n);
      p.wakeups = files[lane.file].wakeups;
      p.filtered = std::min(p.wakeups, items[lane.id].filtered);
      p.reports = items[lane.id].reports;
      p.visited = items[lane.id].queued;
      std::uint64_t& highest = most[{lane.out, lane.counter, lane.sized}];
      highest = std::max(highest, p.value);
      lane.points.push_back(p);
    }
  }
  for (Lane& lane : lanes.rows) lane.most = most[{lane.out, lane.counter, lane.sized}];
  return lanes;
}

}  // namespace epollscope::scene
