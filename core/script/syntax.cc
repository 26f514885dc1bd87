#include "core/script/syntax.h"

#include <charconv>
#include <utility>

#include "core/base/text.h"
#include "core/script/grammar.h"

namespace epollscope::syntax {
namespace {

namespace p = tao::pegtl;

// No range is this long: a scenario has far fewer steps.
constexpr std::int64_t kGreatestIndex = 1'000'000'000;

Number read_number(std::string_view text) {
  Number n;
  if (text.starts_with('-')) {
    n.negative = true;
    text.remove_prefix(1);
  }
  const bool hex = text.starts_with("0x");
  if (hex) text.remove_prefix(2);
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), n.magnitude, hex ? 16 : 10);
  n.overflow = error != std::errc{} || (n.negative && n.magnitude > (std::uint64_t{1} << 63U));
  if (n.magnitude == 0) n.negative = false;
  return n;
}

// What has been read so far. Values that are still open are on a stack; a value that is complete
// goes into the one around it, or to where the statement keeps it.
struct Build {
  std::string_view text;
  Statement out;
  Word word;
  Number number;
  std::size_t number_at = 0;
  std::size_t string_at = 0;
  std::vector<Node> terms;
  std::vector<Entry> open;
  Entry next;  // its key
  bool in_outcome = false;

  [[nodiscard]] std::size_t at(const char* p) const {
    return static_cast<std::size_t>(p - text.data());
  }

  void add(Node node) {
    Entry e = std::exchange(next, {});
    if (e.key.empty()) e.at = node.at;
    e.value = std::move(node);
    place(std::move(e));
  }

  void place(Entry e) {
    if (!open.empty()) {
      Node& around = open.back().value;
      if (around.kind == Node::Kind::set) {
        around.parts.push_back(std::move(e.value));
      } else {
        around.fields.push_back(std::move(e));
      }
    } else if (in_outcome) {
      out.outcome->payload = std::move(e.value);
    } else {
      out.args.push_back(std::move(e));
    }
  }

  void open_value(Node::Kind kind, std::size_t where) {
    Entry e = std::exchange(next, {});
    if (e.key.empty()) e.at = where;
    e.value.kind = kind;
    e.value.at = where;
    open.push_back(std::move(e));
  }
  void close_value() {
    Entry e = std::move(open.back());
    open.pop_back();
    place(std::move(e));
  }
  Node& last_value() {
    if (open.empty()) return out.args.back().value;
    Node& around = open.back().value;
    return around.kind == Node::Kind::set ? around.parts.back() : around.fields.back().value;
  }
};

template <typename Rule>
struct Action : p::nothing<Rule> {};

template <typename Input>
std::int64_t read_index(const Input& in) {
  const Number n = read_number(in.string_view());
  if (n.overflow || n.magnitude > kGreatestIndex)
    throw p::parse_error("the index is too large", in);
  return static_cast<std::int64_t>(n.magnitude);
}

