// The last step in words: what the call gave, then what happened inside the kernel, told with
// the student's words and the kernel function's name.
#include <sys/epoll.h>

#include <algorithm>
#include <set>

#include "app/scene/look.h"
#include "app/scene/refusals.h"
#include "app/scene/wakers.h"
#include "app/scene/zones.h"

namespace epollscope::scene {
namespace {

class Teller {
 public:
  Teller(const StageModel& model, Lang lang) : model_(model), lang_(lang) {}

  std::vector<Said> tell() {
    const StepRecord* r = model_.current();
    if (r == nullptr) return std::move(said_);
    if (model_.micro) {
      for (const MicroStep& m : model_.happened()) micro(m);
      return std::move(said_);
    }
    result(*r);
    for (const Reason& reason : reasons()) because(reason);
    unlisted(*r);
    stale();
    others(*r);
    return std::move(said_);
  }

 private:
  [[nodiscard]] std::string t(std::string_view key,
                              std::initializer_list<std::string_view> args = {}) const {
    return tr(lang_, key, args);
  }
  void say(std::string words, std::string_view function = {}, Role color = Role::text) {
    said_.push_back({std::move(words), std::string(function), color});
  }

  [[nodiscard]] std::string list_of(const std::vector<ShownEvent>& events) const {
    std::vector<std::string> list;
    for (const ShownEvent& e : events) list.push_back(e.data_name + " " + mask_text(e.events));
    return names_of(list);
  }

  // Of a record of a call that failed, be it of a step or of a thread that came back in it: the
  // reason of this very moment, or the model's general one, which begin with the errno, or it
  // alone.
  void failure(const auto& record, int began) {
    const std::string_view call = spec_of(record.call.name).name;
    std::string why = errno_name(record.outcome.error);
    std::string_view function;
    for (const MicroStep& m : model_.happened()) {
      if (m.what != MicroStep::What::failed) continue;
      why = why_text(m);
      function = m.function;
    }
    if (auto here = refusal(lang_, record.call, record.request, record.outcome.error,
                            *model_.moment(began - 1, std::nullopt))) {
      why = std::move(*here);
    }
    say(t("said.failed", {call, why}), function, Role::err);
  }

  void result(const StepRecord& r) {
    const std::string_view call = spec_of(r.call.name).name;
    const std::string actor = print(r.actor);
    if (!r.returned) return sleeps(r.actor, call);
    if (r.outcome.failed()) return failure(r, r.n);
    if (is_wait(r.call.name)) return waited(actor, r.events);
    if (r.outcome.created.size() == 2) {
      return say(t("said.made_two", {call, std::to_string(r.outcome.created[0].value),
                                     std::to_string(r.outcome.created[1].value)}));
    }
    if (r.outcome.created.size() == 1) {
      return say(t("said.made_one", {call, std::to_string(r.outcome.created[0].value)}));
    }
    if (r.outcome.ended) return say(t("said.ended_in", {actor, call}));
    say(t("said.returned", {call, print_return(r.call.name, r.outcome)}));
  }

  void sleeps(ActorId actor, std::string_view call) {
    say(t("said.sleeps", {print(actor), call}), {}, Role::wakeup);
    const auto now = model_.now();
    const std::string wakers = wakers_text(lang_, *now, actor);
    if (wakers.empty()) return;
    const auto self = std::ranges::find(now->threads, actor, &ThreadState::actor);
    const bool limited = self != now->threads.end() && self->timeout_ns;
    say(t(limited ? "said.would_wake_limited" : "said.would_wake", {print(actor), wakers}));
  }

  void waited(const std::string& actor, const std::vector<ShownEvent>& events) {
    if (events.empty()) return say(t("said.waited_none", {actor}));
    say(t("said.waited", {actor, std::to_string(events.size()), list_of(events)}));
  }

  static bool by_actor(const MicroStep& m) {
    return m.what == MicroStep::What::woke || m.what == MicroStep::What::slept ||
           m.what == MicroStep::What::timed_out || m.what == MicroStep::What::interrupted ||
           m.what == MicroStep::What::signalled;
  }
  static std::string about(const MicroStep& m) {
    if (m.what == MicroStep::What::created) return {};  // has no name yet
    return by_actor(m) ? print(m.actor) : m.subject;
  }
  void say_about(const std::string& subject, const std::string& why, std::string_view function) {
    std::string words = subject.empty() ? why : t("said.about", {subject, why});
    if (words == last_) return;  // said already
    last_ = words;
    say(std::move(words), function);
  }

  // Inside a step: every micro-step, why, with what it happened to in front.
  void micro(const MicroStep& m) {
    if (m.what == MicroStep::What::failed) return;  // told with the result
    say_about(about(m), why_text(m), m.function);
  }

