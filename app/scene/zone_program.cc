// The program: every statement with what became of it, the current one marked.
#include <algorithm>
#include <map>
#include <span>

#include "app/scene/look.h"
#include "app/scene/quiz.h"
#include "app/scene/zones.h"

namespace epollscope::scene {
namespace {

constexpr float kRowMargins = 62;  // left and right of a row's call: number, gaps
constexpr Type kRowResult{Face::mono_bold, 12.6F, Role::good};
constexpr Type kNumber{Face::mono, 11.5F, Role::text_faint};

// Which step made a statement's call, and what became of it by the cursor.
class Outcomes {
 public:
  // Of the first `count` statements.
  Outcomes(const StageModel& model, std::size_t count) : model_(model), step_of_(count) {
    for (const StepRecord& r : model.steps) {
      const auto statement = static_cast<std::size_t>(r.statement);
      if (r.statement >= 0 && statement < count) step_of_[statement] = r.n;
      for (const Resumed& back : r.resumed) ended_[back.began] = {r.n, &back.outcome};
    }
    numbers_.reserve(step_of_.size());
    int last = 0;
    for (std::size_t i = 0; i < step_of_.size(); ++i) {
      const int n = step_of_[i];
      const bool call =
          std::holds_alternative<CallStatement>(model.lesson->program.statements[i].what);
      if (n > 0 || call) last = n > 0 ? n : last + 1;
      numbers_.push_back(n > 0 || call ? last : 0);
    }
  }
  // The number of the step that the line is, or will be if nothing comes between; 0: none.
  [[nodiscard]] int number(int statement) const {
    return numbers_[static_cast<std::size_t>(statement)];
  }
  [[nodiscard]] int step_of(int statement) const {
    return step_of_[static_cast<std::size_t>(statement)];
  }
  // Whether a call before this line has not run by the cursor.
  [[nodiscard]] bool ahead(int statement) const {
    for (int i = statement; i-- > 0;) {
      const Statement& s = model_.lesson->program.statements[static_cast<std::size_t>(i)];
      if (!std::holds_alternative<CallStatement>(s.what)) continue;
      return step_of(i) == 0 || step_of(i) > model_.done();
    }
    return false;
  }
  // nullopt: nothing to show yet.
  [[nodiscard]] std::optional<ResultText> result(const Sketch& pen, int statement) const {
    const int n = step_of(statement);
    if (n == 0 || n > model_.done()) return std::nullopt;
    const StepRecord& r = model_.steps[static_cast<std::size_t>(n) - 1];
    if (r.returned) return result_text(r.call.name, r.outcome);
    const auto end = ended_.find(n);
    if (end != ended_.end() && end->second.first <= model_.done()) {
      return result_text(r.call.name, *end->second.second);
    }
    return asleep_text(pen);
  }
  [[nodiscard]] const StepRecord* record(int statement) const {
    const int n = step_of(statement);
    return n == 0 ? nullptr : &model_.steps[static_cast<std::size_t>(n) - 1];
  }

