#include <fmt/format.h>

#include <array>

#include "core/base/text.h"
#include "core/call/call.h"

namespace epollscope {
namespace {

struct Unit {
  std::int64_t ns;
  const char* name;
};
constexpr std::array<Unit, 4> kUnits = {
    {{1'000'000'000, "s"}, {1'000'000, "ms"}, {1'000, "us"}, {1, "ns"}}};

std::string print_duration(std::int64_t ns) {
  for (const Unit& unit : kUnits) {
    if (ns != 0 && ns % unit.ns == 0) return fmt::format("{}{}", ns / unit.ns, unit.name);
  }
  return "0ns";
}

struct Printer {
  FlagStyle style;

  std::string operator()(Null) const { return "NULL"; }
  std::string operator()(Integer i) const {
    return fmt::format("{}{}", i.negative ? "-" : "", i.magnitude);
  }
  std::string operator()(Duration d) const { return print_duration(d.ns); }
  std::string operator()(const String& s) const { return escape_c(s.bytes); }
  std::string operator()(Mask m) const { return print_flags(m.set, m.bits, style); }
  std::string operator()(const Ref& r) const { return r.name; }
  std::string operator()(ActorId a) const { return epollscope::print(a); }
  std::string operator()(const Struct& s) const {
    std::string text = "{";
    for (const Field& f : s.fields) {
      text += fmt::format("{}{}={}", text.size() > 1 ? ", " : "", f.key, print(f.value, style));
    }
    return text + "}";
  }
  std::string operator()(const Set& s) const {
    std::string text = "[";
    for (const Value& v : s.values) {
      text += fmt::format("{}{}", text.size() > 1 ? ", " : "", print(v, style));
    }
    return text + "]";
  }
};

}  // namespace

std::string print(const Value& value, FlagStyle style) {
  return std::visit(Printer{style}, value.v) + (value.unchecked ? "?" : "");
}

std::string print(const Call& call, FlagStyle style) {
  const CallSpec& spec = spec_of(call.name);
  std::string text(spec.name);
  text += '(';
  for (std::size_t i = 0; i < call.args.size(); ++i) {
    if (i > 0) text += ", ";
    const bool buffer = i < spec.most() && spec.param(i).kind == ParamKind::buffer;
    if (buffer) text += "events=";
    text += print(call.args[i], style);
  }
  return text + ')';
}

std::string print(ActorId actor) { return fmt::format("{}{}", actor.kind, actor.number); }

}  // namespace epollscope
