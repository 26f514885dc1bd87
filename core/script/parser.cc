#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/base/text.h"
#include "core/script/markdown.h"
#include "core/script/meaning.h"
#include "core/script/program.h"
#include "core/script/source.h"
#include "core/script/syntax.h"

namespace epollscope {
namespace {

constexpr std::size_t kMostDiagnostics = 20;

std::string_view trim(std::string_view s) {
  const auto first = s.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return s.substr(first, s.find_last_not_of(" \t\r\n") - first + 1);
}

// `repeat 3 {` → 3; nullopt for anything else.
std::optional<std::uint64_t> repeat_count(std::string_view text) {
  if (!text.starts_with("repeat") || !text.ends_with('{')) return std::nullopt;
  text = trim(text.substr(6, text.size() - 7));
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), n);
  if (error != std::errc{} || end != text.end() || text.empty()) return std::nullopt;
  return n;
}

class Parser {
 public:
  explicit Parser(std::string_view source) : source_(source) {}

  // Parses source_[at, at + text.size()), which belongs to prose number `prose`.
  void parse(std::string_view text, std::size_t at, int prose) {
    prose_ = prose;
    std::vector<source::LogicalLine> lines = source::split(text);
    if (lines.back().text.empty() && !lines.back().has_comment) lines.pop_back();
    for (const source::LogicalLine& line : lines) {
      if (diagnostics_.size() >= kMostDiagnostics) return;
      take(line, at + line.at);
    }
    prose_ = -1;
  }

  void finish() {
    if (!blocks_.empty()) diagnose(blocks_.back().at, "this { has no closing }");
    if (diagnostics_.empty() && calls_ == 0) {
      diagnose(0, "nothing to run: there is no statement here");
    }
  }

  void check_bound(bool on) { context_.check_bound = on; }
  void diagnose(std::size_t offset, std::string message) {
    if (diagnostics_.size() >= kMostDiagnostics) return;
    const source::Place place = source::place_of(source_, offset);
    diagnostics_.push_back({place.line, place.column, std::move(message), std::string(place.text)});
  }
  std::vector<Diagnostic>& diagnostics() { return diagnostics_; }
  std::vector<Statement>& statements() { return statements_; }

 private:
  struct Block {
    std::size_t begin;  // first statement inside
    std::uint64_t times;
    bool is_group;
    std::size_t at;
  };

  void take(const source::LogicalLine& line, std::size_t at) {
    const std::string_view text = trim(line.text);
    count_lines_to(at);
    if (text.empty()) {
      add_comment(line);
      return;
    }
    const std::size_t start = at + static_cast<std::size_t>(text.data() - line.text.data());
    if (text == "{") {
      if (group_ >= 0) return diagnose(start, "a { } block cannot stand inside another");
      group_ = ++groups_;
      blocks_.push_back({statements_.size(), 1, true, start});
    } else if (text == "}") {
      close_block(start);
    } else if (text.starts_with("repeat ") || text.starts_with("repeat{")) {
      const auto times = repeat_count(text);
      if (!times) return diagnose(start, "expected repeat and a number, then {, alone on the line");
      blocks_.push_back({statements_.size(), *times, false, start});
    } else {
      take_statement(line, at, start);
    }
  }

  void add_comment(const source::LogicalLine& line) {
    Statement s;
    s.what = Comment{};
    s.comment = line.comment;
    s.line = line_;
    s.prose = std::exchange(prose_, -1);
    statements_.push_back(std::move(s));
  }

  void take_statement(const source::LogicalLine& line, std::size_t at, std::size_t start) {
    const auto raw = syntax::parse(line.text);
    if (!raw) {
      diagnose(std::max(at + raw.error().at, start), raw.error().message);
      return after_first_line(line.text, at);
    }
    context_.mistakes.clear();
    std::vector<Statement> made = meaning::understand(*raw, context_, kMaxSteps - calls_);
    for (const syntax::Mistake& m : context_.mistakes)
      diagnose(std::max(at + m.at, start), m.message);
    if (!context_.mistakes.empty()) {
      // What the line would have bound counts as bound: one mistake, one message.
      for (const syntax::Word& w : raw->names) context_.bound.insert(w.text);
      ++calls_;
      return;
    }
    calls_ += made.size();
    for (Statement& s : made) {
      s.line = line_;
      s.group = group_;
      s.prose = std::exchange(prose_, -1);
      statements_.push_back(std::move(s));
    }
    if (made.empty()) return;
    Statement& last = statements_.back();
    last.predict = line.comment == "predict";
    last.comment = line.comment;
  }

  // A statement that is wrong over several lines may only lack a bracket: what follows its first
  // line is read again as lines of their own, so that their mistakes are told too.
  void after_first_line(std::string_view text, std::size_t at) {
    ++calls_;
    const std::size_t newline = text.find('\n');
    if (newline == std::string_view::npos) return;
    parse(text.substr(newline + 1), at + newline + 1, prose_);
  }

