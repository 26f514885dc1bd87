// Collects statements and the blocks around them: groups, which are one step for the person who
// steps, and repeats, which are written out. Private to the room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/script/program.h"

namespace epollscope {

class Blocks {
 public:
  // Each of these says what is wrong, or nothing.
  using Complaint = std::optional<std::string>;

  Complaint open_group(std::size_t at);
  Complaint open_repeat(std::size_t at, std::string_view text);  // `repeat 3 {`
  Complaint close();
  // Requires: steps_left() > 0, or room_for_comment() for a comment.
  void add(Statement statement);

  // How many more steps, and comments or empty lines, there may be.
  [[nodiscard]] std::size_t steps_left() const { return kMaxSteps - steps_; }
  [[nodiscard]] bool room_for_comment() const { return comments_ < kMaxSteps; }
  [[nodiscard]] std::size_t steps() const { return steps_; }
  // Where the innermost block that is still open begins.
  [[nodiscard]] std::optional<std::size_t> open_at() const;

  std::vector<Statement>& statements() { return statements_; }

 private:
  struct Block {
    std::size_t at;
    std::size_t begin;    // index of its first statement
    std::uint64_t times;  // of a repeat
    bool is_group;
    int groups;  // how many groups there were before it
  };

  Complaint repeat(const Block& block);

  std::vector<Statement> statements_;
  std::vector<Block> open_;
  std::size_t steps_ = 0;
  std::size_t comments_ = 0;
  int groups_ = 0;
  int group_depth_ = 0;  // groups inside groups are the same step
};

}  // namespace epollscope
