#include "core/script/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <limits>
#include <utility>

#include "core/call/request.h"
#include "core/script/words.h"

namespace epollscope::meaning {

using syntax::Entry;
using syntax::Node;
using syntax::Word;

namespace {

constexpr int kMostThreads = 64;
// Any two names of a letter or two look alike.
constexpr std::size_t kShortestToSuggest = 3;
// More names than this are not searched for the one that was meant.
constexpr std::size_t kMostNamesToSuggest = 1000;

std::string_view wants(const Param& param) {
  switch (param.kind) {
    case ParamKind::fd:
      return "a descriptor";
    case ParamKind::integer:
      return "an integer";
    case ParamKind::flags:
      return is_enumeration(param.flags) ? "one of the names for it" : "flags";
    case ParamKind::event:
      return "flags, {events=…, data=…} or NULL";
    case ParamKind::timeout:
      return "milliseconds, a duration such as 20ms, or -1";
    case ParamKind::timespec:
      return "a duration such as 20ms or 0ns, or -1";
    case ParamKind::interval:
      return "a duration such as 20ms, or 0";
    case ParamKind::signals:
      return "a list such as [SIGUSR1], or NULL";
    case ParamKind::duration:
      return "a duration such as 20ms";
    case ParamKind::data:
      return "\"text\" or a number of bytes";
    case ParamKind::fcntl_arg:
      return "an integer, a size or O_ flags";
    case ParamKind::buffer:
      return "NULL";
    case ParamKind::actor:
      return "a thread such as T2, or a process such as P1";
    case ParamKind::process:
      return "a process such as P1";
  }
  return "something else";
}

// C gives a count, a value and the argument of fcntl 64 bits, everything else an int.
bool is_wide(const CallSpec& spec, const Param& param) {
  return param.kind == ParamKind::data || param.kind == ParamKind::fcntl_arg ||
         gives_data(spec.call) || spec.call == CallName::setrlimit;
}

// A lab that stops is a lab that nobody can start again.
bool stops_the_process(std::uint64_t signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

bool fits_32_bits(Integer i) {
  return i.negative ? i.magnitude <= (std::uint64_t{1} << 31U)
                    : i.magnitude <= std::numeric_limits<std::uint32_t>::max();
}

struct Unit {
  std::string_view name;
  std::uint64_t factor;
  bool is_time;
};
constexpr std::array<Unit, 7> kUnits = {{{"", 1, false},
                                         {"ns", 1, true},
                                         {"us", 1'000, true},
                                         {"ms", 1'000'000, true},
                                         {"s", 1'000'000'000, true},
                                         {"k", 1U << 10U, false},
                                         {"M", 1U << 20U, false}}};

std::string_view describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::word:
      return node.word.text;
    case Node::Kind::number:
      return "a number";
    case Node::Kind::alternatives:
      return "several flags";
    case Node::Kind::string:
      return "a string";
    case Node::Kind::structure:
      return "a struct";
    case Node::Kind::set:
      return "a list";
  }
  return "this";
}

}  // namespace

std::string name_at(const Word& word, std::int64_t step) {
  if (!word.range) return word.text;
  const auto& r = *word.range;
  const std::int64_t i = !r.is_range         ? r.first
                         : r.first <= r.last ? r.first + step
                                             : r.first - step;
  return fmt::format("{}[{}]", word.text, i);
}

void Values::mistake(std::size_t at, std::string message) {
  context_.mistakes.push_back({at, std::move(message)});
}

Value Values::nothing(std::size_t at, std::string message) {
  mistake(at, std::move(message));
  return {};
}

std::string Values::used(const Word& word) {
  std::string name = name_at(word, step_);
  if (words::is_reserved(word.text)) {
    mistake(word.at, fmt::format("{} is a reserved word, not a descriptor", word.text));
  } else if (context_.check_bound && !context_.bound.contains(name)) {
    std::vector<std::string_view> known;
    if (name.size() >= kShortestToSuggest && context_.bound.size() <= kMostNamesToSuggest) {
      known.assign(context_.bound.begin(), context_.bound.end());
      std::sort(known.begin(), known.end());  // of equally close names always the same
    }
    mistake(word.at,
            fmt::format("{} is not bound to anything yet{}", name, words::suggestion(name, known)));
  }
  return name;
}

Value Values::argument(const CallSpec& spec, std::size_t index, const Entry& written) {
  const Param& param = spec.param(index);
  if (!written.key.empty() && written.key != param.name) {
    mistake(written.at, fmt::format("argument {} of {} is {}, not {}", index + 1, spec.name,
                                    param.name, written.key));
  }
  if (param.kind == ParamKind::buffer && written.key.empty()) {
    mistake(written.at, fmt::format("the last argument of {} is written events=NULL", spec.name));
  }
  if (written.value.unchecked) mistake(written.value.at, "only an outcome may end in ?");
  Value v = value(param, written.value);
  const auto* number = std::get_if<Integer>(&v.v);
  if (number != nullptr && !is_wide(spec, param) && !fits_32_bits(*number)) {
    mistake(written.value.at, fmt::format("{} does not fit into 32 bits", print(v)));
  }
  const auto* mask = std::get_if<Mask>(&v.v);
  if (spec.call == CallName::kill && mask != nullptr && stops_the_process(mask->bits)) {
    mistake(written.value.at, fmt::format("{} would stop all threads, also those that could "
                                          "continue them; a scenario cannot send it",
                                          print(v)));
  }
  return v;
}

Value Values::value(const Param& param, const Node& node) {
  const auto wrong = [&] {
    return nothing(node.at,
                   fmt::format("{} must be {}, not {}", param.name, wants(param), describe(node)));
  };
  const bool is_null = node.kind == Node::Kind::word && node.word.text == "NULL";
  switch (param.kind) {
    case ParamKind::fd:
      if (node.kind == Node::Kind::word) return {Ref{used(node.word)}};
      return node.kind == Node::Kind::number ? number(param, node) : wrong();
    case ParamKind::integer:
    case ParamKind::timeout:
    case ParamKind::duration:
      return node.kind == Node::Kind::number ? number(param, node) : wrong();
    case ParamKind::timespec:
      if (node.kind != Node::Kind::number) return wrong();
      if (node.number.unit.empty() && !(node.number.negative && node.number.magnitude == 1)) {
        return wrong();
      }
      return number(param, node);
    case ParamKind::interval:
      if (node.kind != Node::Kind::number) return wrong();
      if (node.number.unit.empty() && node.number.magnitude != 0) return wrong();
      return number(param, node);
    case ParamKind::signals:
      if (is_null) return {Null{}};
      return node.kind == Node::Kind::set ? signals(param, node) : wrong();
    case ParamKind::data:
      if (node.kind == Node::Kind::string) {
        if (node.bad_escape) {
          mistake(node.at, "unknown escape in this string; those of C are \\n \\t \\\\ \\\" \\x41");
        }
        return {String{node.bytes}};
      }
      return node.kind == Node::Kind::number ? number(param, node) : wrong();
    case ParamKind::fcntl_arg:
      if (node.kind == Node::Kind::number) return number(param, node);
      [[fallthrough]];
    case ParamKind::flags:
      if (node.kind == Node::Kind::string || node.kind == Node::Kind::structure ||
          node.kind == Node::Kind::set || is_null) {
        return wrong();
      }
      return mask(param, node);
    case ParamKind::event:
      if (is_null) return {Null{}};
      if (node.kind == Node::Kind::structure) return event(node);
      if (node.kind == Node::Kind::string || node.kind == Node::Kind::set) return wrong();
      return mask(param, node);
    case ParamKind::buffer:
      return is_null ? Value{Null{}} : wrong();
    case ParamKind::process:
      if (node.kind == Node::Kind::word && node.word.text.starts_with('T')) return wrong();
      [[fallthrough]];
    case ParamKind::actor:
      return node.kind == Node::Kind::word && !node.word.range ? actor(node.word) : wrong();
  }
  return wrong();
}

Value Values::number(const Param& param, const Node& node) {
  const syntax::Number& n = node.number;
  const auto* unit =
      std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& u) { return u.name == n.unit; });
  if (unit == kUnits.end()) {
    return nothing(node.at,
                   fmt::format("unknown unit {}; there are ns, us, ms, s, k and M", n.unit));
  }
  const bool takes_time = param.kind == ParamKind::timeout || param.kind == ParamKind::duration ||
                          param.kind == ParamKind::timespec || param.kind == ParamKind::interval;
  if (unit->is_time != (param.kind == ParamKind::duration || (unit->is_time && takes_time))) {
    return nothing(node.at, fmt::format("{} must be {}, not {}", param.name, wants(param),
                                        unit->is_time ? "a duration" : "a number"));
  }
  std::uint64_t magnitude = 0;
  const bool too_large = __builtin_mul_overflow(n.magnitude, unit->factor, &magnitude);
  if (n.overflow || too_large || (n.negative && magnitude > (std::uint64_t{1} << 63U)) ||
      (unit->is_time && magnitude > std::numeric_limits<std::int64_t>::max())) {
    return nothing(node.at, "the number does not fit into 64 bits");
  }
  if (!unit->is_time) return {Integer{magnitude, n.negative}};
  if (n.negative) return nothing(node.at, "a duration cannot be negative");
  return {Duration{static_cast<std::int64_t>(magnitude)}};
}

