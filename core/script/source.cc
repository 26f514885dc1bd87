#include "core/script/source.h"

#include <algorithm>

#include "core/base/text.h"

namespace epollscope::source {
namespace {

std::string_view trim(std::string_view s) {
  const auto first = s.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return s.substr(first, s.find_last_not_of(" \t\r") - first + 1);
}

// Brackets that keep a statement open. A `{` that opens a block does not: it stands alone or
// behind `repeat n`.
bool opens_block(std::string_view text_before) {
  const std::string_view t = trim(text_before);
  return t.empty() || t.starts_with("repeat ");
}

// A bracket that is never closed must not swallow the rest of the file: a statement that is still
// open after this many lines ends with its first one.
constexpr int kMostLinesOfAStatement = 100;

class Splitter {
 public:
  explicit Splitter(std::string_view source) : source_(source) {}

  std::vector<LogicalLine> run() {
    begin(0);
    for (i_ = 0;; ++i_) {
      for (; i_ < source_.size(); ++i_) take(source_[i_]);
      if (depth_ <= 0 || first_newline_ == std::string_view::npos) break;
      cut_at_first_line();
    }
    end();
    return std::move(lines_);
  }

 private:
  void begin(std::size_t at) {
    now_ = {};
    now_.at = at;
    depth_ = 0;
    newlines_ = 0;
    first_newline_ = std::string_view::npos;
    in_string_ = false;
  }

  void cut_at_first_line() {
    const std::size_t next = first_newline_ + 1;
    now_.text.resize(std::min(now_.text.size(), first_newline_ - now_.at));
    end();
    begin(next);
    i_ = next - 1;
  }

  void end() {
    now_.comment = std::string(trim(now_.comment));
    lines_.push_back(std::move(now_));
  }

  void take(char c) {
    if (c == '\n' && (in_string_ || depth_ <= 0)) {
      end();
      begin(i_ + 1);
      return;
    }
    if (c == '\n') {
      if (++newlines_ == 1) first_newline_ = i_;
      if (newlines_ == kMostLinesOfAStatement) return cut_at_first_line();
    }
    if (in_string_) {
      now_.text += c;
      if (c == '\\' && i_ + 1 < source_.size() && source_[i_ + 1] != '\n') {
        now_.text += source_[++i_];
      } else if (c == '"') {
        in_string_ = false;
      }
      return;
    }
    if (c == '#' || (c == '/' && source_.substr(i_).starts_with("//"))) {
      if (c == '/' || !inside_word()) {
        take_comment(c == '#' ? 1 : 2);
        return;
      }
    }
    if (c == '"') in_string_ = true;
    const bool block = c == '{' && depth_ == 0 && opens_block(now_.text);
    if ((c == '(' || c == '[' || c == '{') && !block) ++depth_;
    if ((c == ')' || c == ']' || c == '}') && depth_ > 0) --depth_;
    now_.text += c;
  }

  // `a#2` names the second a; a comment needs a space before its #.
  [[nodiscard]] bool inside_word() const {
    return !now_.text.empty() && std::isalnum(static_cast<unsigned char>(now_.text.back())) != 0 &&
           i_ + 1 < source_.size() &&
           std::isdigit(static_cast<unsigned char>(source_[i_ + 1])) != 0;
  }

  void take_comment(std::size_t marker) {
    const std::size_t stop = std::min(source_.find('\n', i_), source_.size());
    const std::string_view text = trim(source_.substr(i_ + marker, stop - i_ - marker));
    if (now_.has_comment && !text.empty()) now_.comment += ' ';
    now_.comment += text;
    now_.has_comment = true;
    now_.text.append(stop - i_, ' ');  // keeps offsets equal
    i_ = stop - 1;
  }

  std::string_view source_;
  std::size_t i_ = 0;
  LogicalLine now_;
  int depth_ = 0;
  int newlines_ = 0;
  std::size_t first_newline_ = std::string_view::npos;
  bool in_string_ = false;
  std::vector<LogicalLine> lines_;
};

}  // namespace

std::vector<LogicalLine> split(std::string_view source) { return Splitter(source).run(); }

Place place_of(std::string_view source, std::size_t offset) {
  offset = std::min(offset, source.size());
  Place p;
  p.line = 1 + static_cast<int>(std::count(
                   source.begin(), source.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
  const std::size_t before = offset == 0 ? std::string_view::npos : source.rfind('\n', offset - 1);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  p.text = source.substr(begin, std::min(source.find('\n', begin), source.size()) - begin);
  p.column = 1 + static_cast<int>(code_points(source.substr(begin, offset - begin)));
  return p;
}

}  // namespace epollscope::source
