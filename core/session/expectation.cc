#include "core/session/expectation.h"

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/session/session.h"

namespace epollscope {
namespace {

using Bound = std::map<std::string, Fd>;

std::optional<std::uint64_t> number(const Value& value, const Bound& bound) {
  if (const auto* i = std::get_if<Integer>(&value.v)) {
    return static_cast<std::uint64_t>(i->as_signed());
  }
  if (const auto* m = std::get_if<Mask>(&value.v)) return m->bits;
  if (const auto* r = std::get_if<Ref>(&value.v)) {
    const auto it = bound.find(r->name);
    if (it != bound.end()) return static_cast<std::uint64_t>(std::int64_t{it->second.value});
  }
  return std::nullopt;
}

const Field* field(const Struct& s, std::string_view key) {
  for (const Field& f : s.fields) {
    if (f.key == key) return &f;
  }
  return nullptr;
}

std::optional<std::string> check_event(const Value& wanted, const Event& got, std::size_t index,
                                       const Bound& bound) {
  if (wanted.unchecked) return std::nullopt;
  const auto* s = std::get_if<Struct>(&wanted.v);
  if (s == nullptr) return fmt::format("events[{}] is not written as {{events=…, data=…}}", index);
  if (const Field* f = field(*s, "events"); f != nullptr && !f->value.unchecked) {
    const auto bits = number(f->value, bound);
    if (bits != got.events) {
      return fmt::format("events[{}].events: expected {}, got {}", index, print(f->value),
                         print_flags(FlagSet::epoll_events, got.events));
    }
  }
  if (const Field* f = field(*s, "data"); f != nullptr && !f->value.unchecked) {
    if (number(f->value, bound) != got.data) {
      return fmt::format("events[{}].data: expected {}, got {}", index, print(f->value), got.data);
    }
  }
  return std::nullopt;
}

// {fd=a, revents=POLLIN}
std::optional<std::string> check_polled(const Value& wanted, const Event& got, const Bound& bound) {
  const auto* s = std::get_if<Struct>(&wanted.v);
  if (wanted.unchecked || s == nullptr) return std::nullopt;
  if (const Field* f = field(*s, "fd"); f != nullptr && number(f->value, bound) != got.data) {
    return fmt::format("fd: expected {}, got {}", print(f->value), got.data);
  }
  const Field* f = field(*s, "revents");
  if (f == nullptr || f->value.unchecked || number(f->value, bound) == got.events) {
    return std::nullopt;
  }
  return fmt::format("revents of {}: expected {}, got {}", got.data, print(f->value),
                     print_flags(FlagSet::poll_events, got.events));
}

std::optional<std::string> check_payload(const Value& wanted, const Call& call,
                                         const Outcome& outcome, const Bound& bound) {
  if (wanted.unchecked) return std::nullopt;
  if (const auto* text = std::get_if<String>(&wanted.v)) {
    if (text->bytes == outcome.bytes) return std::nullopt;
    return fmt::format("bytes read: expected {}, got {}", escape_c(text->bytes),
                       escape_c(outcome.bytes));
  }
  if (const auto* s = std::get_if<Struct>(&wanted.v)) {
    const Field* f = field(*s, "value");
    if (f == nullptr || f->value.unchecked) return std::nullopt;
    if (outcome.value && number(f->value, bound) == *outcome.value) return std::nullopt;
    return fmt::format("value: expected {}, got {}", print(f->value),
                       outcome.value ? print_value(outcome) : "none");
  }
  const auto* set = std::get_if<Set>(&wanted.v);
  const bool polled = call.name == CallName::poll;
  if (set == nullptr || (!is_wait(call.name) && !polled)) return std::nullopt;
  if (set->values.size() != outcome.events.size()) {
    return fmt::format("expected {} events, got {}", set->values.size(), outcome.events.size());
  }
  for (std::size_t i = 0; i < set->values.size(); ++i) {
    const Value& value = set->values[i];
    const Event& got = outcome.events[i];
    auto why = polled ? check_polled(value, got, bound) : check_event(value, got, i, bound);
    if (why) return why;
  }
  return std::nullopt;
}

std::string result_text(const Outcome& outcome) {
  if (outcome.ended) return "the end of the process";
  if (outcome.failed()) return fmt::format("{} {}", outcome.returned, errno_name(outcome.error));
  return std::to_string(outcome.returned);
}

bool same_return(const Expected& expected, const Call& call, const Outcome& outcome) {
  if (outcome.ended) return false;
  const int wanted_error = expected.error.value_or(0);
  if (expected.error && wanted_error != outcome.error) return false;
  if (!expected.returned) return true;
  const std::int64_t wanted = expected.returned->as_signed();
  if (spec_of(call.name).creates > 0) return (wanted < 0) == outcome.failed();
  return wanted == outcome.returned;
}

}  // namespace

std::optional<std::string> check_expectation(const Expected& expected, const Call& call,
                                             const Outcome& outcome, const Bound& bound) {
  if (expected.anything || expected.unchecked) return std::nullopt;
  if (!same_return(expected, call, outcome)) {
    return fmt::format("expected {}, got {}", print(expected), result_text(outcome));
  }
  if (expected.payload) return check_payload(*expected.payload, call, outcome, bound);
  return std::nullopt;
}

}  // namespace epollscope
