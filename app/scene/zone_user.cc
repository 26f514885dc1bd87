// User space: the call and its result, events[], the program, and the way to something else.
#include <algorithm>
#include <map>
#include <set>

#include "app/scene/look.h"
#include "app/scene/zones.h"

namespace epollscope::scene {
namespace {

constexpr float kMargin = 18;
constexpr float kRow = 25.4F;
constexpr float kSlotGap = 6;
constexpr Type kCall{Face::mono_bold, 14.5F, Role::text};
constexpr Type kResult{Face::mono_bold, 16, Role::good};
constexpr Type kRowResult{Face::mono_bold, 12.6F, Role::good};
constexpr Type kNumber{Face::mono, 11.5F, Role::text_faint};

// ---- the call

struct Headline {
  std::string call;
  ResultText result;
};

Headline headline(const Sketch& pen, const StageModel& model) {
  const StepRecord* record = model.current();
  if (record == nullptr) return {pen.t("user.nothing_yet"), {"", Role::text_faint}};
  std::string call = call_text(record->names, record->call);
  if (record->actor != ActorId{}) call = print(record->actor) + ": " + call;
  if (model.micro) return {call, {"…", Role::text_dim}};
  if (!record->returned) return {call, asleep_text(pen)};
  return {call, result_text(pen, record->outcome)};
}

void draw_headline(Sketch& pen, const StageModel& model, Rect where) {
  const Headline head = headline(pen, model);
  const Type set = kResult.in(head.result.color);
  const float right = where.right() - kMargin;
  const float taken =
      pen.text({right, where.y + 64}, head.result.words, set, where.w / 2, Align::right);
  const float room = right - taken - 12 - (where.x + kMargin);
  Type call = kCall;
  while (call.size > 11.5F && Sketch::width_of(head.call, call) > room) call.size -= 0.5F;
  if (model.step == 0) call = {Face::sans, 13, Role::text_dim};
  pen.text({where.x + kMargin, where.y + 64}, head.call, call, room);
  if (model.step > 0) {
    pen.hit("step:" + std::to_string(model.step),
            {where.x + kMargin - 6, where.y + 47, where.w - 2 * kMargin + 12, 25},
            pen.t("hit.step", {std::to_string(model.step), head.call + " " + head.result.words}));
  }
}

// ---- events[]

struct Slots {
  int columns = 4, rows = 1;
  float height = 58;
  [[nodiscard]] int count() const { return columns * rows; }
};

Slots slots_for(const EventsLeft& left, float width) {
  Slots slots;
  slots.columns = std::max(1, static_cast<int>((width + kSlotGap) / (52 + kSlotGap)));
  slots.columns = std::min(slots.columns, 4);
  if (static_cast<int>(left.events.size()) > slots.columns) {
    slots.rows = 2;
    slots.height = 38;
  } else {
    slots.columns = std::min(slots.columns, std::max(1, left.slots));
  }
  return slots;
}

void draw_slot(Sketch& pen, Rect where, int index, const ShownEvent* event, int more) {
  const bool full = event != nullptr;
  pen.box(where, full ? Role::in_fill : Role::sunken, full ? Role::in : Role::panel_border, 7,
          full ? 1.5F : 1);
  const std::string number = "[" + std::to_string(index) + "]";
  const Type faint{Face::mono, 11, Role::text_faint};
  const float middle = where.center().x;
  const bool low = where.h < 50;
  if (more > 0) {
    pen.text({middle, where.center().y + 4}, pen.t("user.more", {std::to_string(more)}),
             type::kWord.in(Role::text_dim), where.w - 8, Align::center);
    pen.hit("event:" + std::to_string(index), where,
            pen.t("hit.more_events", {std::to_string(more)}));
    return;
  }
  const float number_width =
      low && full ? 0 : pen.text({where.x + 8, where.y + 16}, number, faint, where.w - 12);
  if (!full) {
    pen.hit("event:" + std::to_string(index), where, pen.t("hit.empty_slot", {number}));
    return;
  }
  (void)number_width;
  const auto words = event_words(event->events);
  if (low) {
    draw_words(pen, words, {middle, where.y + 16}, where.w - 8, 12, Align::center);
    pen.text({middle, where.y + 31}, "data=" + event->data_name, type::kFd.at(11).in(Role::text),
             where.w - 8, Align::center);
  } else {
    draw_words(pen, words, {middle, where.y + 33}, where.w - 8, 14, Align::center);
    pen.text({middle, where.y + 50}, "data=" + event->data_name, type::kFd.in(Role::text),
             where.w - 8, Align::center);
  }
  pen.hit("event:" + std::to_string(index), where,
          pen.t("hit.event", {number, mask_text(event->events), event->data_name}));
}

void draw_events(Sketch& pen, const StageModel& model, Rect where) {
  const EventsLeft left = events_left(model);
  const float x = where.x + kMargin;
  const float width = where.w - 2 * kMargin;
  const std::string step = std::to_string(left.step);
  const std::string_view key = left.step == 0        ? "user.events_never"
                               : left.filling        ? "user.events_filling"
                               : left.events.empty() ? "user.events_empty"
                                                     : "user.events_left";
  pen.text({x, where.y + 88}, pen.t(key, {step}), type::kNote, width);
  const Slots slots = slots_for(left, width);
  const float w = (width + kSlotGap) / static_cast<float>(std::max(4, slots.columns)) - kSlotGap;
  const float slot_width = slots.columns < 4 && width < 220
                               ? (width + kSlotGap) / static_cast<float>(slots.columns) - kSlotGap
                               : w;
  const int all = static_cast<int>(left.events.size());
  for (int i = 0; i < slots.count(); ++i) {
    const Rect at{x + static_cast<float>(i % slots.columns) * (slot_width + kSlotGap),
                  where.y + 98 + static_cast<float>(i / slots.columns) * (slots.height + kSlotGap),
                  slot_width, slots.height};
    const bool last = i + 1 == slots.count();
    draw_slot(pen, at, i, i < all ? &left.events[static_cast<std::size_t>(i)] : nullptr,
              last && all > slots.count() ? all - i : 0);
  }
}

float events_bottom(const StageModel& model, Rect where) {
  const Slots slots = slots_for(events_left(model), where.w - 2 * kMargin);
  return where.y + 98 + static_cast<float>(slots.rows) * (slots.height + kSlotGap) - kSlotGap;
}

// ---- the program

// Which step made a statement's call, and what became of it by the cursor.
class Outcomes {
 public:
  explicit Outcomes(const StageModel& model) : model_(model) {
    for (const StepRecord& r : model.steps) {
      if (r.statement >= 0) step_of_[r.statement] = r.n;
      for (const Resumed& back : r.resumed) ended_[back.began] = {r.n, &back.outcome};
      if (r.is_resume && r.statement < 0) continue;
    }
  }
  [[nodiscard]] int step_of(int statement) const {
    const auto at = step_of_.find(statement);
    return at == step_of_.end() ? 0 : at->second;
  }
  // nullopt: nothing to show yet.
  [[nodiscard]] std::optional<ResultText> result(const Sketch& pen, int statement) const {
    const int n = step_of(statement);
    if (n == 0 || n > model_.done()) return std::nullopt;
    const StepRecord& r = model_.steps[static_cast<std::size_t>(n) - 1];
    if (r.returned) return result_text(pen, r.outcome);
    const auto end = ended_.find(n);
    if (end != ended_.end() && end->second.first <= model_.done()) {
      return result_text(pen, *end->second.second);
    }
    return asleep_text(pen);
  }
  [[nodiscard]] const StepRecord* record(int statement) const {
    const int n = step_of(statement);
    return n == 0 ? nullptr : &model_.steps[static_cast<std::size_t>(n) - 1];
  }

