// Cuts scenario text into logical lines: comments apart, statements that go on over lines inside
// brackets in one piece. Private to the room.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace epollscope::source {

struct LogicalLine {
  std::string text;     // without comment; as many bytes as the source has up to its end, so that
                        // offsets into it are offsets into the source
  std::string comment;  // trimmed, without its `#` or `//`
  bool has_comment = false;
  std::size_t at = 0;  // offset of text[0] in the source
};

std::vector<LogicalLine> split(std::string_view source);

// Line and column (code points) of an offset, from 1, and the text of that line.
struct Place {
  int line = 1, column = 1;
  std::string_view text;
};
Place place_of(std::string_view source, std::size_t offset);

}  // namespace epollscope::source
