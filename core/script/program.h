// A scenario after parsing: statements with ranges and repeats expanded, each a value that can
// be edited, reordered and printed back. print(parse(text)) parses to the same program.
#pragma once

#include <expected>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/ids.h"
#include "core/call/call.h"

namespace epollscope {

// The outcome written behind `=`: an expectation. Only what is written is compared.
struct Expected {
  bool anything = false;   // `= ?`
  bool unchecked = false;  // `?` at the end: shown, not compared
  bool process = false;    // `returned` is that of a process, written P1
  std::optional<Integer> returned;
  std::optional<int> error;      // errno written after -1
  std::optional<Value> payload;  // string (read), set of structs (events), set of numbers
                                 // (descriptors: shown, not compared), struct {value=3}
  friend bool operator==(const Expected&, const Expected&) = default;
};

struct CallStatement {
  ActorId actor;
  bool actor_written = false;      // `T1:` was there
  std::vector<std::string> names;  // bound by the call, at most spec.creates; of fork: one process
  Call call;
  bool unfinished = false;  // `<unfinished ...>`: must block
  std::optional<Expected> expected;
  friend bool operator==(const CallStatement&, const CallStatement&) = default;
};

struct ResumedStatement {       // `T1|T2: <... epoll_wait resumed> = …`
  std::vector<ActorId> actors;  // one of them
  CallName call = CallName::epoll_wait;
  std::optional<Expected> expected;
  friend bool operator==(const ResumedStatement&, const ResumedStatement&) = default;
};

struct ExpectReady {  // `expect ready(ep) = [a, b]`
  std::string epoll;
  std::vector<std::string> items;
  friend bool operator==(const ExpectReady&, const ExpectReady&) = default;
};

struct Comment {  // a line that is only a comment, or empty
  friend bool operator==(Comment, Comment) = default;
};

struct Statement {
  std::variant<CallStatement, ResumedStatement, ExpectReady, Comment> what;
  int line = 0;          // in the source, from 1; 0 when made by hand
  int group = -1;        // statements of one `{ }` block share a number: one step to the person
                         // who steps; -1: none
  bool predict = false;  // `# predict`
  std::string comment;   // text after `#` or `//`, without it, trimmed; may be empty
  int prose = -1;        // index into Lesson::prose shown when the cursor gets here; -1: as before
};

struct Program {
  std::vector<Statement> statements;
};

struct Diagnostic {
  int line = 0, column = 0;  // from 1; columns count code points
  std::string message;       // "unknown flag EPOLLINN; did you mean EPOLLIN?"
  std::string source;        // the line it is about
};

struct Quiz {
  std::string question;
  struct Choice {
    std::string text;
    bool right = false;
  };
  std::vector<Choice> choices;
  std::string reason;       // the `>` lines
  int after_statement = 0;  // asked when the cursor reaches this statement index
};

// A scenario file, or a lesson (Markdown whose ```epoll blocks are one scenario).
struct Lesson {
  std::string title;  // the first heading; empty for a plain scenario
  bool markdown = false;
  std::vector<std::string> prose;  // Markdown text before each block, in order
  Program program;
  std::vector<Quiz> quizzes;
};

struct ParseFailure {
  std::vector<Diagnostic> diagnostics;  // at least one, at most 20
};

inline constexpr std::size_t kMaxFileBytes = 32u << 20;
inline constexpr std::size_t kMaxSteps = 1'000'000;

// Reads a scenario or, when it holds an ```epoll fence, a lesson. All errors at once.
// Names used before they are bound, wrong argument counts and kinds are errors here.
std::expected<Lesson, ParseFailure> parse_lesson(std::string_view text);

// One statement typed by hand, checked like a file of one line (names need not be bound).
std::expected<Statement, ParseFailure> parse_statement(std::string_view line);

// `file:line:col: error: message`, the source line and a caret, for every diagnostic.
std::string print(const ParseFailure& failure, std::string_view file);

// Scenario text.
std::string print(const Statement& statement, FlagStyle style = FlagStyle::full);
std::string print(const Program& program);
std::string print(const Expected& expected);

}  // namespace epollscope