  void close_block(std::size_t at) {
    if (blocks_.empty()) return diagnose(at, "this } closes nothing");
    const Block block = blocks_.back();
    blocks_.pop_back();
    if (block.is_group) {
      group_ = -1;
      return;
    }
    const std::size_t size = statements_.size() - block.begin;
    if (block.times == 0) statements_.resize(block.begin);
    if (size == 0 || block.times <= 1) return;
    if (block.times - 1 > (kMaxSteps - std::min(kMaxSteps, calls_)) / size) {
      return diagnose(
          block.at,
          fmt::format("a scenario may have {} steps at most, after ranges and repeats", kMaxSteps));
    }
    statements_.reserve(block.begin + size * block.times);
    for (std::uint64_t n = 1; n < block.times; ++n) {
      for (std::size_t i = 0; i < size; ++i) {
        statements_.push_back(statements_[block.begin + i]);
        statements_.back().prose = -1;
        calls_ += std::holds_alternative<Comment>(statements_.back().what) ? 0 : 1;
      }
    }
  }

  void count_lines_to(std::size_t at) {
    if (at < counted_) return;
    line_ += static_cast<int>(std::count(source_.begin() + static_cast<std::ptrdiff_t>(counted_),
                                         source_.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
    counted_ = at;
  }

  std::string_view source_;
  std::vector<Statement> statements_;
  std::vector<Diagnostic> diagnostics_;
  std::vector<Block> blocks_;
  meaning::Context context_;
  std::size_t calls_ = 0;
  std::size_t counted_ = 0;
  int line_ = 1;
  int group_ = -1;
  int groups_ = -1;
  int prose_ = -1;
};

ParseFailure one_sentence(std::string message) {
  return {{Diagnostic{1, 1, std::move(message), ""}}};
}

std::optional<ParseFailure> unreadable(std::string_view text) {
  if (text.size() > kMaxFileBytes) {
    return one_sentence(
        fmt::format("the file has {} bytes; a scenario may have {} (32 MiB) at most", text.size(),
                    kMaxFileBytes));
  }
  if (text.find('\0') != std::string_view::npos || !valid_utf8(text)) {
    return one_sentence("this is not a text file; a scenario or lesson is UTF-8 text");
  }
  return std::nullopt;
}

}  // namespace

std::expected<Lesson, ParseFailure> parse_lesson(std::string_view text) {
  if (auto failure = unreadable(text)) return std::unexpected(*std::move(failure));
  Lesson lesson;
  Parser parser(text);
  if (!markdown::is_lesson(text)) {
    parser.parse(text, 0, -1);
  } else {
    lesson.markdown = true;
    markdown::Document document = markdown::read(text);
    lesson.title = std::move(document.title);
    for (const markdown::Block& block : document.blocks) {
      if (block.kind == markdown::Block::Kind::scenario) {
        lesson.prose.push_back(block.prose);
        parser.parse(text.substr(block.at, block.size), block.at,
                     static_cast<int>(lesson.prose.size()) - 1);
      } else {
        auto quiz = markdown::read_quiz(text.substr(block.at, block.size));
        quiz.after_statement = static_cast<int>(parser.statements().size());
        if (quiz.choices.empty())
          parser.diagnose(block.at, "a quiz needs choices: lines that begin with - [ ] or - [x]");
        lesson.quizzes.push_back(std::move(quiz));
      }
    }
    if (!document.closing_prose.empty()) lesson.prose.push_back(document.closing_prose);
  }
  parser.finish();
  if (!parser.diagnostics().empty())
    return std::unexpected(ParseFailure{std::move(parser.diagnostics())});
  lesson.program.statements = std::move(parser.statements());
  return lesson;
}

std::expected<Statement, ParseFailure> parse_statement(std::string_view line) {
  if (auto failure = unreadable(line)) return std::unexpected(*std::move(failure));
  Parser parser(line);
  parser.check_bound(false);
  parser.parse(line, 0, -1);
  parser.finish();
  if (!parser.diagnostics().empty())
    return std::unexpected(ParseFailure{std::move(parser.diagnostics())});
  if (parser.statements().size() != 1) {
    return std::unexpected(one_sentence("expected exactly one statement"));
  }
  return std::move(parser.statements().front());
}

std::string print(const ParseFailure& failure, std::string_view file) {
  std::string text;
  for (const Diagnostic& d : failure.diagnostics) {
    text += fmt::format("{}:{}:{}: error: {}\n", file, d.line, d.column, d.message);
    if (d.source.empty()) continue;
    text += fmt::format("  {}\n  ", d.source);
    int column = 1;
    for (std::size_t i = 0; i < d.source.size() && column < d.column; ++i) {
      if ((static_cast<unsigned char>(d.source[i]) & 0xC0U) == 0x80) continue;
      text += d.source[i] == '\t' ? '\t' : ' ';
      ++column;
    }
    text += "^\n";
  }
  return text;
}

}  // namespace epollscope
