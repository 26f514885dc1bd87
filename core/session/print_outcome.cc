#include <fmt/format.h>

#include "core/base/text.h"
#include "core/session/session.h"

namespace epollscope {
namespace {

// A longer read is summed up by its count: the transcript stays readable and still checks it.
constexpr std::size_t kLongestPayload = 256;

std::string print_events(const std::vector<ShownEvent>& events, FlagStyle style) {
  std::string text = "[";
  for (const ShownEvent& e : events) {
    if (text.size() > 1) text += ", ";
    text += fmt::format("{{events={}, data={}}}",
                        print_flags(FlagSet::epoll_events, e.events, style), e.data_name);
  }
  return text + "]";
}

std::string print_polled(const std::vector<ShownEvent>& polled, FlagStyle style) {
  std::string text = "[";
  for (const ShownEvent& p : polled) {
    if (text.size() > 1) text += ", ";
    text += fmt::format("{{fd={}, revents={}}}", p.data_name,
                        print_flags(FlagSet::poll_events, p.events, style));
  }
  return text + "]";
}

}  // namespace

std::string print_value(const Outcome& outcome) {
  if (outcome.value_kind == ValueKind::signal) return print_flags(FlagSet::signal, *outcome.value);
  if (outcome.value_kind == ValueKind::error && *outcome.value != 0) {
    return print_flags(FlagSet::error, *outcome.value);
  }
  if (outcome.value_kind == ValueKind::option) {
    return std::to_string(static_cast<std::int64_t>(*outcome.value));
  }
  return std::to_string(*outcome.value);
}

std::string print_return(CallName call, const Outcome& outcome) {
  if (outcome.ended) return "?";
  if (outcome.failed()) return fmt::format("{} {}", outcome.returned, errno_name(outcome.error));
  const bool process = call == CallName::fork || call == CallName::waitpid;
  return fmt::format("{}{}", process ? "P" : "", outcome.returned);
}

std::string print_outcome(const Call& call, const Outcome& outcome,
                          const std::vector<ShownEvent>& events, FlagStyle style) {
  const std::string returned = print_return(call.name, outcome);
  if (outcome.ended || outcome.failed()) return " = " + returned;
  if (is_wait(call.name)) {
    return fmt::format(" = {} {}", outcome.returned, print_events(events, style));
  }
  if (call.name == CallName::poll) {
    return fmt::format(" = {} {}", outcome.returned, print_polled(events, style));
  }
  if (outcome.value) return fmt::format(" = {} {{value={}}}", returned, print_value(outcome));
  if (outcome.created.size() == 2) {
    return fmt::format(" = {} [{}, {}]", outcome.returned, outcome.created[0].value,
                       outcome.created[1].value);
  }
  if (gives_data(call.name) && outcome.bytes.size() <= kLongestPayload && outcome.returned > 0) {
    return fmt::format(" = {} {}", outcome.returned, escape_c(outcome.bytes));
  }
  return " = " + returned;
}

}  // namespace epollscope
