// User space: the call and its result, events[], the program, and the way to something else.
#include <algorithm>
#include <span>

#include "app/scene/look.h"
#include "app/scene/zones.h"

namespace epollscope::scene {
namespace {

constexpr float kMargin = 18;
constexpr float kSlotGap = 6;
constexpr Type kCall{Face::mono_bold, 14.5F, Role::text};
constexpr Type kResult{Face::mono_bold, 16, Role::good};

// ---- the call

constexpr float kCallLine = 23;

bool several_threads(const StageModel& model) {
  return std::ranges::any_of(model.steps, [](const StepRecord& r) { return r.actor != ActorId{}; });
}

// Calls of other threads that the step let return, as many as are written out.
std::span<const Resumed> came_back(const StageModel& model) {
  constexpr std::size_t kWritten = 2;
  const StepRecord* record = model.current();
  if (record == nullptr || model.micro) return {};
  return std::span(record->resumed).first(std::min(kWritten, record->resumed.size()));
}

// Where events[] begins, below the calls.
float events_top(const StageModel& model, Rect where) {
  return where.y + 98 + kCallLine * static_cast<float>(came_back(model).size());
}

void draw_call(Sketch& pen, Rect where, float y, const Headline& head, Type call) {
  const Type set = kResult.in(head.result.color);
  const float taken =
      pen.text({where.right() - kMargin, y}, head.result.words, set, where.w / 2, Align::right);
  const float room = where.right() - kMargin - taken - 12 - (where.x + kMargin);
  std::string words = head.call;
  const auto prefix = words.find("epoll_wait");  // what there is no room for says the least
  if (prefix != std::string::npos && Sketch::width_of(words, call.at(11.5F)) > room) {
    words.erase(prefix, 6);
  }
  while (call.size > 11.5F && Sketch::width_of(words, call) > room) call.size -= 0.5F;
  pen.text({where.x + kMargin, y}, words, call, room);
}

void draw_headline(Sketch& pen, const StageModel& model, Rect where) {
  const Headline head = headline(pen, model);
  const Type dim{Face::sans, 13, Role::text_dim};
  float y = where.y + 64;
  pen.place("call", {where.x + kMargin, where.y + 50, where.w - 2 * kMargin, 18});
  draw_call(pen, where, y, head, model.step == 0 ? dim : kCall);
  if (model.step > 0) {
    pen.hit("step:" + std::to_string(model.step),
            {where.x + kMargin - 6, where.y + 47, where.w - 2 * kMargin + 12, 25},
            pen.t("hit.step", {std::to_string(model.step), head.call + " " + head.result.words}));
  }
  for (const Resumed& back : came_back(model)) {
    y += kCallLine;
    const std::string call = print(back.actor) + ": " + call_text({}, back.call);
    draw_call(pen, where, y, {call, result_text(back.call.name, back.outcome)},
              kCall.in(Role::text_dim));
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

// The number alone where its name does not fit beside it.
void draw_data(Sketch& pen, const ShownEvent& event, Point at, Type set, float room) {
  const std::string named = "data=" + event.data_name;
  pen.text(at, Sketch::width_of(named, set) <= room ? named : event.data_name, set, room,
           Align::center);
}

struct Slot {
  int index = 0;
  const ShownEvent* event = nullptr;
  bool earlier = false;  // written by an earlier step
  int more = 0;          // of the events, as many as follow
  int last = 0;          // the number of the slot that it stands for
};

void draw_slot(Sketch& pen, Rect where, const Slot& slot) {
  const auto& [index, event, earlier, more, last] = slot;
  const bool full = event != nullptr;
  const bool news = full && !earlier;
  pen.box(where, news ? Role::in_fill : Role::sunken, news ? Role::in : Role::panel_border, 7,
          news ? 1.5F : 1);
  const std::string number = (last > index ? "…[" : "[") + std::to_string(last) + "]";
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
  if (!low || !full) pen.text({where.x + 8, where.y + 16}, number, faint, where.w - 12);
  if (!full) {
    pen.hit("event:" + std::to_string(index), where, pen.t("hit.empty_slot", {number}));
    return;
  }
  const EventLook look = earlier ? EventLook::earlier : EventLook::reported;
  draw_events(pen, event->events, {middle, where.y + (low ? 16 : 34)}, where.w - 8, low ? 12 : 13,
              look, Align::center);
  draw_data(pen, *event, {middle, where.y + (low ? 31 : 50)},
            type::kFd.at(low ? 11 : 12).in(earlier ? Role::text_dim : Role::text), where.w - 8);
  pen.hit("event:" + std::to_string(index), where,
          pen.t("hit.event", {number, mask_text(event->events), event->data_name}));
}

void draw_array(Sketch& pen, const StageModel& model, Rect where) {
  const EventsLeft left = events_left(model);
  const float x = where.x + kMargin;
  const float width = where.w - 2 * kMargin;
  // Every thread has an array of its own.
  const float top = events_top(model, where);
  std::string words = pen.t(events_key(left), {std::to_string(left.step)});
  if (several_threads(model) && left.step > 0) words = print(left.actor) + ": " + words;
  pen.text({x, top - 10}, words, type::kNote, width);
  const Slots slots = slots_for(left, width);
  const float w = (width + kSlotGap) / static_cast<float>(std::max(4, slots.columns)) - kSlotGap;
  const float slot_width = slots.columns < 4 && width < 220
                               ? (width + kSlotGap) / static_cast<float>(slots.columns) - kSlotGap
                               : w;
  const int all = static_cast<int>(left.events.size());
  for (int i = 0; i < slots.count(); ++i) {
    const int row = i / slots.columns;
    const Rect at{x + static_cast<float>(i % slots.columns) * (slot_width + kSlotGap),
                  top + static_cast<float>(row) * (slots.height + kSlotGap), slot_width,
                  slots.height};
    const bool last = i + 1 == slots.count();
    const int stands_for = last && i >= all ? std::max(i, left.slots - 1) : i;
    pen.begin("slot:" + std::to_string(i), at);
    draw_slot(pen, at,
              {.index = i,
               .event = i < all ? &left.events[static_cast<std::size_t>(i)] : nullptr,
               .earlier = left.earlier,
               .more = last && all > slots.count() ? all - i : 0,
               .last = stands_for});
    pen.end();
  }
}

float events_bottom(const StageModel& model, Rect where) {
  const Slots slots = slots_for(events_left(model), where.w - 2 * kMargin);
  return events_top(model, where) + static_cast<float>(slots.rows) * (slots.height + kSlotGap) -
         kSlotGap;
}

void draw_something_else(Sketch& pen, Rect where) {
  pen.line({where.x + 16, where.y}, {where.right() - 16, where.y}, Role::line_faint);
  const float baseline = where.y + 22;
  const Type set{Face::sans_bold, 12.5F, Role::text_dim};
  const float taken =
      pen.text({where.x + kMargin, baseline}, pen.t("user.else"), set, where.w - 2 * kMargin);
  pen.whole({where.right() - kMargin, baseline}, pen.t("user.else_what"), type::kNote,
            where.w - 2 * kMargin - taken - 16, Align::right);
  pen.hit("else", {where.x + 8, where.y + 4, where.w - 16, 27}, pen.t("user.else"));
}

}  // namespace

Headline headline(const Sketch& pen, const StageModel& model) {
  const StepRecord* record = model.current();
  if (record == nullptr) return {pen.t("user.nothing_yet"), {"", Role::text_faint}};
  std::string call = call_text(record->names, record->call);
  if (several_threads(model)) call = print(record->actor) + ": " + call;
  if (model.micro) return {call, {"…", Role::text_dim}};
  if (!record->returned) return {call, asleep_text(pen)};
  return {call, result_text(record->call.name, record->outcome)};
}

float draw_panel(Sketch& pen, Rect where, std::string_view heading, std::string_view note,
                 Role fill) {
  pen.box(where, fill, Role::panel_border, 8);
  const float baseline = where.y + 27;
  const float taken = pen.text({where.x + 16, baseline}, heading, type::kZone, where.w - 32);
  pen.whole({where.right() - 16, baseline}, note, type::kNote, where.w - 32 - taken - 16,
            Align::right);
  return baseline;
}

void draw_call_and_events(Sketch& pen, const StageModel& model, Rect where) {
  const StepRecord* record = model.current();
  const ActorId actor = record == nullptr ? ActorId{} : record->actor;
  const std::string_view whose = actor.process() != 0     ? "user.call_of_process"
                                 : several_threads(model) ? "user.call_of"
                                                          : "user.thread";
  draw_panel(pen, where, pen.t("user.zone"), pen.t(whose, {print(actor)}));
  pen.clip(where);
  draw_headline(pen, model, where);
  draw_array(pen, model, where);
  pen.unclip();
}

void draw_user_space(Sketch& pen, const StageModel& model, Rect where) {
  draw_call_and_events(pen, model, where);
  const float top = events_bottom(model, where) + 18;
  const float bottom = where.bottom() - 40;
  if (bottom - top < kProgramRow + 8) return;
  pen.line({where.x + 16, top}, {where.right() - 16, top}, Role::line_faint);
  const float height = std::min(bottom - top - 18, program_height(model));
  draw_program(pen, model, {where.x, top + 9, where.w, height});
  draw_something_else(pen, {where.x, std::max(top + 9 + height + 7, top + 12), where.w, 33});
}

}  // namespace epollscope::scene