Value Values::mask(const Param& param, const Node& node) {
  if (node.kind != Node::Kind::alternatives) return {Mask{param.flags, term(param.flags, node)}};
  if (is_enumeration(param.flags)) {
    return nothing(node.at, fmt::format("{} takes exactly one value", param.name));
  }
  std::uint64_t bits = 0;
  for (const Node& part : node.parts) bits |= term(param.flags, part);
  return {Mask{param.flags, bits}};
}

std::uint64_t Values::term(FlagSet set, const Node& node) {
  if (node.kind == Node::Kind::number) {
    const Value v = number(Param{"a flag", ParamKind::integer}, node);
    const auto* i = std::get_if<Integer>(&v.v);
    if (i != nullptr && !fits_32_bits(*i)) mistake(node.at, "flags have 32 bits");
    return i == nullptr ? 0 : static_cast<std::uint32_t>(i->as_signed());
  }
  if (const Flag* f = node.word.range ? nullptr : find_flag(set, node.word.text)) return f->bits;
  std::vector<std::string_view> known;
  for (const Flag& f : flags_of(set)) known.push_back(f.full);
  std::string hint = words::suggestion(node.word.text, known);
  if (hint.empty()) {
    known.clear();
    for (const Flag& f : flags_of(set)) known.push_back(f.brief);
    hint = words::suggestion(node.word.text, known);
  }
  mistake(node.at, fmt::format("unknown flag {}{}", node.word.text, hint));
  return 0;
}

