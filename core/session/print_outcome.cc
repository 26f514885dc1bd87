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

}  // namespace

std::string print_outcome(const Call& call, const Outcome& outcome,
                          const std::vector<ShownEvent>& events, FlagStyle style) {
  if (outcome.failed()) return fmt::format(" = {} {}", outcome.returned, errno_name(outcome.error));
  if (is_wait(call.name)) {
    return fmt::format(" = {} {}", outcome.returned, print_events(events, style));
  }
  if (outcome.created.size() == 2) {
    return fmt::format(" = {} [{}, {}]", outcome.returned, outcome.created[0].value,
                       outcome.created[1].value);
  }
  if (call.name == CallName::read) {
    if (outcome.value) return fmt::format(" = {} {{value={}}}", outcome.returned, *outcome.value);
    if (outcome.bytes.size() <= kLongestPayload && outcome.returned > 0) {
      return fmt::format(" = {} {}", outcome.returned, escape_c(outcome.bytes));
    }
  }
  return fmt::format(" = {}", outcome.returned);
}

}  // namespace epollscope
