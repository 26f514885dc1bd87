// The last step in words: what the call gave, then what happened inside the kernel, told with
// the student's words and the kernel function's name.
#include <algorithm>
#include <map>

#include "app/scene/look.h"
#include "app/scene/zones.h"

namespace epollscope::scene {
namespace {

class Teller {
 public:
  Teller(const StageModel& model, Lang lang) : model_(model), lang_(lang) {}

  std::vector<Said> tell() {
    const StepRecord* r = model_.current();
    if (r == nullptr) return std::move(said_);
    if (!model_.micro) result(*r);
    for (const MicroStep& m : model_.happened()) micro(m);
    if (!model_.micro) others(*r);
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

  static std::string list_of(const std::vector<ShownEvent>& events) {
    std::string list;
    for (const ShownEvent& e : events) {
      if (!list.empty()) list += ", ";
      list += e.data_name + " " + mask_text(e.events);
    }
    return list;
  }

  // The reason that the model gives, which begins with the errno; without one the errno alone.
  void failure(std::string_view call, const Outcome& outcome) {
    std::string why = errno_name(outcome.error);
    std::string_view function;
    for (const MicroStep& m : model_.happened()) {
      if (m.what != MicroStep::What::failed) continue;
      why = why_text(m);
      function = m.function;
    }
    say(t("said.failed", {call, why}), function, Role::err);
  }

  void result(const StepRecord& r) {
    const std::string_view call = spec_of(r.call.name).name;
    const std::string actor = print(r.actor);
    if (!r.returned) return say(t("said.sleeps", {actor, call}), {}, Role::wakeup);
    if (r.outcome.failed()) return failure(call, r.outcome);
    if (r.call.name == CallName::epoll_wait) return waited(actor, r.outcome, r.events);
    if (r.outcome.created.size() == 2) {
      return say(t("said.made_two", {call, std::to_string(r.outcome.created[0].value),
                                     std::to_string(r.outcome.created[1].value)}));
    }
    if (r.outcome.created.size() == 1) {
      return say(t("said.made_one", {call, std::to_string(r.outcome.created[0].value)}));
    }
    say(t("said.returned", {call, std::to_string(r.outcome.returned)}));
  }

  void waited(const std::string& actor, const Outcome& outcome,
              const std::vector<ShownEvent>& events) {
    if (outcome.failed()) return failure("epoll_wait", outcome);
    if (events.empty()) return say(t("said.waited_none", {actor}));
    say(t("said.waited", {actor, std::to_string(events.size()), list_of(events)}));
  }

  // Why the model says so, with what it happened to in front.
  void micro(const MicroStep& m) {
    if (m.what == MicroStep::What::failed) return;  // told with the result
    const std::string why = why_text(m);
    const bool by_actor = m.what == MicroStep::What::woke || m.what == MicroStep::What::slept ||
                          m.what == MicroStep::What::timed_out;
    const std::string about = !m.subject.empty() && !by_actor ? m.subject
                              : by_actor                      ? print(m.actor)
                                                              : std::string();
    std::string words = about.empty() ? why : t("said.about", {about, why});
    if (words == last_) {
      return;  // said already
    }
    last_ = words;
    say(std::move(words), m.function, Role::text);
  }

  [[nodiscard]] std::string why_text(const MicroStep& m) const {
    return tr(lang_, "why." + std::string(m.why), localized(m.args));
  }
  // Arguments are masks, numbers or the word for an empty answer.
  [[nodiscard]] std::vector<std::string> localized(const std::vector<std::string>& args) const {
    std::vector<std::string> out = args;
    for (std::string& arg : out) {
      if (arg == "nothing") arg = t("ready.nothing");
    }
    return out;
  }

  void others(const StepRecord& r) {
    for (const Resumed& back : r.resumed) {
      if (back.call.name == CallName::epoll_wait) {
        waited(print(back.actor), back.outcome, back.events);
      } else {
        say(t("said.resumed", {print(back.actor), spec_of(back.call.name).name,
                               std::to_string(back.outcome.returned)}));
      }
    }
    if (!r.not_modelled.empty()) say(t("said.not_modelled", {r.not_modelled}), {}, Role::warn);
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
