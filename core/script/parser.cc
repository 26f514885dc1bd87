#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/text.h"
#include "core/script/blocks.h"
#include "core/script/markdown.h"
#include "core/script/meaning.h"
#include "core/script/program.h"
#include "core/script/source.h"
#include "core/script/syntax.h"

namespace epollscope {
namespace {

constexpr std::size_t kMostDiagnostics = 20;

class Parser {
 public:
  Parser(std::string_view source, bool check_bound) : source_(source) {
    context_.check_bound = check_bound;
  }

  // Parses a part of the source, which belongs to prose number `prose`.
  void parse(std::string_view part, int prose) {
    prose_ = prose;
    source::Lines lines(part);
    for (source::LogicalLine line; !full() && lines.next(line);) take(line);
  }

  void finish() {
    if (const auto at = blocks_.open_at()) diagnose(*at, "this { has no closing }");
    if (diagnostics_.empty() && blocks_.steps() == 0) {
      diagnose(0, "nothing to run: there is no statement here");
    }
  }

  // `prose` is shown at the end, where no statement follows.
  void close_with(int prose) {
    prose_ = prose;
    add_comment(source_.size(), {});
  }

  void diagnose(std::size_t offset, std::string message) {
    if (full()) return;
    const source::Place place = source::place_of(source_, offset);
    diagnostics_.push_back({place.line, place.column, std::move(message), std::string(place.text)});
  }
  std::vector<Diagnostic>& diagnostics() { return diagnostics_; }
  std::vector<Statement>& statements() { return blocks_.statements(); }

 private:
  [[nodiscard]] bool full() const { return diagnostics_.size() >= kMostDiagnostics; }

  void complain(std::size_t at, const Blocks::Complaint& complaint) {
    if (complaint) diagnose(at, *complaint);
  }

  void take(const source::LogicalLine& line) {
    const auto at = static_cast<std::size_t>(line.text.data() - source_.data());
    if (line.text.empty()) {
      add_comment(at, line.comment);
    } else if (line.text == "{") {
      complain(at, blocks_.open_group(at));
      if (line.has_comment) add_comment(at, line.comment);
    } else if (line.text == "}") {
      const std::size_t opened_at = blocks_.open_at().value_or(at);
      complain(opened_at, blocks_.close());
      if (line.has_comment) add_comment(at, line.comment);
    } else if (source::opens_repeat(line.text)) {
      if (line.has_comment) add_comment(at, line.comment);
      complain(at, blocks_.open_repeat(at, line.text));
    } else {
      take_statement(line, at);
    }
  }

  void add_comment(std::size_t at, const std::string& text) {
    if (!blocks_.room_for_comment()) {
      diagnose(at,
               fmt::format("a scenario may have {} comments and empty lines at most", kMaxSteps));
      return;
    }
    Statement s;
    s.what = Comment{};
    s.comment = text;
    s.line = line_of(at);
    s.prose = std::exchange(prose_, -1);
    blocks_.add(std::move(s));
  }

  void take_statement(const source::LogicalLine& line, std::size_t at) {
    const auto raw = syntax::parse(line.text);
    if (!raw) {
      diagnose(at + raw.error().mistake.at, raw.error().mistake.message);
      meaning::bind_names(raw.error().names, context_);
      return;
    }
    context_.mistakes.clear();
    auto made = meaning::understand(*raw, context_, blocks_.steps_left());
    if (!context_.mistakes.empty()) {
      for (syntax::Mistake& m : context_.mistakes) diagnose(at + m.at, std::move(m.message));
      meaning::bind_names(raw->names, context_);
      return;
    }
    // What is written behind the statement belongs to it once, however many it stands for.
    read_comment(line.comment, made.back());
    for (Statement& s : made) {
      s.line = line_of(at);
      s.prose = std::exchange(prose_, -1);
      blocks_.add(std::move(s));
    }
  }

