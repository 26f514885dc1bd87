// The shape of one statement before names and flags mean anything. Positions are byte offsets
// into the statement's text. Private to the room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace epollscope::syntax {

struct Range {  // `[7]` is 7..7
  std::int64_t first = 0, last = 0;
  bool is_range = false;  // written with `..`
};

struct Word {  // an identifier, with its index if it has one
  std::string text;
  std::optional<Range> range;
  std::size_t at = 0;
};

struct Number {
  std::uint64_t magnitude = 0;
  bool negative = false;
  std::string_view unit;  // "", "ns", "us", "ms", "s", "k", "M", or something unknown
  bool overflow = false;  // of 64 bits
};

struct Node;
struct Entry;  // key=value; the key may be empty

struct Node {  // a value
  enum class Kind : std::uint8_t { word, number, alternatives, string, structure, set };
  Kind kind = Kind::word;
  std::size_t at = 0;
  Word word;                  // word
  Number number;              // number
  std::string bytes;          // string, unescaped
  bool bad_escape = false;    // string
  std::vector<Node> parts;    // alternatives (`A|B`), set
  std::vector<Entry> fields;  // structure
  bool unchecked = false;     // trailing `?`
};
struct Entry {
  std::string key;
  std::size_t at = 0;
  Node value;
};

struct Outcome {
  std::size_t at = 0;
  bool anything = false;
  Number returned;
  bool process = false;  // `returned` was written P1
  std::optional<Word> error;
  std::optional<Node> payload;
  bool unchecked = false;
};

struct Statement {
  enum class Kind : std::uint8_t { call, resumed, expect_ready };
  Kind kind = Kind::call;
  std::vector<Word> actors;
  std::vector<Word> names;
  Word call;
  std::vector<Entry> args;
  bool unfinished = false;
  std::optional<Outcome> outcome;
  Word epoll;               // expect ready(epoll)
  std::vector<Word> items;  // their text may end in `#2`
};

struct Mistake {
  std::size_t at = 0;
  std::string message;
};

// A statement with a mistake still says what it got as far as: its names.
struct Failure {
  Mistake mistake;
  std::vector<Word> names;
};

// The views of the result point into `text`.
std::expected<Statement, Failure> parse(std::string_view text);

}  // namespace epollscope::syntax