Value Values::actor(const Word& word) {
  const auto a = words::actor_of(word.text);
  const bool process = a && a->kind == 'P';
  if (a && a->number >= 1 && a->number <= (process ? kMostProcesses : kMostThreads)) {
    if (process && context_.check_bound && !context_.processes.contains(a->number)) {
      return nothing(word.at, fmt::format("there is no {0} yet; {0} = fork() makes it", word.text));
    }
    return {*a};
  }
  return nothing(word.at,
                 fmt::format("unknown actor {}; threads are T1 to T{}, processes P1 to P{}",
                             word.text, kMostThreads, kMostProcesses));
}

void Values::forked(const Word& word) {
  const auto a = word.range ? std::nullopt : words::actor_of(word.text);
  if (!a || a->kind != 'P' || a->number < 1 || a->number > kMostProcesses) {
    mistake(word.at, fmt::format("fork makes a process, P1 to P{}", kMostProcesses));
  } else if (context_.check_bound && !context_.processes.insert(a->number).second) {
    mistake(word.at,
            fmt::format("{} was forked already; each process has a name of its own", word.text));
  }
}

// [SIGUSR1, SIGUSR2]
Value Values::signals(const Param& param, const Node& node) {
  Set set;
  for (const Node& part : node.parts) {
    if (part.kind != Node::Kind::word) {
      return nothing(part.at, fmt::format("{} holds names such as SIGUSR1", param.name));
    }
    set.values.push_back({Mask{FlagSet::signal, term(FlagSet::signal, part)}});
  }
  return {std::move(set)};
}

// {events=…, data=…}
Value Values::event(const Node& node) {
  Struct s;
  bool has_events = false;
  for (const Entry& f : node.fields) {
    const bool is_events = f.key == "events";
    if (!is_events && f.key != "data") {
      return nothing(f.at, fmt::format("unknown field {}{}", f.key,
                                       words::suggestion(f.key, {"events", "data"})));
    }
    for (const Field& before : s.fields) {
      if (before.key == f.key) return nothing(f.at, fmt::format("{} is given twice", f.key));
    }
    has_events = has_events || is_events;
    Value v = is_events ? value({"events", ParamKind::flags, FlagSet::epoll_events}, f.value)
                        : value({"data", ParamKind::fd}, f.value);
    v.unchecked = f.value.unchecked;
    s.fields.push_back({f.key, std::move(v)});
  }
  if (!has_events) return nothing(node.at, "events= is missing");
  return {std::move(s)};
}

}  // namespace epollscope::meaning
