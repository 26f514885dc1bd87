#include "core/script/meaning.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "core/base/text.h"

namespace epollscope::meaning {
namespace {

using syntax::Node;
using syntax::Word;

constexpr std::array kSets = {
    FlagSet::epoll_events,  FlagSet::epoll_create, FlagSet::ctl_op,      FlagSet::file_status,
    FlagSet::eventfd,       FlagSet::domain,       FlagSet::socket_type, FlagSet::shutdown_how,
    FlagSet::fcntl_command, FlagSet::poll_events,
};

std::optional<ActorId> actor_of(std::string_view word) {
  if (word.size() < 2 || (word[0] != 'T' && word[0] != 'P')) return std::nullopt;
  ActorId a{word[0], 0};
  const auto [end, error] = std::from_chars(word.begin() + 1, word.end(), a.number);
  if (error != std::errc{} || end != word.end()) return std::nullopt;
  return a;
}

bool is_signal(std::string_view word) {
  if (!word.starts_with("SIG")) return false;
  for (int s = 1; s < NSIG; ++s) {
    const char* name = sigabbrev_np(s);
    if (name != nullptr && word.substr(3) == name) return true;
  }
  return false;
}

std::string suggest(std::string_view word, const std::vector<std::string_view>& known) {
  const std::string_view best = closest(word, known);
  return best.empty() ? "" : fmt::format("; did you mean {}?", best);
}

// Understands one index of a statement's ranges.
class Builder {
 public:
  Builder(const syntax::Statement& raw, Context& context, std::int64_t step)
      : raw_(raw), context_(context), step_(step) {}

  Statement build() {
    Statement s;
    switch (raw_.kind) {
      case syntax::Statement::Kind::call:
        s.what = call_statement();
        break;
      case syntax::Statement::Kind::resumed:
        s.what = resumed_statement();
        break;
      case syntax::Statement::Kind::expect_ready:
        s.what = expect_statement();
        break;
    }
    return s;
  }

 private:
  void mistake(std::size_t at, std::string message) {
    context_.mistakes.push_back({at, std::move(message)});
  }

  ActorId actor(const Word& word) {
    const auto a = actor_of(word.text);
    if (!a) {
      mistake(word.at, fmt::format("unknown actor {}; threads are T1, T2 …", word.text));
      return {};
    }
    if (a->kind == 'P') {
      mistake(word.at, fmt::format("{}: there is no fork() in this version, only threads T1, T2 …",
                                   word.text));
    } else if (a->number < 1 || a->number > kMostThreads) {
      mistake(word.at, fmt::format("{}: threads are T1 to T{}", word.text, kMostThreads));
    }
    return *a;
  }

  std::string name(const Word& word) const {
    if (!word.range) return word.text;
    const auto& r = *word.range;
    const std::int64_t i = !r.is_range         ? r.first
                           : r.first <= r.last ? r.first + step_
                                               : r.first - step_;
    return fmt::format("{}[{}]", word.text, i);
  }

  std::string used(const Word& word) {
    std::string n = name(word);
    if (is_reserved(word.text)) {
      mistake(word.at, fmt::format("{} is a reserved word, not a descriptor", word.text));
    } else if (context_.check_bound && !context_.bound.contains(n)) {
      std::vector<std::string_view> known(context_.bound.begin(), context_.bound.end());
      mistake(word.at, fmt::format("{} is not bound to anything yet{}", n,
                                   known.size() <= kMostSuggestions ? suggest(n, known) : ""));
    }
    return n;
  }

  CallStatement call_statement() {
    CallStatement c;
    if (raw_.actors.size() > 1) {
      mistake(raw_.actors[1].at,
              "a call is made by one actor; only a resumed line may name several");
    }
    if (!raw_.actors.empty()) {
      c.actor = actor(raw_.actors.front());
      c.actor_written = true;
    }
    const CallSpec* spec = known_call(raw_.call);
    if (spec == nullptr) return c;
    c.call = call(*spec);
    names(*spec, c.names);
    c.unfinished = raw_.unfinished;
    if (raw_.outcome) c.expected = expected(*raw_.outcome, spec->call);
    return c;
  }

