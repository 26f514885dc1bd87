// Lessons: which parts of a Markdown file are scenario, which are questions, and what is said
// between them. md4c decides what a code block is. Private to the room.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/script/program.h"

namespace epollscope::markdown {

struct Block {
  enum class Kind : std::uint8_t { scenario, quiz };
  Kind kind = Kind::scenario;
  std::size_t at = 0, size = 0;  // its inside, in the file
  std::string prose;             // Markdown since the block before
};

struct Document {
  std::string title;  // the first heading
  std::vector<Block> blocks;
  std::string closing_prose;
};

// Whether the text holds an ```epoll fence.
bool is_lesson(std::string_view text);
Document read(std::string_view text);
// The inside of a ```quiz block: question, `- [ ]` and `- [x]` choices, `>` reason.
Quiz read_quiz(std::string_view text);
// What the quiz lacks, or nothing.
std::string_view complaint(const Quiz& quiz);

}  // namespace epollscope::markdown
