#include "core/export/scenario_lines.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/text.h"

namespace epollscope {
namespace {

// Names longer than this do not push the column of `=` to the right.
constexpr std::size_t kWidestNames = 16;

std::string joined(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string trailing(const Statement& s) {
  if (!s.comment.empty()) return "  # " + without_controls(s.comment);
  return s.predict ? "  # predict" : "";
}

}  // namespace

std::string actor_prefix(ActorId actor, bool written) {
  return written || actor != ActorId{} ? print(actor) + ": " : std::string{};
}

ScenarioLines::ScenarioLines(const Lesson& lesson, ReadyNow ready, std::string& out, bool to_run)
    : lesson_(lesson), ready_(std::move(ready)), to_run_(to_run), out_(out) {
  compute_columns();
}

void ScenarioLines::compute_columns() {
  const auto& all = lesson_.program.statements;
  column_.assign(all.size(), 0);
  for (std::size_t i = 0; i < all.size();) {
    std::size_t end = i;
    std::size_t widest = 0;
    for (; end < all.size(); ++end) {
      const auto* call = std::get_if<CallStatement>(&all[end].what);
      if (call == nullptr || call->names.empty()) break;
      widest = std::max(widest, joined(call->names).size());
    }
    if (widest <= kWidestNames) {
      std::fill(column_.begin() + static_cast<std::ptrdiff_t>(i),
                column_.begin() + static_cast<std::ptrdiff_t>(end), widest);
    }
    i = std::max(end, i + 1);
  }
}

const Statement* ScenarioLines::statement(int index) const {
  const auto& all = lesson_.program.statements;
  if (index < 0 || index >= static_cast<int>(all.size())) return nullptr;
  return &all[static_cast<std::size_t>(index)];
}

std::string ScenarioLines::call_text(const StepRecord& record) const {
  const Statement* s = statement(record.statement);
  const auto* call = s == nullptr ? nullptr : std::get_if<CallStatement>(&s->what);
  std::string text = actor_prefix(record.actor, call != nullptr && call->actor_written);
  if (!record.names.empty()) {
    const std::size_t width =
        call == nullptr ? 0 : column_[static_cast<std::size_t>(record.statement)];
    text += fmt::format("{:<{}} = ", joined(record.names), width);
  }
  return text + print(record.call);
}

void ScenarioLines::put(std::string_view text) {
  out_ += text;
  out_ += '\n';
  after_blank_ = text.empty();
}

void ScenarioLines::print_prose(std::string_view text) {
  if (!after_blank_) put("");
  comment(text);
  put("");
}

void ScenarioLines::comment(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view one = text.substr(0, end);
    if (one.ends_with('\r')) one.remove_suffix(1);
    put(fmt::format("{}{}", one.empty() ? "#" : "# ", without_controls(one)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void ScenarioLines::prose_before(const Statement& s) {
  if (s.prose < 0 || s.prose == prose_) return;
  prose_ = s.prose;
  enter_group(-1);
  print_prose(lesson_.prose[static_cast<std::size_t>(prose_)]);
}

void ScenarioLines::enter_group(int group) {
  if (group == group_) return;
  if (group_ >= 0) put("}");
  if (group >= 0) put("{");
  group_ = group;
}

void ScenarioLines::close() {
  enter_group(-1);
  const auto& all = lesson_.program.statements;
  const int last = static_cast<int>(lesson_.prose.size()) - 1;
  const bool shown =
      std::any_of(all.begin(), all.end(), [&](const Statement& s) { return s.prose == last; });
  if (last < 0 || shown || cursor_ < static_cast<int>(all.size())) return;
  print_prose(lesson_.prose.back());
}

void ScenarioLines::line(int index, const std::string& text) {
  const Statement* s = statement(index);
  if (s != nullptr) {
    prose_before(*s);
    enter_group(s->group);
    cursor_ = std::max(cursor_, index + 1);
  }
  put(fmt::format("{}{}{}", group_ >= 0 ? "  " : "", text, s != nullptr ? trailing(*s) : ""));
}

// The group of the next statement that is not a comment; -1 when there is none. Requires: indices
// in order, so that a run of comments is walked once.
int ScenarioLines::group_after(int index) {
  following_ = std::max(following_, index);
  const Statement* s = statement(following_);
  while (s != nullptr && std::holds_alternative<Comment>(s->what)) s = statement(++following_);
  return s == nullptr ? -1 : s->group;
}

bool ScenarioLines::expects_before(int next) const {
  for (int i = cursor_; i < next; ++i) {
    const Statement* s = statement(i);
    if (s != nullptr && std::holds_alternative<ExpectReady>(s->what)) return true;
  }
  return false;
}

void ScenarioLines::pass_to(int next) {
  while (cursor_ < next) {
    const int index = cursor_++;
    const Statement* s = statement(index);
    if (s == nullptr) return;
    if (std::holds_alternative<Comment>(s->what)) {
      prose_before(*s);
      if (group_after(index) != group_) enter_group(-1);
      if (s->comment.empty()) put("");
      comment(s->comment);
    } else if (const auto* ready = std::get_if<ExpectReady>(&s->what)) {
      const auto now = ready_(ready->epoll);
      const std::string words = fmt::format("expect ready({}) = [{}]", ready->epoll,
                                            fmt::join(now ? *now : ready->items, ", "));
      now || to_run_ ? line(index, words) : comment("not decided: " + words);
    } else if (const auto* call = std::get_if<CallStatement>(&s->what)) {
      std::string words = actor_prefix(call->actor, call->actor_written);
      if (!call->names.empty()) words += fmt::format("{} = ", fmt::join(call->names, ", "));
      comment("not made: " + words + print(call->call));
    }
  }
}

}  // namespace epollscope
