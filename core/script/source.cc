#include "core/script/source.h"

#include <algorithm>
#include <cctype>

#include "core/base/text.h"

namespace epollscope::source {
namespace {

// A bracket that is never closed must not swallow the rest of the file: a statement that is still
// open after this many lines ends with its first one.
constexpr int kMostLinesOfAStatement = 100;

constexpr auto kNowhere = std::string_view::npos;

bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

}  // namespace

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == kNowhere) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool opens_repeat(std::string_view text) {
  constexpr std::string_view kWord = "repeat";
  if (!text.starts_with(kWord)) return false;
  const std::string_view rest = text.substr(kWord.size());
  const std::string_view behind = trim(rest);
  if (behind.empty() || behind.front() == '{') return true;
  return std::isspace(static_cast<unsigned char>(rest.front())) != 0 && in_word(behind.front());
}

struct Lines::Scan {
  std::size_t begin = 0;
  std::size_t i = 0;
  std::size_t text_end = kNowhere;  // where a comment cut the text off
  std::size_t first_newline = kNowhere;
  int depth = 0;
  int newlines = 0;
};

// `a#2` in a ready list is the second item of that name, not a comment.
static bool numbers_a_name(std::string_view source, std::size_t i, std::string_view before) {
  return before.starts_with("expect") && (in_word(before.back()) || before.back() == ']') &&
         i + 1 < source.size() && std::isdigit(static_cast<unsigned char>(source[i + 1])) != 0;
}

// Moves behind the closing quote, or to the end of the line when there is none.
static std::size_t behind_string(std::string_view source, std::size_t i) {
  for (++i; i < source.size() && source[i] != '\n'; ++i) {
    if (source[i] == '"') return i + 1;
    if (source[i] == '\\' && i + 1 < source.size() && source[i + 1] != '\n') ++i;
  }
  return i;
}

void Lines::take_comment(Scan& scan, LogicalLine& line) const {
  const std::size_t marker = source_[scan.i] == '#' ? 1 : 2;
  const std::size_t end = std::min(source_.find('\n', scan.i), source_.size());
  const std::string_view text = trim(source_.substr(scan.i + marker, end - scan.i - marker));
  if (!line.comment.empty() && !text.empty()) line.comment += ' ';
  line.comment += text;
  line.has_comment = true;
  if (scan.depth <= 0) scan.text_end = scan.i;
  scan.i = end;
}

bool Lines::next(LogicalLine& line) {
  line.comment.clear();
  line.has_comment = false;
  if (at_ >= source_.size()) return false;
  Scan s{.begin = at_, .i = at_};
  const auto before = [&] { return trim(source_.substr(s.begin, s.i - s.begin)); };
  const auto finish = [&](std::size_t end, std::size_t next) {
    line.text = trim(source_.substr(s.begin, std::min(end, s.text_end) - s.begin));
    if (line.text.empty()) line.text = source_.substr(s.begin, 0);  // says where, all the same
    at_ = next;
    return true;
  };
  // Ends the line behind the brace of a block; what follows on the same line is a line of its own.
  const auto finish_block = [&] {
    const std::size_t end = ++s.i;
    while (s.i < source_.size() && source_[s.i] != '\n' && std::isspace(source_[s.i]) != 0) ++s.i;
    const std::string_view rest = source_.substr(s.i);
    if (rest.starts_with('#') || rest.starts_with("//")) take_comment(s, line);
    const bool at_newline = s.i < source_.size() && source_[s.i] == '\n';
    s.text_end = kNowhere;
    return finish(end, at_newline ? s.i + 1 : s.i);
  };

  while (s.i < source_.size()) {
    const char c = source_[s.i];
    if (c == '\n') {
      if (s.depth <= 0) return finish(s.i, s.i + 1);
      if (s.newlines++ == 0) s.first_newline = s.i;
      if (s.newlines == kMostLinesOfAStatement) break;
    } else if (c == '"') {
      s.i = behind_string(source_, s.i);
      continue;
    } else if (c == '#' || source_.substr(s.i, 2) == "//") {
      if (c == '/' || s.depth <= 0 || !numbers_a_name(source_, s.i, before())) {
        take_comment(s, line);
        continue;
      }
    } else if (c == '{' && s.depth <= 0 && (before().empty() || opens_repeat(before()))) {
      return finish_block();
    } else if (c == '}' && s.depth <= 0) {
      return before().empty() ? finish_block() : finish(s.i, s.i);
    } else if (c == '(' || c == '[' || c == '{') {
      ++s.depth;
    } else if ((c == ')' || c == ']' || c == '}') && s.depth > 0) {
      --s.depth;
    }
    ++s.i;
  }
  if (s.depth <= 0 || s.first_newline == kNowhere) return finish(s.i, s.i);
  return finish(s.first_newline, s.first_newline + 1);
}

Place place_of(std::string_view source, std::size_t offset) {
  offset = std::min(offset, source.size());
  Place p;
  p.line = 1 + static_cast<int>(std::count(
                   source.begin(), source.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
  const std::size_t before = offset == 0 ? kNowhere : source.rfind('\n', offset - 1);
  const std::size_t begin = before == kNowhere ? 0 : before + 1;
  p.text = source.substr(begin, std::min(source.find('\n', begin), source.size()) - begin);
  if (p.text.ends_with('\r')) p.text.remove_suffix(1);
  p.column = 1 + static_cast<int>(code_points(source.substr(begin, offset - begin)));
  return p;
}

}  // namespace epollscope::source
