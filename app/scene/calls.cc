// Calls and results as the picture writes them: short flags, no expectations.
#include <fmt/format.h>

#include <algorithm>

#include "app/scene/zones.h"
#include "core/base/overload.h"

namespace epollscope::scene {
namespace {

// maxevents of a wait, as far as it is a number one can draw.
int slots_of(const Request& request) {
  const auto* wait = std::get_if<EpollWait>(&request.op);
  return wait == nullptr ? 4 : std::max(wait->maxevents, 1);
}

}  // namespace

std::string call_text(const std::vector<std::string>& names, const Call& call) {
  return names.empty()
             ? print(call, FlagStyle::brief)
             : fmt::format("{} = {}", fmt::join(names, ", "), print(call, FlagStyle::brief));
}

std::string call_text(const Statement& statement) {
  return std::visit(
      Overload{
          [](const CallStatement& s) {
            const std::string call = call_text(s.names, s.call);
            return s.actor_written ? fmt::format("{}: {}", print(s.actor), call) : call;
          },
          [](const ResumedStatement& s) {
            std::string actors;
            for (const ActorId a : s.actors) actors += (actors.empty() ? "" : "|") + print(a);
            return fmt::format("{}: <... {} resumed>", actors, spec_of(s.call).name);
          },
          [](const ExpectReady& s) {
            return fmt::format("expect ready({}) = [{}]", s.epoll, fmt::join(s.items, ", "));
          },
          [&](const Comment&) {
            return statement.comment.empty() ? std::string() : "# " + statement.comment;
          },
      },
      statement.what);
}

std::string brief_call_text(const Statement& statement) {
  constexpr std::string_view kPrefix = "epoll_";
  std::string words = call_text(statement);
  const auto* call = std::get_if<CallStatement>(&statement.what);
  if (call == nullptr) return words;
  if (call->call.name == CallName::epoll_ctl || is_wait(call->call.name)) {
    words.erase(words.find(kPrefix), kPrefix.size());
  } else if (!call->names.empty() && !call->call.args.empty()) {
    words = fmt::format("{}{} = {}(…)", call->actor_written ? print(call->actor) + ": " : "",
                        fmt::join(call->names, ", "), spec_of(call->call.name).name);
  }
  return words;
}

ResultText result_text(CallName call, const Outcome& outcome) {
  const std::string returned = "= " + print_return(call, outcome);
  if (outcome.failed()) return {returned, Role::err};
  if (outcome.created.size() == 2) {
    return {fmt::format("= {}, {}", outcome.created[0].value, outcome.created[1].value),
            Role::good};
  }
  return {returned, outcome.ended ? Role::text_dim : Role::good};
}

ResultText asleep_text(const Sketch& pen) { return {pen.t("user.asleep"), Role::wakeup}; }

EventsLeft events_left(const StageModel& model) {
  EventsLeft left;
  const StepRecord* record = model.current();
  if (model.micro && record != nullptr && is_wait(record->call.name)) {
    left.step = model.step;
    left.actor = record->actor;
    left.filling = true;
    left.slots = slots_of(record->request);
    std::size_t stored = 0;
    for (const MicroStep& m : model.happened()) {
      stored += m.what == MicroStep::What::reported ? 1 : 0;
    }
    left.events.assign(record->events.begin(),
                       record->events.begin() +
                           static_cast<std::ptrdiff_t>(std::min(stored, record->events.size())));
    if (stored > 0) return left;
  }
  for (int n = model.done(); n >= 1; --n) {
    const StepRecord& r = model.steps[static_cast<std::size_t>(n) - 1];
    for (auto it = r.resumed.rbegin(); it != r.resumed.rend(); ++it) {
      if (!is_wait(it->call.name) || it->outcome.failed()) continue;
      const StepRecord& began = model.steps[static_cast<std::size_t>(it->began) - 1];
      return {.step = n,
              .actor = it->actor,
              .slots = slots_of(began.request),
              .events = it->events,
              .earlier = n != model.step};
    }
    if (!is_wait(r.call.name) || !r.returned || r.outcome.failed()) continue;
    return {.step = n,
            .actor = r.actor,
            .slots = slots_of(r.request),
            .events = r.events,
            .earlier = n != model.step};
  }
  left.filling = false;
  left.step = 0;
  return left;
}

std::string_view events_key(const EventsLeft& left) {
  if (left.step == 0) return "user.events_never";
  if (left.filling) return "user.events_filling";
  if (left.events.empty()) return "user.events_empty";
  return left.earlier ? "user.events_earlier" : "user.events_left";
}

}  // namespace epollscope::scene