template <>
struct Action<grammar::word_name> {
  template <typename Input>
  static void apply(const Input& in, Build& b) {
    b.word = Word{in.string(), std::nullopt, b.at(in.begin())};
  }
};
template <>
struct Action<grammar::first_index> {
  template <typename Input>
  static void apply(const Input& in, Build& b) {
    const std::int64_t i = read_index(in);
    b.word.range = Range{i, i, false};
  }
};
template <>
struct Action<grammar::last_index> {
  template <typename Input>
  static void apply(const Input& in, Build& b) {
    b.word.range->last = read_index(in);
    b.word.range->is_range = true;
  }
};
template <>
struct Action<grammar::digits> {
  template <typename Input>
  static void apply(const Input& in, Build& b) {
    b.number = read_number(in.string_view());
    b.number_at = b.at(in.begin());
  }
};
template <>
struct Action<grammar::unit> {
  template <typename Input>
  static void apply(const Input& in, Build& b) {
    b.number.unit = in.string_view();
  }
};
template <>
struct Action<grammar::number_term> {
  static void apply0(Build& b) {
    Node n;
    n.kind = Node::Kind::number;
    n.at = b.number_at;
    n.number = b.number;
    b.terms.push_back(std::move(n));
  }
};
template <>
struct Action<grammar::word_term> {
  static void apply0(Build& b) {
    Node n;
    n.at = b.word.at;
    n.word = std::move(b.word);
    b.terms.push_back(std::move(n));
  }
};
template <>
struct Action<grammar::alternatives> {
  static void apply0(Build& b) {
    auto terms = std::exchange(b.terms, {});
    if (terms.size() == 1) return b.add(std::move(terms.front()));
    Node n;
    n.kind = Node::Kind::alternatives;
    n.at = terms.front().at;
    n.parts = std::move(terms);
    b.add(std::move(n));
  }
};
template <>
struct Action<grammar::quote> {
  template <typename Input>
  static void apply(const Input& in, Build& b) {
    b.string_at = b.at(in.begin());
  }
};
template <>
struct Action<grammar::string_body> {
  template <typename Input>
  static void apply(const Input& in, Build& b) {
    Node n;
    n.kind = Node::Kind::string;
    n.at = b.string_at;
    auto bytes = unescape_c(in.string_view());
    n.bad_escape = !bytes;
    n.bytes = std::move(bytes).value_or("");
    b.add(std::move(n));
  }
};
template <>
struct Action<grammar::key> {
  template <typename Input>
  static void apply(const Input& in, Build& b) {
    b.next.key = in.string();
    b.next.at = b.at(in.begin());
  }
};
template <>
struct Action<grammar::set_open> {
  template <typename Input>
  static void apply(const Input& in, Build& b) {
    b.open_value(Node::Kind::set, b.at(in.begin()));
  }
};
template <>
struct Action<grammar::struct_open> {
  template <typename Input>
  static void apply(const Input& in, Build& b) {
    b.open_value(Node::Kind::structure, b.at(in.begin()));
  }
};
template <>
struct Action<grammar::set_end> {
  static void apply0(Build& b) { b.close_value(); }
};
template <>
struct Action<grammar::struct_end> {
  static void apply0(Build& b) { b.close_value(); }
};
template <>
struct Action<grammar::value_unchecked> {
  static void apply0(Build& b) { b.last_value().unchecked = true; }
};
template <>
struct Action<grammar::call_name> {
  template <typename Input>
  static void apply(const Input& in, Build& b) {
    b.out.call = Word{in.string(), std::nullopt, b.at(in.begin())};
  }
};
template <>
struct Action<grammar::name> {
  static void apply0(Build& b) { b.out.names.push_back(std::move(b.word)); }
};
template <>
struct Action<grammar::actor> {
  template <typename Input>
  static void apply(const Input& in, Build& b) {
    b.out.actors.push_back(Word{in.string(), std::nullopt, b.at(in.begin())});
  }
};
template <>
struct Action<grammar::outcome_start> {
  template <typename Input>
  static void apply(const Input& in, Build& b) {
    b.in_outcome = true;
    b.out.outcome.emplace();
    b.out.outcome->at = b.at(in.begin());
  }
};
template <>
struct Action<grammar::anything> {
  static void apply0(Build& b) { b.out.outcome->anything = true; }
};
template <>
struct Action<grammar::returned> {
  static void apply0(Build& b) {
    b.out.outcome->returned = b.number;
    b.out.outcome->at = b.number_at;
  }
};
template <>
struct Action<grammar::process_id> {
  template <typename Input>
  static void apply(const Input& in, Build& b) {
    const std::string_view digits = in.string_view().substr(1);
    Outcome& o = *b.out.outcome;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), o.returned.magnitude);
    o.returned.overflow = error != std::errc{} || end != digits.data() + digits.size();
    o.process = true;
    o.at = b.at(in.begin());
  }
};
template <>
struct Action<grammar::error_name> {
  template <typename Input>
  static void apply(const Input& in, Build& b) {
    b.out.outcome->error = Word{in.string(), std::nullopt, b.at(in.begin())};
  }
};
template <>
struct Action<grammar::unchecked> {
  static void apply0(Build& b) { b.out.outcome->unchecked = true; }
};
template <>
struct Action<grammar::unfinished> {
  static void apply0(Build& b) { b.out.unfinished = true; }
};
template <>
struct Action<grammar::resumed_start> {
  static void apply0(Build& b) { b.out.kind = Statement::Kind::resumed; }
};
template <>
struct Action<grammar::resumed_call> : Action<grammar::call_name> {};
template <>
struct Action<grammar::expect_words> {
  static void apply0(Build& b) { b.out.kind = Statement::Kind::expect_ready; }
};
template <>
struct Action<grammar::ready_epoll> {
  static void apply0(Build& b) { b.out.epoll = std::move(b.word); }
};
template <>
struct Action<grammar::ready_item> {
  template <typename Input>
  static void apply(const Input& in, Build& b) {
    const std::string_view text = in.string_view();
    if (const auto hash = text.find('#'); hash != text.npos) {
      b.word.text = text;  // `a#2` names an item, not a descriptor: there is nothing to look into
      b.word.range.reset();
    }
    b.out.items.push_back(std::move(b.word));
  }
};

template <typename Rule>
struct Control : p::normal<Rule> {
  template <typename Input, typename... States>
  [[noreturn]] static void raise(const Input& in, States&&...) {
    throw p::parse_error(grammar::message<Rule>, in);
  }
};

}  // namespace

std::expected<Statement, Failure> parse(std::string_view text) {
  p::memory_input<p::tracking_mode::lazy, p::eol::lf, const char*> in(
      text.data(), text.data() + text.size(), "");
  Build build;
  build.text = text;
  try {
    p::parse<p::must<grammar::statement>, Action, Control>(in, build);
    return std::move(build.out);
  } catch (const p::parse_error& e) {
    Failure f{{e.positions().front().byte, std::string(e.message())}, std::move(build.out.names)};
    if (f.mistake.message == grammar::message<grammar::string_end>) f.mistake.at = build.string_at;
    return std::unexpected(std::move(f));
  }
}

}  // namespace epollscope::syntax