  // After a step: the same reason is given once, for all that it happened to; but threads are woken
  // one at a time, and each by what stands before it.
  struct Reason {
    const MicroStep* first;
    std::vector<std::string> subjects;
  };
  // What the result says already, or what is only a way to what follows from it.
  static bool goes_without_saying(const MicroStep& m) {
    using enum MicroStep::What;
    if (m.what == checked) return m.why == "checked.scan";
    return m.what == failed || m.what == scan_started || m.what == scan_done ||
           m.what == reported || m.why == "moved.in" || m.why == "moved.out";
  }
  [[nodiscard]] std::vector<Reason> reasons() const {
    std::vector<Reason> all;
    for (const MicroStep& m : model_.happened()) {
      if (goes_without_saying(m)) continue;
      const auto same = std::ranges::find_if(all, [&](const Reason& r) {
        return m.what != MicroStep::What::woke && r.first->why == m.why &&
               r.first->args == m.args && r.first->function == m.function &&
               r.first->what == m.what;
      });
      if (same == all.end()) {
        all.push_back({&m, {about(m)}});
      } else if (std::ranges::find(same->subjects, about(m)) == same->subjects.end()) {
        same->subjects.push_back(about(m));
      }
    }
    return all;
  }
  void because(const Reason& reason) {
    const MicroStep& m = *reason.first;
    say_about(names_of(reason.subjects), woken_by_a_scan(m) ? t("said.woke_next") : why_text(m),
              m.function);
  }
  // A scan that leaves something on the list wakes the next sleeper.
  [[nodiscard]] bool woken_by_a_scan(const MicroStep& m) const {
    if (m.what != MicroStep::What::woke || &m == model_.happened().data()) return false;
    return (&m - 1)->what == MicroStep::What::scan_done;
  }
  [[nodiscard]] std::string names_of(const std::vector<std::string>& names) const {
    constexpr std::size_t kNamed = 4;
    std::string list;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (i == kNamed && names.size() > kNamed + 1) {
        return t("said.and_more", {list, std::to_string(names.size() - i)});
      }
      if (!list.empty()) list += t("said.comma");
      list += names[i];
    }
    return list;
  }

  // Why a file that can be read was not reported: the lesson of edge-triggered and one-shot.
  void unlisted(const StepRecord& r) {
    const auto* wait = std::get_if<EpollWait>(&r.request.op);
    if (wait == nullptr || (r.returned && r.outcome.failed())) return;
    const auto moment = model_.now();
    const State& now = *moment;
    const auto ep = std::ranges::find(now.eventpolls, wait->epfd, &EventpollState::fd);
    if (ep == now.eventpolls.end()) return;
    std::set<EpitemId> told;
    for (const MicroStep& m : r.micro) {
      if (m.what == MicroStep::What::reported) told.insert(m.item);
    }
    std::vector<std::string> off_the_list;
    std::vector<std::string> disarmed;
    for (const ItemState& item : ep->items) {
      if (told.contains(item.id) || item.queued) continue;
      if (!item.armed && (item.level & EPOLLIN) != 0) disarmed.push_back(item.name);
      if (item.ready) off_the_list.push_back(item.name);
    }
    if (!off_the_list.empty()) say(t("said.unlisted", {names_of(off_the_list)}));
    if (!disarmed.empty()) say(t("said.disarmed", {names_of(disarmed)}));
  }

  // What the next call will ask and drop.
  void stale() {
    std::vector<std::string> names;
    const auto now = model_.now();
    for (const EventpollState& ep : now->eventpolls) {
      for (const ItemState& item : ep.items) {
        if (item.queued && !item.ready) names.push_back(item.name);
      }
    }
    if (!names.empty()) say(t("said.stale", {names_of(names)}));
  }

  [[nodiscard]] std::string why_text(const MicroStep& m) const {
    return tr(lang_, "why." + std::string(m.why), localized(m.args));
  }
  // Arguments are masks, numbers or the word for an empty answer.
  [[nodiscard]] std::vector<std::string> localized(const std::vector<std::string>& args) const {
    std::vector<std::string> out = args;
    for (std::string& arg : out) {
      if (arg == "nothing") arg = t("ready.nothing");
      for (auto at = arg.find("EPOLL"); at != std::string::npos; at = arg.find("EPOLL")) {
        arg.erase(at, 5);  // the picture has little room: IN, not EPOLLIN
      }
    }
    return out;
  }

  // "a command of fcntl: 0x40a": what is behind the colon is the same in every language.
  [[nodiscard]] std::string unmodelled(const std::string& why) const {
    const std::size_t colon = std::min(why.find(": "), why.size());
    const std::string key = key_of_words("unmodelled", why.substr(0, colon));
    return has_key(lang_, key) ? t(key) + why.substr(colon) : why;
  }

  void others(const StepRecord& r) {
    for (const Resumed& back : r.resumed) {
      if (back.outcome.ended) {
        say(t("said.ended_in", {print(back.actor), spec_of(back.call.name).name}));
      } else if (is_wait(back.call.name) && back.outcome.failed()) {
        failure(back, back.began);
      } else if (is_wait(back.call.name)) {
        waited(print(back.actor), back.events);
      } else {
        say(t("said.resumed", {print(back.actor), spec_of(back.call.name).name,
                               print_return(back.call.name, back.outcome)}));
      }
    }
    if (!r.not_modelled.empty()) {
      say(t("said.not_modelled", {unmodelled(r.not_modelled)}), {}, Role::warn);
    }
    for (const std::string& d : r.differences) say(t("said.differs", {d}), {}, Role::bad);
    if (!r.expectation_failure.empty()) {
      say(t("said.expected", {r.expectation_failure}), {}, Role::bad);
    }
    if (r.branch_differs) say(t("said.branch_differs"), {}, Role::warn);
  }

  const StageModel& model_;
  Lang lang_;
  std::vector<Said> said_;
  std::string last_;
};

}  // namespace

std::vector<Said> explain_step(const StageModel& model, Lang lang) {
  return Teller(model, lang).tell();
}

}  // namespace epollscope::scene
