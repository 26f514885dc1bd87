// Printing and parsing back is the identity: thousands of random statements of every kind.
#include <array>
#include <cerrno>
#include <csignal>
#include <random>

#include "core/call/request.h"
#include "tests/unit/script/parse.h"

namespace epollscope {
namespace {

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  Statement statement() {
    Statement s;
    switch (below(8)) {
      case 0:
        s.what = resumed();
        break;
      case 1:
        s.what = ready();
        break;
      case 2:
        s.what = Comment{};
        s.comment = comment();
        return s;
      default:
        s.what = call();
    }
    if (chance(3)) s.comment = comment();
    if (s.comment.empty()) s.predict = chance(4);
    return s;
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool chance(int one_in) { return below(static_cast<std::uint64_t>(one_in)) == 0; }

  std::string name() {
    constexpr std::array kNames = {"a", "ep", "events", "data", "w_2", "_x", "pipe", "value", "Ab"};
    std::string n = kNames[below(kNames.size())];
    if (chance(3)) n += "[" + std::to_string(below(2000)) + "]";
    return n;
  }
  std::string comment() {
    constexpr std::array kComments = {"x",      "a # b", "// c", "\"open",
                                      "就绪 (", "}",     "= 3",  "expect"};
    return kComments[below(kComments.size())];
  }
  ActorId actor() { return {'T', static_cast<int>(1 + below(64))}; }
  std::int64_t small() { return static_cast<std::int64_t>(below(1 << 20)) - (1 << 19); }
  Value wide() { return {Integer{chance(3) ? random_() : below(5000), false}}; }
  std::string bytes() {
    std::string b(below(12), '\0');
    for (char& c : b) {
      c = chance(2) ? static_cast<char>(random_()) : "\"\\#/?[{}n0f"[below(11)];
    }
    return b;
  }
  Value mask(FlagSet set) {
    const auto flags = flags_of(set);
    if (is_enumeration(set)) {
      const auto bits = chance(5) ? below(100) : flags[below(flags.size())].bits;
      return {Mask{set, bits}};
    }
    std::uint64_t bits = chance(4) ? static_cast<std::uint32_t>(random_()) : 0;
    for (const Flag& f : flags) bits |= chance(3) ? f.bits : 0;
    return {Mask{set, bits}};
  }
  Value descriptor() { return chance(4) ? Value{Integer::of(small())} : Value{Ref{name()}}; }
  Value event(bool outcome) {
    Value events = mask(FlagSet::epoll_events);
    events.unchecked = outcome && chance(5);
    Value data = chance(3) ? wide() : descriptor();
    data.unchecked = outcome && chance(5);
    Struct s{{{"events", std::move(events)}}};
    if (!chance(4)) s.fields.push_back({"data", std::move(data)});
    Value v{std::move(s)};
    v.unchecked = outcome && chance(6);
    return v;
  }
  Value argument(const CallSpec& spec, const Param& p) {
    switch (p.kind) {
      case ParamKind::fd:
        return descriptor();
      case ParamKind::integer:
        return spec.call == CallName::read ? wide() : Value{Integer::of(small())};
      case ParamKind::flags:
        if (spec.call == CallName::kill) return {Mask{FlagSet::signal, SIGUSR1}};  // not SIGSTOP
        return mask(p.flags);
      case ParamKind::actor:
        if (chance(4)) return {process()};
        return {ActorId{'T', 1 + static_cast<int>(below(64))}};
      case ParamKind::process:
        return {process()};
      case ParamKind::event:
        return chance(4) ? Value{Null{}} : chance(2) ? mask(p.flags) : event(false);
      case ParamKind::timeout:
        return chance(3) ? duration() : Value{Integer::of(small())};
      case ParamKind::duration:
        return duration();
      case ParamKind::data:
        return chance(2) ? wide() : Value{String{bytes()}};
      case ParamKind::fcntl_arg:
        return chance(2) ? wide() : Value{Mask{FlagSet::file_status, flags_of(p.flags)[0].bits}};
      case ParamKind::buffer:
        return {Null{}};
      case ParamKind::interval:
        return chance(3) ? Value{Integer::of(0)} : duration();
      case ParamKind::timespec:
        return chance(3) ? Value{Integer::of(-1)} : duration();
      case ParamKind::signals: {
        if (chance(3)) return {Null{}};
        Set set;
        const auto signals = flags_of(FlagSet::signal);
        for (auto n = below(4); n > 0; --n) {
          set.values.push_back({Mask{FlagSet::signal, signals[below(signals.size())].bits}});
        }
        return {std::move(set)};
      }
    }
    return {};
  }
  ActorId process() { return {'P', 1 + static_cast<int>(below(kMostProcesses))}; }
  Value duration() {
    constexpr std::array<std::int64_t, 4> kUnits = {1, 1'000, 1'000'000, 1'000'000'000};
    return {Duration{static_cast<std::int64_t>(below(5000)) * kUnits[below(4)]}};
  }
  Expected expected(const CallSpec& spec) {
    Expected e;
    if (chance(8)) {
      e.anything = true;
      return e;
    }
    e.unchecked = chance(5);
    if (chance(4)) {
      e.returned = Integer::of(-1);
      e.error = std::array{EAGAIN, EEXIST, EBADF, EPIPE, EINTR, ELOOP}[below(6)];
      return e;
    }
    e.returned = Integer::of(small());
    if (!chance(3)) e.payload = payload(spec);
    return e;
  }
  std::optional<Value> payload(const CallSpec& spec) {
    Set set;
    if (is_wait(spec.call)) {
      for (auto n = below(4); n > 0; --n) set.values.push_back(event(true));
      return Value{set};
    }
    if (spec.creates > 0) {
      for (auto n = below(3); n > 0; --n) set.values.push_back({Integer::of(small()), chance(4)});
      return Value{set};
    }
    if (spec.call == CallName::poll) {
      for (auto n = below(3); n > 0; --n) {
        set.values.push_back({Struct{{{"fd", descriptor()}, {"revents", polled()}}}, chance(4)});
      }
      return Value{set};
    }
    const bool option = spec.call == CallName::getsockopt;
    if (!gives_data(spec.call) && !option) return std::nullopt;
    if (!option && chance(2)) return Value{String{bytes()}};
    Value v = chance(4)   ? Value{Mask{FlagSet::signal, SIGUSR2}}
              : chance(4) ? Value{Mask{FlagSet::error, ECONNREFUSED}}
                          : wide();
    v.unchecked = chance(3);
    return Value{Struct{{{"value", std::move(v)}}}};
  }
  Value polled() {
    Value v = mask(FlagSet::poll_events);
    v.unchecked = chance(4);
    return v;
  }
  const CallSpec& spec() { return all_calls()[below(all_calls().size())]; }

  CallStatement call() {
    const CallSpec& s = spec();
    CallStatement c;
    c.call.name = s.call;
    for (const Param& p : s.params) {
      if (p.optional && chance(2)) break;
      for (auto n = below(static_cast<std::uint64_t>(p.most)) + 1; n > 0; --n) {
        c.call.args.push_back(argument(s, p));
      }
    }
    c.actor_written = chance(3);
    if (c.actor_written) c.actor = actor();
    if (s.call == CallName::exit) {
      c.actor_written = true;
      c.actor = process();
    }
    if (s.call == CallName::fork) c.names = {print(process())};
    const auto count = below(static_cast<std::uint64_t>(s.creates) + 1);
    while (c.names.size() < count) c.names.push_back(name() + std::string(c.names.size(), '_'));
    for (std::string& n : c.names) {
      if (n.ends_with("]_")) n = "q" + n.substr(0, n.size() - 1);
    }
    c.unfinished = chance(6);
    if (!c.unfinished && !chance(3)) c.expected = expected(s);
    return c;
  }
  ResumedStatement resumed() {
    const CallSpec& s = spec();
    ResumedStatement r;
    for (auto n = 1 + below(3); n > 0; --n) r.actors.push_back(actor());
    r.call = s.call;
    if (!chance(3)) r.expected = expected(s);
    return r;
  }
  ExpectReady ready() {
    ExpectReady e{name(), {}};
    for (auto n = below(4); n > 0; --n) e.items.push_back(name() + (chance(5) ? "#2" : ""));
    return e;
  }

  std::mt19937_64 random_;
};

// A typed line must have a statement, so a comment is parsed beside one.
Statement parse_back(const Statement& s) {
  if (!std::holds_alternative<Comment>(s.what)) return one(print(s));
  const Lesson l = lesson(print(s) + "\nsleep(1ms)\n");
  return l.program.statements.empty() ? Statement{} : l.program.statements.front();
}

TEST(RoundTrip, PrintingThenParsingIsTheIdentity) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Maker make(seed);
  for (int i = 0; i < 5000 && !testing::Test::HasFailure(); ++i) {
    const Statement s = make.statement();
    SCOPED_TRACE(print(s));
    expect_same(parse_back(s), s);
  }
}

// Short flags say the same as full ones.
TEST(RoundTrip, SoIsPrintingBriefly) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Maker make(seed);
  for (int i = 0; i < 2000 && !testing::Test::HasFailure(); ++i) {
    const Statement s = make.statement();
    if (std::holds_alternative<Comment>(s.what)) continue;
    SCOPED_TRACE(print(s, FlagStyle::brief));
    expect_same(one(print(s, FlagStyle::brief)), s);
  }
}

}  // namespace
}  // namespace epollscope