  // `# predict`, or a comment that ends in it.
  static void read_comment(const std::string& comment, Statement& s) {
    constexpr std::string_view kPredict = "predict";
    const std::string_view text = comment;
    s.comment = text;
    if (text == kPredict) {
      s.predict = true;
      s.comment.clear();
    } else if (text.ends_with(kPredict)) {
      const std::string_view before = source::trim(text.substr(0, text.size() - kPredict.size()));
      s.predict = before.ends_with('#');
    }
  }

  // Offsets only grow, so lines are counted once.
  int line_of(std::size_t at) {
    if (at > counted_) {
      const auto begin = source_.begin();
      line_ += static_cast<int>(std::count(begin + static_cast<std::ptrdiff_t>(counted_),
                                           begin + static_cast<std::ptrdiff_t>(at), '\n'));
      counted_ = at;
    }
    return line_;
  }

  std::string_view source_;
  Blocks blocks_;
  std::vector<Diagnostic> diagnostics_;
  meaning::Context context_;
  std::size_t counted_ = 0;
  int line_ = 1;
  int prose_ = -1;
};

ParseFailure failure_at(const source::Place& place, std::string message) {
  return {{Diagnostic{place.line, place.column, std::move(message), ""}}};
}

// Why this text cannot be read at all.
std::optional<ParseFailure> unreadable(std::string_view text) {
  if (text.size() > kMaxFileBytes) {
    return failure_at({}, fmt::format("the file is larger than {} MiB, which is the limit",
                                      kMaxFileBytes >> 20U));
  }
  const std::size_t bad = std::min(text.find('\0'), utf8_prefix(text));
  if (bad >= text.size()) return std::nullopt;
  return failure_at(source::place_of(text, bad),
                    fmt::format("this is not a text file: a scenario or lesson is UTF-8 text, "
                                "which has no byte 0x{:02x} here",
                                static_cast<unsigned char>(text[bad])));
}

std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  return text;
}

void parse_markdown(std::string_view text, Parser& parser, Lesson& lesson) {
  lesson.markdown = true;
  markdown::Document document = markdown::read(text);
  lesson.title = std::move(document.title);
  for (markdown::Block& block : document.blocks) {
    const std::string_view inside = text.substr(block.at, block.size);
    if (block.kind == markdown::Block::Kind::scenario) {
      lesson.prose.push_back(std::move(block.prose));
      parser.parse(inside, static_cast<int>(lesson.prose.size()) - 1);
      continue;
    }
    Quiz quiz = markdown::read_quiz(inside);
    quiz.after_statement = static_cast<int>(parser.statements().size());
    if (const auto why = markdown::complaint(quiz); !why.empty()) {
      parser.diagnose(block.at, std::string(why));
    }
    lesson.quizzes.push_back(std::move(quiz));
  }
  if (document.closing_prose.empty()) return;
  lesson.prose.push_back(std::move(document.closing_prose));
  parser.close_with(static_cast<int>(lesson.prose.size()) - 1);
}

}  // namespace

std::expected<Lesson, ParseFailure> parse_lesson(std::string_view text) {
  if (auto failure = unreadable(text)) return std::unexpected(*std::move(failure));
  text = without_byte_order_mark(text);
  Lesson lesson;
  Parser parser(text, true);
  if (markdown::is_lesson(text)) {
    parse_markdown(text, parser, lesson);
  } else {
    parser.parse(text, -1);
  }
  parser.finish();
  if (!parser.diagnostics().empty()) {
    return std::unexpected(ParseFailure{std::move(parser.diagnostics())});
  }
  lesson.program.statements = std::move(parser.statements());
  return lesson;
}

std::expected<Statement, ParseFailure> parse_statement(std::string_view line) {
  if (auto failure = unreadable(line)) return std::unexpected(*std::move(failure));
  Parser parser(line, false);
  parser.parse(line, -1);
  parser.finish();
  if (!parser.diagnostics().empty()) {
    return std::unexpected(ParseFailure{std::move(parser.diagnostics())});
  }
  if (parser.statements().size() != 1) {
    return std::unexpected(failure_at({}, "expected one statement, without ranges and blocks"));
  }
  return std::move(parser.statements().front());
}

}  // namespace epollscope
