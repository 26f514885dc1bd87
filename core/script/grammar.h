// The grammar of one statement. Every choice is decided by looking at what comes next, so that an
// action never runs for a reading that is given up, and an error is reported where it is.
// Private to the room.
#pragma once

#include <tao/pegtl.hpp>

namespace epollscope::syntax::grammar {

namespace p = tao::pegtl;

// A statement may go on over lines inside brackets, with comments in between.
struct comment : p::seq<p::sor<p::one<'#'>, p::string<'/', '/'>>, p::star<p::not_one<'\n'>>> {};
struct ws : p::star<p::sor<p::space, comment>> {};
struct comma : p::seq<ws, p::one<','>, ws> {};
struct bar : p::seq<ws, p::one<'|'>, ws> {};
struct equals : p::one<'='> {};
struct open_paren : p::one<'('> {};
struct close_paren : p::one<')'> {};

// ---- names ------------------------------------------------------------------------------

struct word_name : p::identifier {};
struct first_index : p::plus<p::digit> {};
struct last_index : p::plus<p::digit> {};
struct index_end : p::one<']'> {};
struct index : p::if_must<p::one<'['>, ws, first_index, ws,
                          p::opt<p::if_must<p::string<'.', '.'>, ws, last_index>>, ws, index_end> {
};
struct word : p::seq<word_name, p::opt<index>> {};

// ---- values -----------------------------------------------------------------------------

struct digits
    : p::seq<p::opt<p::one<'-'>>,
             p::sor<p::if_must<p::string<'0', 'x'>, p::plus<p::xdigit>>, p::plus<p::digit>>> {};
struct unit : p::star<p::identifier_other> {};
struct number : p::seq<digits, unit> {};
struct number_term : number {};
struct word_term : word {};
struct term : p::sor<number_term, word_term> {};
struct alternatives : p::list_must<term, bar> {};

struct quote : p::one<'"'> {};
struct string_body
    : p::star<p::sor<p::seq<p::one<'\\'>, p::not_one<'\n'>>, p::not_one<'"', '\\', '\n'>>> {};
struct string_end : p::one<'"'> {};
struct string : p::if_must<quote, string_body, string_end> {};

struct key : p::identifier {};
struct key_equals : p::seq<p::at<p::identifier, ws, equals>, key, ws, equals, ws> {};

// The depth is part of the rule: input cannot make the parser recurse any deeper.
constexpr int kDepth = 3;
template <int Depth>
struct value;
struct set_open : p::one<'['> {};
struct set_end : p::one<']'> {};
template <int Depth>
struct set
    : p::if_must<set_open, ws, p::opt<p::not_at<set_end>, p::list_must<value<Depth - 1>, comma>>,
                 ws, set_end> {};
struct struct_open : p::one<'{'> {};
struct struct_end : p::one<'}'> {};
template <int Depth>
struct field : p::seq<key_equals, p::must<value<Depth>>> {};
template <int Depth>
struct structure
    : p::if_must<struct_open, ws, p::list_must<field<Depth - 1>, comma>, ws, struct_end> {};
struct not_deeper : p::not_at<p::one<'[', '{'>> {};
template <int Depth>
struct value_kind : p::sor<string, set<Depth>, structure<Depth>, alternatives> {};
template <>
struct value_kind<0> : p::seq<p::must<not_deeper>, p::sor<string, alternatives>> {};
struct value_unchecked : p::one<'?'> {};
template <int Depth>
struct value : p::seq<value_kind<Depth>, p::opt<value_unchecked>> {};

// ---- calls ------------------------------------------------------------------------------

struct keyed_arg : p::seq<key_equals, p::must<value<kDepth>>> {};
struct arg : p::sor<keyed_arg, value<kDepth>> {};
struct args : p::opt<p::not_at<close_paren>, p::must<p::list_must<arg, comma>>> {};
struct call_name : p::identifier {};
struct call : p::seq<call_name, ws, p::must<open_paren>, ws, args, ws, p::must<close_paren>> {};

struct name : word {};
struct names_equals : equals {};
struct names : p::seq<p::not_at<p::identifier, ws, open_paren>, p::list_must<name, comma>, ws,
                      p::must<names_equals>, ws> {};

// ---- outcomes ---------------------------------------------------------------------------

struct anything : p::one<'?'> {};
struct process_id : p::seq<p::one<'P'>, p::plus<p::digit>, p::not_at<p::identifier_other>> {};
struct returned : p::seq<digits, p::not_at<p::identifier_other>> {};
struct error_name : p::identifier {};
struct payload : p::sor<string, set<kDepth>, structure<kDepth>> {};
struct unchecked : p::one<'?'> {};
struct outcome_value : p::sor<anything, p::seq<p::sor<process_id, returned>, p::opt<ws, error_name>,
                                               p::opt<ws, payload>, p::opt<ws, unchecked>>> {};
struct outcome_start : equals {};
struct outcome : p::if_must<outcome_start, ws, outcome_value> {};
struct unfinished_text
    : p::string<'u', 'n', 'f', 'i', 'n', 'i', 's', 'h', 'e', 'd', ' ', '.', '.', '.', '>'> {};
struct unfinished : p::if_must<p::one<'<'>, unfinished_text> {};
struct result : p::opt<p::sor<unfinished, outcome>> {};

// ---- statements -------------------------------------------------------------------------

struct actor : p::identifier {};
struct colon : p::one<':'> {};
struct actors : p::seq<p::at<p::identifier, ws, p::one<':', '|'>>, p::list_must<actor, bar>, ws,
                       p::must<colon>, ws> {};

struct resumed_start : p::string<'<', '.', '.', '.'> {};
struct resumed_call : p::identifier {};
struct resumed_word : p::string<'r', 'e', 's', 'u', 'm', 'e', 'd', '>'> {};
struct resumed
    : p::if_must<resumed_start, ws, resumed_call, ws, resumed_word, ws, p::opt<outcome>> {};

struct ready_item : p::seq<word_name, p::opt<index>, p::opt<p::one<'#'>, p::plus<p::digit>>> {};
struct ready_epoll : word {};
struct ready_open : p::one<'['> {};
struct ready_end : p::one<']'> {};
struct expect_words : p::seq<p::keyword<'e', 'x', 'p', 'e', 'c', 't'>, p::plus<p::blank>,
                             p::keyword<'r', 'e', 'a', 'd', 'y'>> {};
struct expect
    : p::if_must<expect_words, ws, open_paren, ws, ready_epoll, ws, close_paren, ws, equals, ws,
                 ready_open, ws, p::opt<p::not_at<ready_end>, p::list_must<ready_item, comma>>, ws,
                 ready_end> {};

struct call_statement : p::seq<p::opt<names>, p::must<call>, ws, result> {};
struct end : p::eof {};
struct statement
    : p::seq<ws, p::opt<actors>, p::sor<resumed, expect, call_statement>, ws, p::must<end>> {};

// ---- what is said when a rule that must match does not --------------------------------------

template <typename Rule>
inline constexpr const char* message =
    "this is not a statement; expected a call such as write(w, \"hello\")";
template <int Depth>
inline constexpr const char* message<value<Depth>> = "expected a value";
template <int Depth>
inline constexpr const char* message<field<Depth>> = "expected key=value";
template <int Depth>
inline constexpr const char* message<p::list_must<field<Depth>, comma>> =
    "expected key=value, as in {events=EPOLLIN, data=a}";
template <>
inline constexpr const char* message<p::list_must<arg, comma>> = "expected an argument or )";
template <>
inline constexpr const char* message<arg> = "expected an argument after the comma";
template <>
inline constexpr const char* message<term> = "expected a flag or a number after |";
template <>
inline constexpr const char* message<p::plus<p::xdigit>> = "expected hexadecimal digits after 0x";
template <>
inline constexpr const char* message<first_index> = "expected an index, such as 7 or 1..10";
template <>
inline constexpr const char* message<last_index> = "expected the last index of the range";
template <>
inline constexpr const char* message<index_end> = "expected ] here";
template <>
inline constexpr const char* message<string_end> = "this string has no closing quote";
template <>
inline constexpr const char* message<set_end> = "expected , or ] here";
template <>
inline constexpr const char* message<struct_end> = "expected , or } here";
template <>
inline constexpr const char* message<not_deeper> = "values are nested too deeply";
template <>
inline constexpr const char* message<open_paren> = "expected ( here";
template <>
inline constexpr const char* message<close_paren> = "expected , or ) here";
template <>
inline constexpr const char* message<equals> = "expected = here";
template <>
inline constexpr const char* message<names_equals> = "expected ( or = here";
template <>
inline constexpr const char* message<name> = "expected a name after the comma";
template <>
inline constexpr const char* message<outcome_value> =
    "expected an outcome: a number, -1 and an errno for a failed call, or ?";
template <>
inline constexpr const char* message<unfinished_text> = "expected <unfinished ...>";
template <>
inline constexpr const char* message<actor> = "expected an actor after |, such as T2";
template <>
inline constexpr const char* message<colon> = "expected : after the actors";
template <>
inline constexpr const char* message<resumed_call> = "expected the name of the call that resumed";
template <>
inline constexpr const char* message<resumed_word> = "expected resumed> here";
template <>
inline constexpr const char* message<ready_epoll> = "expected the name of an epoll instance";
template <>
inline constexpr const char* message<ready_open> = "expected [ and the items of the ready list";
template <>
inline constexpr const char* message<ready_item> = "expected the name of an item";
template <>
inline constexpr const char* message<ready_end> = "expected , or ] here";
template <>
inline constexpr const char* message<end> = "expected the end of the statement";

}  // namespace epollscope::syntax::grammar
