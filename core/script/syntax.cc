#include "core/script/syntax.h"

#include <charconv>
#include <memory>
#include <tao/pegtl.hpp>
#include <tao/pegtl/contrib/parse_tree.hpp>

#include "core/base/text.h"

namespace epollscope::syntax {
namespace {

namespace p = tao::pegtl;

namespace grammar {

struct sp : p::star<p::space> {};
struct ident : p::identifier {};
struct signed_int : p::seq<p::opt<p::one<'-'>>, p::plus<p::digit>> {};
struct dots : p::string<'.', '.'> {};
struct first : signed_int {};
struct last : signed_int {};
struct index
    : p::seq<p::one<'['>, sp, first, sp, p::opt<dots, sp, p::must<last>, sp>, p::one<']'>> {};
struct word : p::seq<ident, p::opt<index>> {};
struct hex : p::seq<p::string<'0', 'x'>, p::plus<p::xdigit>> {};
struct unit : p::sor<p::string<'n', 's'>, p::string<'u', 's'>, p::string<'m', 's'>, p::one<'s'>,
                     p::one<'k'>, p::one<'M'>> {};
struct number_end : p::not_at<p::identifier_other> {};
struct digits : p::seq<p::opt<p::one<'-'>>, p::sor<hex, p::plus<p::digit>>> {};
struct number : p::seq<digits, p::opt<unit>, p::must<number_end>> {};
struct string_body : p::star<p::sor<p::seq<p::one<'\\'>, p::any>, p::not_one<'"', '\\', '\n'>>> {};
struct string_end : p::one<'"'> {};
struct string : p::seq<p::one<'"'>, string_body, p::must<string_end>> {};
struct value;
struct comma : p::seq<sp, p::one<','>, sp> {};
struct term : p::sor<number, word> {};
struct alternatives : p::list_must<term, p::seq<sp, p::one<'|'>, sp>> {};
struct key : p::seq<ident, p::at<sp, p::one<'='>>> {};
struct equals : p::one<'='> {};
struct field : p::seq<key, sp, equals, sp, p::must<value>> {};
struct fields : p::list_must<field, comma> {};
struct struct_end : p::one<'}'> {};
struct structure : p::if_must<p::one<'{'>, sp, fields, sp, struct_end> {};
struct elements : p::list_must<value, comma> {};
struct set_end : p::one<']'> {};
struct set : p::if_must<p::one<'['>, sp, p::opt<elements>, sp, set_end> {};
struct unchecked : p::one<'?'> {};
struct value : p::seq<p::sor<string, structure, set, alternatives>, p::opt<unchecked>> {};
struct arg : p::seq<p::opt<p::seq<key, sp, equals, sp>>, value> {};
struct args : p::list_must<arg, comma> {};
struct call_name : ident {};
struct args_end : p::one<')'> {};
struct call : p::seq<call_name, sp, p::one<'('>, sp, p::opt<args>, sp, p::must<args_end>> {};

struct actor : ident {};
struct actors : p::seq<p::list<actor, p::seq<sp, p::one<'|'>, sp>>, sp, p::one<':'>, sp> {};
struct name : word {};
struct names : p::seq<p::list<name, comma>, sp, p::one<'='>, p::not_at<p::one<'='>>, sp> {};
struct unfinished
    : p::string<'<', 'u', 'n', 'f', 'i', 'n', 'i', 's', 'h', 'e', 'd', ' ', '.', '.', '.', '>'> {};
struct any_outcome : p::one<'?'> {};
struct returned : p::seq<digits, p::not_at<p::identifier_other>> {};
struct error_name : p::seq<p::one<'E'>, p::plus<p::identifier_other>> {};
struct payload : p::seq<p::sor<string, set, structure>, p::opt<unchecked>> {};
struct outcome_unchecked : p::one<'?'> {};
struct outcome : p::sor<any_outcome, p::seq<returned, p::opt<sp, error_name>, p::opt<sp, payload>,
                                            p::opt<sp, outcome_unchecked>>> {};
struct result : p::sor<unfinished, p::if_must<equals, sp, outcome>> {};
struct resumed_call : ident {};
struct resumed_word : p::string<'r', 'e', 's', 'u', 'm', 'e', 'd', '>'> {};
struct resumed : p::seq<actors, p::string<'<', '.', '.', '.'>,
                        p::must<sp, resumed_call, sp, resumed_word>, sp, p::opt<result>> {};
struct item : word {};
struct epoll_ref : word {};
struct expect_body : p::seq<sp, p::one<'('>, sp, epoll_ref, sp, p::one<')'>, sp, p::one<'='>, sp,
                            p::one<'['>, sp, p::opt<p::list<item, comma>>, sp, p::one<']'>> {};
struct expect : p::seq<p::keyword<'e', 'x', 'p', 'e', 'c', 't'>, p::plus<p::space>,
                       p::keyword<'r', 'e', 'a', 'd', 'y'>, p::must<expect_body>> {};
struct call_line : p::seq<p::opt<actors>, p::opt<names>, call, sp, p::opt<result>> {};
struct any_line : p::sor<expect, resumed, call_line> {};
struct end : p::eof {};
struct line : p::seq<sp, p::must<any_line>, sp, p::must<end>> {};

template <typename Rule>
struct selector
    : p::parse_tree::selector<
          Rule,
          p::parse_tree::store_content::on<ident, first, last, digits, unit, string_body, key,
                                           call_name, actor, error_name, resumed_call, returned>,
          p::parse_tree::remove_content::on<
              word, number, string, alternatives, field, structure, set, value, arg, unchecked,
              name, unfinished, any_outcome, payload, outcome_unchecked, outcome, resumed, item,
              epoll_ref, expect, call_line, dots, args>> {};

template <typename>
inline constexpr const char* message =
    "this is not a statement; expected a call such as "
    "write(w, \"hello\")";
template <>
inline constexpr auto message<last> = "expected the last index of the range";
template <>
inline constexpr auto message<number_end> =
    "a number cannot end like this; units are ns, us, ms, s, k and M";
template <>
inline constexpr auto message<string_end> = "the string has no closing quote";
template <>
inline constexpr auto message<value> = "expected a value";
template <>
inline constexpr auto message<term> = "expected a flag or a number after |";
template <>
inline constexpr auto message<field> = "expected key=value";
template <>
inline constexpr auto message<fields> = "expected key=value";
template <>
inline constexpr auto message<struct_end> = "expected , or } here";
template <>
inline constexpr auto message<set_end> = "expected , or ] here";
template <>
inline constexpr auto message<arg> = "expected an argument after the comma";
template <>
inline constexpr auto message<args_end> = "expected , or ) here";
template <>
inline constexpr auto message<outcome> =
    "expected an outcome: an integer, a failed call's -1 ENAME, or ?";
template <>
inline constexpr auto message<resumed_call> = "expected the name of the call that resumed";
template <>
inline constexpr auto message<resumed_word> = "expected resumed> here";
template <>
inline constexpr auto message<expect_body> = "expected (name) = [items] after expect ready";
template <>
inline constexpr auto message<end> = "expected the end of the statement";

template <typename Rule>
struct control : p::normal<Rule> {
  template <typename Input, typename... States>
  [[noreturn]] static void raise(const Input& in, States&&...) {
    throw p::parse_error(message<Rule>, in);
  }
};

}  // namespace grammar

using Tree = p::parse_tree::node;

std::size_t offset(const Tree& n) { return n.m_begin.byte; }

Number read_number(std::string_view text) {
  Number n;
  if (text.starts_with('-')) {
    n.negative = true;
    text.remove_prefix(1);
  }
  int base = 10;
  if (text.starts_with("0x")) {
    base = 16;
    text.remove_prefix(2);
  }
  const auto [end, error] = std::from_chars(text.begin(), text.end(), n.magnitude, base);
  n.overflow = error != std::errc{} || (n.negative && n.magnitude > (std::uint64_t{1} << 63U));
  if (n.magnitude == 0) n.negative = false;
  return n;
}

std::int64_t read_index(const Tree& n) {
  const Number number = read_number(n.string_view());
  return number.negative ? -static_cast<std::int64_t>(number.magnitude)
                         : static_cast<std::int64_t>(number.magnitude);
}

Word read_word(const Tree& tree) {
  if (!tree.children.empty() && tree.children.front()->is_type<grammar::word>()) {
    return read_word(*tree.children.front());
  }
  Word w;
  w.at = offset(tree);
  if (tree.children.empty()) {
    w.text = tree.string();
    return w;
  }
  for (const auto& c : tree.children) {
    if (c->is_type<grammar::ident>()) w.text = c->string();
    if (c->is_type<grammar::first>()) w.range = Range{read_index(*c), read_index(*c), false};
    if (c->is_type<grammar::dots>()) w.range->is_range = true;
    if (c->is_type<grammar::last>()) w.range->last = read_index(*c);
  }
  return w;
}

Node read_value(const Tree& tree);

Node read_term(const Tree& tree) {
  Node node;
  node.at = offset(tree);
  if (tree.is_type<grammar::word>()) {
    node.word = read_word(tree);
    return node;
  }
  node.kind = Node::Kind::number;
  for (const auto& c : tree.children) {
    if (c->is_type<grammar::digits>()) node.number = read_number(c->string_view());
    if (c->is_type<grammar::unit>()) node.number.unit = c->string();
  }
  return node;
}

Entry read_entry(const Tree& tree) {
  Entry e;
  e.at = offset(tree);
  for (const auto& c : tree.children) {
    if (c->is_type<grammar::key>()) e.key = c->string();
    if (c->is_type<grammar::value>()) e.value = read_value(*c);
  }
  return e;
}

Node read_inner(const Tree& tree) {
  Node node;
  node.at = offset(tree);
  if (tree.is_type<grammar::string>()) {
    node.kind = Node::Kind::string;
    auto bytes = unescape_c(tree.children.empty() ? "" : tree.children.front()->string_view());
    node.bad_escape = !bytes;
    node.bytes = bytes.value_or("");
  } else if (tree.is_type<grammar::structure>()) {
    node.kind = Node::Kind::structure;
    for (const auto& c : tree.children) node.fields.push_back(read_entry(*c));
  } else if (tree.is_type<grammar::set>()) {
    node.kind = Node::Kind::set;
    for (const auto& c : tree.children) node.parts.push_back(read_value(*c));
  } else {
    std::vector<Node> terms;
    for (const auto& c : tree.children) terms.push_back(read_term(*c));
    if (terms.size() == 1) return std::move(terms.front());
    node.kind = Node::Kind::alternatives;
    node.parts = std::move(terms);
  }
  return node;
}

// A value or a payload: the thing itself, then perhaps a `?`.
Node read_value(const Tree& tree) {
  Node node = read_inner(*tree.children.front());
  node.unchecked = tree.children.size() > 1;
  return node;
}

Outcome read_outcome(const Tree& tree) {
  Outcome o;
  o.at = offset(tree);
  for (const auto& c : tree.children) {
    if (c->is_type<grammar::any_outcome>()) o.anything = true;
    if (c->is_type<grammar::returned>()) o.returned = read_number(c->string_view());
    if (c->is_type<grammar::error_name>()) o.error = Word{c->string(), {}, offset(*c)};
    if (c->is_type<grammar::payload>()) o.payload = read_value(*c);
    if (c->is_type<grammar::outcome_unchecked>()) o.unchecked = true;
  }
  return o;
}

Statement read_statement(const Tree& line) {
  Statement s;
  if (line.is_type<grammar::resumed>()) s.kind = Statement::Kind::resumed;
  if (line.is_type<grammar::expect>()) s.kind = Statement::Kind::expect_ready;
  for (const auto& c : line.children) {
    if (c->is_type<grammar::actor>()) s.actors.push_back({c->string(), {}, offset(*c)});
    if (c->is_type<grammar::name>()) s.names.push_back(read_word(*c));
    if (c->is_type<grammar::call_name>() || c->is_type<grammar::resumed_call>()) {
      s.call = {c->string(), {}, offset(*c)};
    }
    if (c->is_type<grammar::args>()) {
      for (const auto& a : c->children) s.args.push_back(read_entry(*a));
    }
    if (c->is_type<grammar::unfinished>()) s.unfinished = true;
    if (c->is_type<grammar::outcome>()) s.outcome = read_outcome(*c);
    if (c->is_type<grammar::epoll_ref>()) s.epoll = read_word(*c);
    if (c->is_type<grammar::item>()) s.items.push_back(read_word(*c));
  }
  return s;
}

}  // namespace

std::expected<Statement, Mistake> parse(std::string_view text) {
  p::memory_input in(text.data(), text.data() + text.size(), "");
  try {
    const auto root =
        p::parse_tree::parse<grammar::line, grammar::selector, p::nothing, grammar::control>(in);
    return read_statement(*root->children.front());
  } catch (const p::parse_error& e) {
    return std::unexpected(Mistake{e.positions().front().byte, std::string(e.message())});
  }
}

}  // namespace epollscope::syntax