 private:
  const StageModel& model_;
  std::vector<int> step_of_, numbers_;  // by statement
  std::map<int, std::pair<int, const Outcome*>> ended_;
};

bool is_shown(const Statement& s) {
  return !std::holds_alternative<Comment>(s.what) || !s.comment.empty();
}

std::vector<int> shown_rows(const Program& program) {
  std::vector<int> rows;
  rows.reserve(program.statements.size());
  for (std::size_t i = 0; i < program.statements.size(); ++i) {
    if (is_shown(program.statements[i])) rows.push_back(static_cast<int>(i));
  }
  return rows;
}

// The first row shown, so that the current one is in sight with something of what follows.
std::size_t first_row(const Sketch& pen, const std::vector<int>& rows, int current,
                      std::size_t room) {
  if (rows.size() <= room) return 0;
  const std::size_t last = rows.size() - room;
  const int wanted = pen.input().program_scroll;
  if (wanted >= 0) {
    const auto at = std::ranges::lower_bound(rows, wanted);
    return std::min(last, static_cast<std::size_t>(at - rows.begin()));
  }
  const auto at = static_cast<std::size_t>(std::ranges::lower_bound(rows, current) - rows.begin());
  const std::size_t lead = room * 2 / 3;
  return std::min(last, at > lead ? at - lead : 0);
}

// What a row says: all of it, or of a failure its name alone, or of a creation no arguments.
struct RowWords {
  std::string call, result;
};
RowWords row_words(const Statement& statement, const std::optional<ResultText>& result, float width,
                   float size) {
  constexpr std::string_view kFailure = "= -1 ";
  RowWords words{call_text(statement), result ? result->words : std::string()};
  const auto fits = [&] {
    return Sketch::width_of(words.call, type::kCode.at(size)) +
               Sketch::width_of(words.result, kRowResult) <=
           width;
  };
  if (!fits() && words.result.starts_with(kFailure)) words.result.erase(0, kFailure.size());
  if (!fits()) words.call = brief_call_text(statement);
  return words;
}

constexpr float kSmallestRow = 10.4F;
constexpr float kBriefBelow = 11.8F;  // rather fewer words than smaller ones

// The largest size at which the rows in sight fit, of those that can fit at all.
float row_size(const Sketch& pen, const StageModel& model, const Outcomes& outcomes,
               std::span<const int> rows, float width) {
  float size = type::kCode.size;
  for (const int index : rows) {
    const auto& statement = model.lesson->program.statements[static_cast<std::size_t>(index)];
    const RowWords words = row_words(statement, outcomes.result(pen, index), width, kBriefBelow);
    const float at_one = Sketch::width_of(words.call, type::kCode.at(1));
    const float fits =
        (width - Sketch::width_of(words.result, kRowResult)) / std::max(1.0F, at_one);
    if (fits >= kSmallestRow) size = std::min(size, fits);
  }
  return size;
}

// A call that is too long, without its middle: the first three arguments say what it is about,
// the last flags how the item is triggered.
std::string keep_ends(const std::string& call, const Type& set, float room) {
  if (Sketch::width_of(call, set) <= room) return call;
  std::size_t front = call.find('(');
  for (int i = 0; i < 3 && front != std::string::npos; ++i) front = call.find(',', front + 1);
  const std::size_t last = call.rfind('|');
  if (front == std::string::npos || last == std::string::npos || last <= front) return call;
  for (const std::size_t cut : {call.rfind('|', last - 1), last}) {
    for (std::size_t n = cut; cut != std::string::npos && n > front; --n) {
      std::string kept = call.substr(0, n) + "…" + call.substr(cut);
      if (Sketch::width_of(kept, set) <= room) return kept;
    }
  }
  return call;
}

struct RowPlace {
  Rect at;
  float size;    // of the type
  bool current;  // the step at the cursor
  bool hidden;   // what it expects would answer an open question
};

void draw_row(Sketch& pen, const StageModel& model, const Outcomes& outcomes, int index,
              const RowPlace& place) {
  const auto& [row, size, current, hidden] = place;
  const Statement& statement = model.lesson->program.statements[static_cast<std::size_t>(index)];
  const float baseline = row.y + row.h - 8.4F;
  const int step = outcomes.step_of(index);
  const bool past = step > 0 && step <= model.step;
  if (current) pen.box({row.x, row.y + 0.2F, row.w, 25}, Role::selection_fill, Role::selection, 5);
  const int ordinal = outcomes.number(index);
  const std::string number = ordinal > 0 ? std::to_string(ordinal) : std::string();
  const float numbers = std::max(14.0F, Sketch::width_of(number, kNumber));
  pen.text({row.x + 12 + numbers, baseline}, number, kNumber, numbers + 1, Align::right);
  const float left = row.x + 12 + numbers + 12;
  const float right = row.right() - 12;
  float taken = 0;
  const auto result = outcomes.result(pen, index);
  RowWords row_says = row_words(statement, result, row.w - kRowMargins, size);
  if (result) {
    taken = pen.text({right, baseline}, row_says.result, kRowResult.in(result->color), row.w * 0.4F,
                     Align::right);
  }
  if (const StepRecord* r = outcomes.record(index); result && r != nullptr) {
    const bool wrong = r->held == false || !r->differences.empty();
    if (wrong || r->branch_differs) {
      taken += 18;
      pen.disc({right - taken + 6, baseline - 4.5F}, 4, wrong ? Role::bad : Role::warn);
    }
  }
  const bool is_call = std::holds_alternative<CallStatement>(statement.what);
  const Role color = past && is_call ? Role::text : Role::text_faint;
  std::string words = call_text(statement);
  if (hidden) {
    words.resize(words.find('=') + 1);
    row_says.call = words += " …";
  }
  const Type set = type::kCode.at(size).in(color);
  const float room = right - taken - 8 - left;
  pen.text({left, baseline}, keep_ends(row_says.call, set, room), set, room);
  std::string label = number.empty() ? words : pen.t("hit.statement", {number, words});
  if (result) label += " " + result->words;
  pen.hit("statement:" + std::to_string(index), row, label, 5);
}

}  // namespace

float program_height(const StageModel& model) {
  return static_cast<float>(std::ranges::count_if(model.lesson->program.statements, is_shown)) *
         kProgramRow;
}

void draw_program(Sketch& pen, const StageModel& model, Rect where) {
  const auto room = static_cast<std::size_t>(std::max(0.0F, where.h / kProgramRow));
  if (room == 0) return;
  const std::vector<int> rows = shown_rows(model.lesson->program);
  const StepRecord* record = model.current();
  const int current = record == nullptr ? -1 : record->statement;
  const bool asks = question_open(model, pen);
  const std::size_t first = first_row(pen, rows, std::max(0, current), room);
  const std::size_t end = std::min(rows.size(), first + room);
  const Outcomes outcomes(model, end == 0 ? 0 : static_cast<std::size_t>(rows[end - 1]) + 1);
  const float size = row_size(pen, model, outcomes, std::span(rows).subspan(first, end - first),
                              where.w - 16 - kRowMargins);
  for (std::size_t i = first; i < end; ++i) {
    const Rect row{where.x + 8, where.y + static_cast<float>(i - first) * kProgramRow, where.w - 16,
                   kProgramRow};
    const auto& statement = model.lesson->program.statements[static_cast<std::size_t>(rows[i])];
    // What is expected after a call that has not run would tell how it comes out.
    const bool answer = std::holds_alternative<ExpectReady>(statement.what) &&
                        (outcomes.ahead(rows[i]) || (asks && rows[i] > current));
    draw_row(pen, model, outcomes, rows[i], {row, size, rows[i] == current, answer});
  }
  if (rows.size() > room) {  // where we are in a long program
    const float h = where.h - 4;
    const auto share = [&](std::size_t n) {
      return h * static_cast<float>(n) / static_cast<float>(rows.size());
    };
    pen.box({where.right() - 6, where.y + 2 + share(first), 3, std::max(8.0F, share(room))},
            Role::line_faint, Role::none, 1.5F);
  }
}

}  // namespace epollscope::scene
