// Cuts scenario text into logical lines: comments apart, statements that go on over lines inside
// brackets in one piece. Private to the room; views point into the text that was given.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace epollscope::source {

struct LogicalLine {
  // A statement, "{", "}" or "repeat n {", trimmed. Without any it is empty, but points to where
  // the line begins. Comments between the lines of a statement are part of it: the grammar skips
  // them.
  std::string_view text;
  std::string comment;  // all comments of the line, trimmed, without `#` or `//`
  bool has_comment = false;
};

class Lines {
 public:
  explicit Lines(std::string_view source) : source_(source) {}

  // The next line; false at the end.
  bool next(LogicalLine& line);

 private:
  struct Scan;
  void take_comment(Scan& scan, LogicalLine& line) const;

  std::string_view source_;
  std::size_t at_ = 0;
};

// `repeat 3 {` and the like, complete or not.
bool opens_repeat(std::string_view text);

std::string_view trim(std::string_view text);

// Line and column (code points) of an offset, from 1, and the text of that line.
struct Place {
  int line = 1, column = 1;
  std::string_view text;
};
Place place_of(std::string_view source, std::size_t offset);

}  // namespace epollscope::source