 private:
  const StageModel& model_;
  std::map<int, int> step_of_;
  std::map<int, std::pair<int, const Outcome*>> ended_;
};

std::vector<int> shown_rows(const Program& program) {
  std::vector<int> rows;
  for (std::size_t i = 0; i < program.statements.size(); ++i) {
    const Statement& s = program.statements[i];
    if (std::holds_alternative<Comment>(s.what) && s.comment.empty()) continue;
    rows.push_back(static_cast<int>(i));
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

void draw_row(Sketch& pen, const StageModel& model, const Outcomes& outcomes, Rect row, int index,
              bool current) {
  const Statement& statement = model.lesson->program.statements[static_cast<std::size_t>(index)];
  const float baseline = row.y + row.h - 8.4F;
  const int step = outcomes.step_of(index);
  const bool past = step > 0 && step <= model.step;
  if (current) pen.box({row.x, row.y + 0.2F, row.w, 25}, Role::selection_fill, Role::selection, 5);
  const std::string number = std::to_string(index + 1);
  const float numbers = std::max(14.0F, Sketch::width_of(number, kNumber));
  pen.text({row.x + 12 + numbers, baseline}, number, kNumber, numbers + 1, Align::right);
  const float left = row.x + 12 + numbers + 12;
  const float right = row.right() - 12;
  float taken = 0;
  const auto result = outcomes.result(pen, index);
  if (result) {
    taken = pen.text({right, baseline}, result->words, kRowResult.in(result->color), row.w * 0.4F,
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
  const std::string words = call_text(statement);
  pen.text({left, baseline}, words, type::kCode.in(color), right - taken - 8 - left);
  std::string label = pen.t("hit.statement", {number, words});
  if (result) label += " " + result->words;
  pen.hit("statement:" + std::to_string(index), row, label, 5);
}

void draw_program(Sketch& pen, const StageModel& model, Rect where) {
  const auto room = static_cast<std::size_t>(std::max(0.0F, where.h / kRow));
  if (room == 0) return;
  const std::vector<int> rows = shown_rows(model.lesson->program);
  const StepRecord* record = model.current();
  const int current = record == nullptr ? -1 : record->statement;
  const Outcomes outcomes(model);
  const std::size_t first = first_row(pen, rows, std::max(0, current), room);
  const std::size_t end = std::min(rows.size(), first + room);
  for (std::size_t i = first; i < end; ++i) {
    const Rect row{where.x + 8, where.y + static_cast<float>(i - first) * kRow, where.w - 16, kRow};
    draw_row(pen, model, outcomes, row, rows[i], rows[i] == current);
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

void draw_something_else(Sketch& pen, Rect where) {
  pen.line({where.x + 16, where.y}, {where.right() - 16, where.y}, Role::line_faint);
  const float baseline = where.y + 22;
  const Type set{Face::sans_bold, 12.5F, Role::text_dim};
  const float taken =
      pen.text({where.x + kMargin, baseline}, pen.t("user.else"), set, where.w - 2 * kMargin);
  pen.text({where.right() - kMargin, baseline}, pen.t("user.else_what"), type::kNote,
           where.w - 2 * kMargin - taken - 16, Align::right);
  pen.hit("else", {where.x + 8, where.y + 4, where.w - 16, 27}, pen.t("user.else"));
}

}  // namespace

float draw_panel(Sketch& pen, Rect where, std::string_view heading, std::string_view note,
                 Role fill) {
  pen.box(where, fill, Role::panel_border, 8);
  const float baseline = where.y + 27;
  const float taken = pen.text({where.x + 16, baseline}, heading, type::kZone, where.w - 32);
  pen.text({where.right() - 16, baseline}, note, type::kNote, where.w - 32 - taken - 16,
           Align::right);
  return baseline;
}

void draw_call_and_events(Sketch& pen, const StageModel& model, Rect where) {
  const StepRecord* record = model.current();
  const std::string actor = print(record == nullptr ? ActorId{} : record->actor);
  draw_panel(pen, where, pen.t("user.zone"), pen.t("user.thread", {actor}));
  pen.clip(where);
  draw_headline(pen, model, where);
  draw_events(pen, model, where);
  pen.unclip();
}

void draw_user_space(Sketch& pen, const StageModel& model, Rect where) {
  draw_call_and_events(pen, model, where);
  const float top = events_bottom(model, where) + 18;
  const float bottom = where.bottom() - 40;
  if (bottom - top < kRow + 8) return;
  pen.line({where.x + 16, top}, {where.right() - 16, top}, Role::line_faint);
  const auto rows = static_cast<float>(shown_rows(model.lesson->program).size());
  const float height = std::min(bottom - top - 18, rows * kRow);
  draw_program(pen, model, {where.x, top + 9, where.w, height});
  draw_something_else(pen, {where.x, std::max(top + 9 + height + 7, top + 12), where.w, 33});
}

}  // namespace epollscope::scene