  const CallSpec* known_call(const Word& word) {
    if (const CallSpec* spec = find_call(word.text)) return spec;
    std::vector<std::string_view> known;
    for (const CallSpec& s : all_calls()) known.push_back(s.name);
    mistake(word.at, fmt::format("unknown call {}{}", word.text, suggest(word.text, known)));
    return nullptr;
  }

  void names(const CallSpec& spec, std::vector<std::string>& out) {
    if (raw_.names.size() > static_cast<std::size_t>(spec.creates)) {
      mistake(raw_.names[static_cast<std::size_t>(spec.creates)].at,
              spec.creates == 0
                  ? fmt::format("{} creates no descriptor that a name could be bound to", spec.name)
                  : fmt::format("{} creates {} descriptor{}, not {}", spec.name, spec.creates,
                                spec.creates == 1 ? "" : "s", raw_.names.size()));
    }
    for (const Word& w : raw_.names) {
      if (is_reserved(w.text)) {
        mistake(w.at, fmt::format("{} is a reserved word and cannot be a name", w.text));
      }
      out.push_back(name(w));
    }
  }

  Call call(const CallSpec& spec) {
    Call c{spec.call, {}};
    const std::size_t count = raw_.args.size();
    if (count < spec.required() || count > spec.params.size()) {
      mistake(count > spec.params.size() ? raw_.args[spec.params.size()].at : raw_.call.at,
              fmt::format("{} takes {}, not {}", spec.name, takes(spec), count));
      return c;
    }
    for (std::size_t i = 0; i < count; ++i) c.args.push_back(argument(spec, spec.params[i], i));
    return c;
  }

  static std::string takes(const CallSpec& spec) {
    std::string text = std::to_string(spec.required());
    if (spec.required() != spec.params.size()) text += fmt::format(" or {}", spec.params.size());
    text += spec.params.size() == 1 ? " argument" : " arguments";
    if (spec.params.empty()) return text;
    text += " (";
    for (std::size_t i = 0; i < spec.params.size(); ++i) {
      text += fmt::format("{}{}", i == 0 ? "" : ", ", spec.params[i].name);
    }
    return text + ")";
  }

  Value argument(const CallSpec& spec, const Param& param, std::size_t i) {
    const syntax::Entry& e = raw_.args[i];
    if (!e.key.empty() && e.key != param.name) {
      mistake(e.at,
              fmt::format("argument {} of {} is {}, not {}", i + 1, spec.name, param.name, e.key));
    }
    if (e.value.unchecked) mistake(e.value.at, "only an outcome may end in ?");
    Value v = value(param, e.value);
    if (context_.mistakes.empty() && !fits(param, v)) {
      mistake(e.value.at, fmt::format("{} of {} must be {}, not {}", param.name, spec.name,
                                      wants(param), print(v)));
    }
    return v;
  }

  static bool fits(const Param& param, const Value& v) {
    const auto is = [&]<class T>(std::type_identity<T>) { return std::holds_alternative<T>(v.v); };
    const bool integer = is(std::type_identity<Integer>{});
    switch (param.kind) {
      case ParamKind::fd:
        return integer || is(std::type_identity<Ref>{});
      case ParamKind::integer:
        return integer;
      case ParamKind::flags:
        return integer || is(std::type_identity<Mask>{});
      case ParamKind::event:
        return integer || is(std::type_identity<Mask>{}) || is(std::type_identity<Struct>{}) ||
               is(std::type_identity<Null>{});
      case ParamKind::timeout:
        return integer || is(std::type_identity<Duration>{});
      case ParamKind::duration:
        return is(std::type_identity<Duration>{});
      case ParamKind::data:
        return integer || is(std::type_identity<String>{});
      case ParamKind::fcntl_arg:
        return integer || is(std::type_identity<Mask>{});
      case ParamKind::buffer:
        return is(std::type_identity<Null>{});
    }
    return false;
  }

  static std::string_view wants(const Param& param) {
    switch (param.kind) {
      case ParamKind::fd:
        return "a descriptor";
      case ParamKind::integer:
        return "an integer";
      case ParamKind::flags:
        return "flags";
      case ParamKind::event:
        return "flags, {events=…, data=…} or NULL";
      case ParamKind::timeout:
        return "milliseconds, a duration or -1";
      case ParamKind::duration:
        return "a duration such as 20ms";
      case ParamKind::data:
        return "\"text\" or a number of bytes";
      case ParamKind::fcntl_arg:
        return "an integer or flags";
      case ParamKind::buffer:
        return "NULL";
    }
    return "something else";
  }

