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
  e.process = outcome.process;
  if (e.process && spec.call != CallName::fork && spec.call != CallName::waitpid) {
    mistake(outcome.at, fmt::format("{} gives back a number, not a process", spec.name));
  }
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
  if (spec.call == CallName::poll) {
    return node.kind == Node::Kind::set ? polled_list(node)
                                        : wrong("a list, such as [{fd=a, revents=POLLIN}]");
  }
  if (spec.call == CallName::getsockopt) {
    return node.kind == Node::Kind::structure ? counter(node) : wrong("{value=1}");
  }
  if (spec.call == CallName::waitpid) {
    return node.kind == Node::Kind::structure ? counter(node) : wrong("{value=0}, or a signal");
  }
  if (gives_data(spec.call)) {
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

// [{fd=a, revents=POLLIN}]
Value Values::polled_list(const Node& node) {
  Set polled;
  for (const Node& part : node.parts) {
    const bool whole = part.kind == Node::Kind::structure && part.fields.size() == 2 &&
                       part.fields[0].key == "fd" && part.fields[1].key == "revents";
    if (!whole) return nothing(part.at, "what poll found is written {fd=a, revents=POLLIN}");
    Value fd = value({"fd", ParamKind::fd}, part.fields[0].value);
    Value found = value({"revents", ParamKind::flags, FlagSet::poll_events}, part.fields[1].value);
    found.unchecked = part.fields[1].value.unchecked;
    polled.values.push_back(
        {Struct{{Field{"fd", std::move(fd)}, Field{"revents", std::move(found)}}}});
    polled.values.back().unchecked = part.unchecked;
  }
  return {std::move(polled)};
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

// A number, or the name of one: a signal that was read, an error that a socket keeps.
Value Values::counted(const Node& node) {
  if (node.kind == Node::Kind::word && !node.word.range) {
    if (const Flag* signal = find_flag(FlagSet::signal, node.word.text)) {
      return {Mask{FlagSet::signal, signal->bits}};
    }
    if (const int error = errno_value(node.word.text); error != 0) {
      return {Mask{FlagSet::error, static_cast<std::uint64_t>(error)}};
    }
  }
  return value({"value", ParamKind::integer}, node);
}

// {value=3}
Value Values::counter(const Node& node) {
  if (node.fields.size() != 1 || node.fields.front().key != "value") {
    return nothing(node.at, "a counter is written {value=3}");
  }
  const Entry& f = node.fields.front();
  Value v = counted(f.value);
  v.unchecked = f.value.unchecked;
  return {Struct{{Field{"value", std::move(v)}}}};
}

}  // namespace epollscope::meaning
