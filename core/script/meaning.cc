#include "core/script/meaning.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "core/script/words.h"

namespace epollscope::meaning {

using syntax::Node;
using syntax::Word;

namespace {

// Of a statement with a mistake no more names than this are bound.
constexpr std::int64_t kMostNamesBound = 100'000;

// Understands one index of a statement's ranges.
class Reader {
 public:
  Reader(const syntax::Statement& raw, Context& context, std::int64_t step)
      : raw_(raw), step_(step), values_(context, step) {}

  Statement read() {
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
  ActorId actor(const Word& word) {
    const Value known = values_.actor(word);
    const auto* a = std::get_if<ActorId>(&known.v);
    return a == nullptr ? ActorId{} : *a;
  }

  CallStatement call_statement() {
    CallStatement c;
    if (raw_.actors.size() > 1) {
      values_.mistake(raw_.actors[1].at,
                      "one actor makes a call; only a resumed line may name several");
    }
    if (!raw_.actors.empty()) {
      c.actor = actor(raw_.actors.front());
      c.actor_written = true;
    }
    const CallSpec* spec = known_call();
    if (spec == nullptr) return c;
    c.call = call(*spec);
    c.names = spec->call == CallName::fork ? forked(c.actor) : names(*spec);
    if (spec->call == CallName::exit && c.actor.process() == 0) {
      values_.mistake(raw_.call.at,
                      "exit would end the lab, the process of the threads; one that fork made can "
                      "exit, such as P1: exit(0)");
    }
    c.unfinished = raw_.unfinished;
    if (raw_.outcome) c.expected = values_.expected(*raw_.outcome, *spec);
    return c;
  }

  const CallSpec* known_call() {
    if (const CallSpec* spec = find_call(raw_.call.text)) return spec;
    std::vector<std::string_view> known;
    for (const CallSpec& s : all_calls()) known.push_back(s.name);
    values_.mistake(raw_.call.at, fmt::format("unknown call {}{}", raw_.call.text,
                                              words::suggestion(raw_.call.text, known)));
    return nullptr;
  }

  std::vector<std::string> names(const CallSpec& spec) {
    const auto most = static_cast<std::size_t>(spec.creates);
    if (raw_.names.size() > most) {
      values_.mistake(raw_.names[most].at,
                      most == 0
                          ? fmt::format("{} makes no descriptor, so it binds no name", spec.name)
                          : fmt::format("{} makes {} descriptor{}, so it cannot bind {} names",
                                        spec.name, most, most == 1 ? "" : "s", raw_.names.size()));
    }
    std::vector<std::string> out;
    for (const Word& w : raw_.names) {
      if (words::is_reserved(w.text)) {
        values_.mistake(w.at, fmt::format("{} is a reserved word and cannot be a name", w.text));
      }
      out.push_back(name_at(w, step_));
      if (out.size() == 2 && out[0] == out[1]) {
        values_.mistake(w.at, fmt::format("{} is bound twice by one call", out[1]));
      }
    }
    return out;
  }

  // `P1 = fork()`
  std::vector<std::string> forked(ActorId by) {
    if (by.process() != 0) {
      values_.mistake(raw_.call.at, "only threads fork, so that all processes end with the lab");
    }
    if (raw_.names.size() != 1) {
      values_.mistake(raw_.call.at, "fork makes one process, and wants its name: P1 = fork()");
      return {};
    }
    values_.forked(raw_.names.front());
    return {raw_.names.front().text};
  }

  Call call(const CallSpec& spec) {
    Call c{spec.call, {}};
    const std::size_t count = raw_.args.size();
    if (count < spec.required() || count > spec.most()) {
      values_.mistake(raw_.call.at,
                      fmt::format("{} takes {}, not {}", spec.name, takes(spec), count));
      return c;
    }
    c.args.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
      c.args.push_back(values_.argument(spec, i, raw_.args[i]));
    return c;
  }

  static std::string takes(const CallSpec& spec) {
    std::string text = std::to_string(spec.required());
    if (spec.required() != spec.most()) {
      text += fmt::format(" {} {}", spec.most() == spec.params.size() ? "or" : "to", spec.most());
    }
    text += spec.most() == 1 ? " argument" : " arguments";
    if (spec.params.empty()) return text;
    text += " (";
    for (std::size_t i = 0; i < spec.params.size(); ++i) {
      text += fmt::format("{}{}", i == 0 ? "" : ", ", spec.params[i].name);
    }
    return text + ")";
  }

  ResumedStatement resumed_statement() {
    ResumedStatement r;
    if (raw_.actors.empty()) {
      values_.mistake(0, "a resumed line begins with its actor, such as T2:");
    }
    for (const Word& w : raw_.actors) r.actors.push_back(actor(w));
    const CallSpec* spec = known_call();
    if (spec == nullptr) return r;
    r.call = spec->call;
    if (raw_.outcome) r.expected = values_.expected(*raw_.outcome, *spec);
    return r;
  }

  // A range inside the brackets stands for its items, in order; there is one list to compare.
  ExpectReady expect_statement() {
    ExpectReady e;
    if (!raw_.actors.empty()) {
      values_.mistake(raw_.actors.front().at, "the ready list belongs to no actor");
    }
    if (raw_.epoll.range && raw_.epoll.range->is_range) {
      values_.mistake(raw_.epoll.at,
                      "one epoll instance has one ready list; a range cannot stand here");
    }
    e.epoll = values_.used(raw_.epoll);
    for (const Word& w : raw_.items) {
      const bool is_range = w.range && w.range->is_range;
      const std::int64_t count = is_range ? std::llabs(w.range->last - w.range->first) + 1 : 1;
      if (static_cast<std::size_t>(count) > kMaxSteps - e.items.size()) {
        values_.mistake(w.at, "the list is too long");
        return e;
      }
      for (std::int64_t i = 0; i < count; ++i) e.items.push_back(name_at(w, i));
    }
    return e;
  }

  const syntax::Statement& raw_;
  std::int64_t step_;
  Values values_;
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

std::string range_text(const Word& w) {
  return fmt::format("{}[{}..{}]", w.text, w.range->first, w.range->last);
}

}  // namespace

void bind_names(const std::vector<Word>& names, Context& context) {
  for (const Word& w : names) {
    if (const auto a = words::actor_of(w.text)) context.processes.insert(a->process());
    const std::int64_t count = w.range ? std::min(length(w), kMostNamesBound) : 1;
    for (std::int64_t i = 0; i < count; ++i) context.bound.insert(name_at(w, i));
  }
}

std::vector<Statement> understand(const syntax::Statement& raw, Context& context,
                                  std::size_t limit) {
  std::int64_t count = 1;
  const std::vector<const Word*> ranges = ranges_of(raw);
  for (const Word* w : ranges) {
    if (w == ranges.front()) count = length(*w);
    if (length(*w) == count) continue;
    context.mistakes.push_back(
        {w->at, fmt::format("the ranges of a statement must be equally long: {} has {}, {} has {}",
                            range_text(*ranges.front()), count, range_text(*w), length(*w))});
    return {};
  }
  if (static_cast<std::size_t>(count) > limit) {
    context.mistakes.push_back(
        {ranges.empty() ? 0 : ranges.front()->at,
         fmt::format("a scenario may have {} steps at most, after ranges and repeats", kMaxSteps)});
    return {};
  }
  std::vector<Statement> out;
  out.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count && context.mistakes.empty(); ++i) {
    out.push_back(Reader(raw, context, i).read());
    if (const auto* call = std::get_if<CallStatement>(&out.back().what)) {
      context.bound.insert(call->names.begin(), call->names.end());
    }
  }
  if (!context.mistakes.empty()) out.clear();
  return out;
}

}  // namespace epollscope::meaning