  Value value(const Param& param, const Node& n) {
    switch (n.kind) {
      case Node::Kind::string:
        if (n.bad_escape)
          mistake(n.at,
                  "unknown escape in the string; \\n \\t \\\\ \\\" \\xNN and the like are known");
        return {String{n.bytes}};
      case Node::Kind::number:
        return number(n);
      case Node::Kind::word:
      case Node::Kind::alternatives:
        return words(param, n);
      case Node::Kind::structure:
        return structure(n);
      case Node::Kind::set:
        mistake(n.at, "a list is not allowed here");
        return {};
    }
    return {};
  }

  Value number(const Node& n) {
    constexpr std::array<std::pair<std::string_view, std::uint64_t>, 6> kUnits = {
        {{"ns", 1},
         {"us", 1'000},
         {"ms", 1'000'000},
         {"s", 1'000'000'000},
         {"k", 1U << 10U},
         {"M", 1U << 20U}}};
    std::uint64_t factor = 1;
    for (const auto& [unit, times] : kUnits) {
      if (n.number.unit == unit) factor = times;
    }
    std::uint64_t magnitude = 0;
    const bool too_large = __builtin_mul_overflow(n.number.magnitude, factor, &magnitude);
    const bool time = !n.number.unit.empty() && n.number.unit.ends_with('s');
    if (n.number.overflow || too_large || (time && magnitude > INT64_MAX)) {
      mistake(n.at, "the number does not fit into 64 bits");
    }
    if (time) {
      const auto ns = static_cast<std::int64_t>(magnitude);
      return {Duration{n.number.negative ? -ns : ns}};
    }
    return {Integer{magnitude, n.number.negative}};
  }

  // A name, NULL, a flag or several.
  Value words(const Param& param, const Node& n) {
    const bool single = n.kind == Node::Kind::word;
    if (single && n.word.text == "NULL") return {Null{}};
    if (param.kind == ParamKind::fd && single) return {Ref{used(n.word)}};
    const FlagSet set = param.flags;
    if (set == FlagSet::none) {
      if (single)
        mistake(n.at, fmt::format("{} must be {}, not {}", param.name, wants(param), n.word.text));
      else
        mistake(n.at, fmt::format("{} takes no flags", param.name));
      return {};
    }
    std::uint64_t bits = 0;
    for (const Node& part : single ? std::vector<Node>{n} : n.parts) bits |= flag(set, part);
    if (is_enumeration(set) && !single)
      mistake(n.at, fmt::format("{} takes exactly one value", param.name));
    return {Mask{set, bits}};
  }

  std::uint64_t flag(FlagSet set, const Node& part) {
    if (part.kind == Node::Kind::number) return part.number.magnitude;
    if (const Flag* f = part.word.range ? nullptr : find_flag(set, part.word.text)) return f->bits;
    std::vector<std::string_view> known;
    for (const Flag& f : flags_of(set)) known.push_back(f.full);
    std::string hint = suggest(part.word.text, known);
    if (hint.empty()) {
      for (auto& k : known) k = find_flag(set, k)->brief;
      hint = suggest(part.word.text, known);
    }
    mistake(part.at, fmt::format("unknown flag {}{}", part.word.text, hint));
    return 0;
  }

  // {events=…, data=…} or {value=…}
  Value structure(const Node& n) {
    Struct s;
    for (const syntax::Entry& f : n.fields) {
      if (f.key != "events" && f.key != "data" && f.key != "value") {
        const std::vector<std::string_view> known = {"events", "data", "value"};
        mistake(f.at, fmt::format("unknown field {}{}", f.key, suggest(f.key, known)));
        continue;
      }
      const Param param = f.key == "events"
                              ? Param{"events", ParamKind::flags, FlagSet::epoll_events}
                              : Param{"data", ParamKind::fd};
      Value v = value(param, f.value);
      v.unchecked = f.value.unchecked;
      if (context_.mistakes.empty() && !fits(param, v)) {
        mistake(f.value.at, fmt::format("{} must be {}, not {}", f.key, wants(param), print(v)));
      }
      s.fields.push_back({f.key, std::move(v)});
    }
    return {std::move(s)};
  }

  Value payload(const Node& n) {
    Value v;
    if (n.kind == Node::Kind::set) {
      Set set;
      for (const Node& part : n.parts) set.values.push_back(payload(part));
      v = {std::move(set)};
    } else if (n.kind == Node::Kind::word) {
      v = {Ref{used(n.word)}};
    } else {
      v = value(Param{"the outcome", ParamKind::fd}, n);
    }
    v.unchecked = n.unchecked;
    return v;
  }

  Expected expected(const syntax::Outcome& o, CallName) {
    Expected e;
    e.anything = o.anything;
    e.unchecked = o.unchecked;
    if (o.returned) {
      if (o.returned->overflow) mistake(o.at, "the number does not fit into 64 bits");
      e.returned = Integer{o.returned->magnitude, o.returned->negative};
    }
    if (o.error) {
      const int error = errno_value(o.error->text);
      if (error == 0) mistake(o.error->at, fmt::format("unknown errno {}", o.error->text));
      e.error = error;
    }
    if (o.payload) e.payload = payload(*o.payload);
    return e;
  }

  ResumedStatement resumed_statement() {
    ResumedStatement r;
    for (const Word& w : raw_.actors) r.actors.push_back(actor(w));
    if (const CallSpec* spec = known_call(raw_.call)) r.call = spec->call;
    if (raw_.outcome) r.expected = expected(*raw_.outcome, r.call);
    return r;
  }

  ExpectReady expect_statement() {
    ExpectReady e;
    e.epoll = used(raw_.epoll);
    for (const Word& w : raw_.items) e.items.push_back(name(w));
    return e;
  }

  static constexpr int kMostThreads = 64;
  static constexpr std::size_t kMostSuggestions = 1000;

  const syntax::Statement& raw_;
  Context& context_;
  std::int64_t step_;
};

// Every range of a statement, in any of its parts.
void collect(const Node& n, std::vector<const Word*>& out) {
  if (n.word.range && n.word.range->is_range) out.push_back(&n.word);
  for (const Node& part : n.parts) collect(part, out);
  for (const syntax::Entry& f : n.fields) collect(f.value, out);
}

std::vector<const Word*> ranges_of(const syntax::Statement& raw) {
  std::vector<const Word*> out;
  for (const Word& w : raw.names) {
    if (w.range && w.range->is_range) out.push_back(&w);
  }
  for (const syntax::Entry& e : raw.args) collect(e.value, out);
  if (raw.outcome && raw.outcome->payload) collect(*raw.outcome->payload, out);
  return out;
}

std::int64_t length(const Word& w) { return std::llabs(w.range->last - w.range->first) + 1; }

}  // namespace

bool is_reserved(std::string_view word) {
  if (word == "NULL" || word == "expect" || word == "repeat" || actor_of(word) || is_signal(word))
    return true;
  if (errno_value(word) != 0) return true;
  return std::any_of(kSets.begin(), kSets.end(),
                     [&](FlagSet set) { return find_flag(set, word) != nullptr; });
}

std::vector<Statement> understand(const syntax::Statement& raw, Context& context,
                                  std::size_t limit) {
  std::int64_t count = 1;
  const std::vector<const Word*> ranges = ranges_of(raw);
  for (const Word* w : ranges) {
    if (w == ranges.front()) count = length(*w);
    if (length(*w) != count) {
      context.mistakes.push_back(
          {w->at,
           fmt::format("all ranges of a statement are equally long; {} has {} indexes, {} has {}",
                       ranges.front()->text, count, w->text, length(*w))});
      return {};
    }
  }
  if (static_cast<std::size_t>(count) > limit) {
    context.mistakes.push_back(
        {0,
         fmt::format("a scenario may have {} steps at most, after ranges and repeats", kMaxSteps)});
    return {};
  }
  std::vector<Statement> out;
  out.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count && context.mistakes.empty(); ++i) {
    out.push_back(Builder(raw, context, i).build());
    if (const auto* call = std::get_if<CallStatement>(&out.back().what)) {
      context.bound.insert(call->names.begin(), call->names.end());
    }
  }
  if (!context.mistakes.empty()) out.clear();
  return out;
}

}  // namespace epollscope::meaning
