#include "core/script/blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/script/source.h"

namespace epollscope {
namespace {

constexpr std::size_t kDeepest = 16;

bool is_comment(const Statement& s) { return std::holds_alternative<Comment>(s.what); }

std::string too_deep() { return fmt::format("blocks nest {} deep at most", kDeepest); }

}  // namespace

Blocks::Complaint Blocks::open_group(std::size_t at) {
  if (open_.size() >= kDeepest) return too_deep();
  open_.push_back({at, statements_.size(), 1, true, groups_});
  ++group_depth_;
  return std::nullopt;
}

Blocks::Complaint Blocks::open_repeat(std::size_t at, std::string_view text) {
  if (open_.size() >= kDeepest) return too_deep();
  constexpr std::string_view kWord = "repeat";
  text.remove_prefix(kWord.size());
  const bool has_brace = text.ends_with('{');
  if (has_brace) text.remove_suffix(1);
  text = source::trim(text);
  std::uint64_t times = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), times);
  const bool number = !text.empty() && end == text.data() + text.size();
  const bool huge = number && error == std::errc::result_out_of_range;
  if (has_brace)
    open_.push_back({at, statements_.size(), huge ? kMaxSteps + 1 : times, false, groups_});
  if (!has_brace || !number) return "a repeat is written: repeat 3 {";
  if (times == 0 && !huge) {
    open_.back().times = 1;
    return "a repeat runs once at least";
  }
  return std::nullopt;
}

void Blocks::add(Statement statement) {
  ++(is_comment(statement) ? comments_ : steps_);
  if (group_depth_ > 0) statement.group = groups_;
  statements_.push_back(std::move(statement));
}

Blocks::Complaint Blocks::close() {
  if (open_.empty()) return "this } closes nothing";
  const Block block = open_.back();
  open_.pop_back();
  if (!block.is_group) return repeat(block);
  // A number is used up only by a group that holds something.
  if (--group_depth_ == 0 && statements_.size() > block.begin) ++groups_;
  return std::nullopt;
}

// Nothing is copied before it is known that there is room for all of it.
Blocks::Complaint Blocks::repeat(const Block& block) {
  const std::size_t end = statements_.size();
  std::size_t steps = 0;
  for (std::size_t i = block.begin; i < end; ++i) steps += is_comment(statements_[i]) ? 0 : 1;
  const std::size_t comments = end - block.begin - steps;
  const std::uint64_t more = std::max<std::uint64_t>(block.times, 1) - 1;
  if ((steps > 0 && more > steps_left() / steps) ||
      (comments > 0 && more > (kMaxSteps - comments_) / comments)) {
    return fmt::format("a scenario may have {} steps at most, after ranges and repeats", kMaxSteps);
  }
  if (end == block.begin) return std::nullopt;
  statements_.reserve(block.begin + (end - block.begin) * (more + 1));
  const int groups = groups_ - block.groups;
  for (std::uint64_t n = 1; n <= more; ++n) {
    for (std::size_t i = block.begin; i < end; ++i) {
      Statement copy = statements_[i];
      copy.prose = -1;
      // Outside a group each round has groups of its own; inside one it is all the same step.
      if (group_depth_ == 0 && copy.group >= 0) copy.group += static_cast<int>(n) * groups;
      statements_.push_back(std::move(copy));
    }
  }
  steps_ += steps * more;
  comments_ += comments * more;
  if (group_depth_ == 0) groups_ += groups * static_cast<int>(more);
  return std::nullopt;
}

std::optional<std::size_t> Blocks::open_at() const {
  if (open_.empty()) return std::nullopt;
  return open_.back().at;
}

}  // namespace epollscope
