#include <fmt/format.h>

#include "core/script/values.h"
#include "core/script/words.h"

namespace epollscope::meaning {

using syntax::Entry;
using syntax::Node;

Expected Values::expected(const syntax::Outcome& outcome, const CallSpec& spec) {
  Expected e;
  e.anything = outcome.anything;
  e.unchecked = outcome.unchecked;
  if (e.anything) return e;
  if (outcome.returned.overflow) mistake(outcome.at, "the number does not fit into 64 bits");
  e.returned = Integer{outcome.returned.magnitude, outcome.returned.negative};
  if (outcome.error) {
    e.error = errno_value(outcome.error->text);
    if (*e.error == 0) {
      mistake(outcome.error->at,
              fmt::format("unknown errno {}{}", outcome.error->text,
                          words::suggestion(outcome.error->text, words::errno_names())));
    } else if (e.returned->as_signed() != -1) {
      mistake(outcome.error->at, "an errno goes with -1, which a call that failed returns");
    }
  }
  if (outcome.payload) e.payload = payload(spec, *outcome.payload);
  return e;
}

// What stands behind the number: events, descriptors, text or a counter.
Value Values::payload(const CallSpec& spec, const Node& node) {
  const auto wrong = [&](std::string_view wanted) {
    return nothing(node.at, fmt::format("{} gives back {}", spec.name, wanted));
  };
  if (is_wait(spec.call)) {
    return node.kind == Node::Kind::set ? event_list(node)
                                        : wrong("a list, such as [{events=EPOLLIN, data=a}]");
  }
  if (spec.creates > 0) {
    return node.kind == Node::Kind::set ? descriptors(node) : wrong("descriptors, such as [4, 5]");
  }
  if (spec.call == CallName::read) {
    if (node.kind == Node::Kind::string) return value({"the text", ParamKind::data}, node);
    if (node.kind == Node::Kind::structure) return counter(node);
    return wrong("\"text\", or {value=3} where an eventfd or a timer was read");
  }
  return wrong("a number alone");
}

Value Values::event_list(const Node& node) {
  Set events;
  for (const Node& part : node.parts) {
    if (part.kind != Node::Kind::structure) {
      return nothing(part.at, "an event is written {events=EPOLLIN, data=a}");
    }
    Value v = event(part);
    v.unchecked = part.unchecked;
    events.values.push_back(std::move(v));
  }
  return {std::move(events)};
}

Value Values::descriptors(const Node& node) {
  Set numbers;
  for (const Node& part : node.parts) {
    if (part.kind != Node::Kind::number) return nothing(part.at, "expected a descriptor's number");
    Value v = value({"a descriptor", ParamKind::integer}, part);
    v.unchecked = part.unchecked;
    numbers.values.push_back(std::move(v));
  }
  return {std::move(numbers)};
}

// {value=3}
Value Values::counter(const Node& node) {
  if (node.fields.size() != 1 || node.fields.front().key != "value") {
    return nothing(node.at, "a counter is written {value=3}");
  }
  const Entry& f = node.fields.front();
  Value v = value({"value", ParamKind::integer}, f.value);
  v.unchecked = f.value.unchecked;
  return {Struct{{Field{"value", std::move(v)}}}};
}

}  // namespace epollscope::meaning
