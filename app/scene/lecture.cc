// The page as a whole, the call above and events[] beside the kernel.
#include "app/scene/lecture.h"

#include <algorithm>

#include "app/scene/text_flow.h"

namespace epollscope::scene {
namespace {

constexpr float kMargin = 12, kGap = 10, kPad = 14;
constexpr float kHeader = 48;
constexpr float kLeastTimeline = 150;
constexpr float kLeading = 1.35F;

// The size at which capitals have this share of the page's height, and a little more: sizes are
// rounded where they are drawn.
Type set(Face face, float share, Role role) {
  return {face, 1.02F * share * kPageHeight / cap_height(face, 1), role};
}

// ---- the call

struct Sign {
  std::string_view id, key;
  std::vector<Point> points;  // about the middle; empty: a cross
};

// What a mouse alone needs: back, on, and out of the mode.
float draw_signs(Sketch& pen, Rect where) {
  constexpr float kSide = 40, kArm = 8;
  const std::array signs{Sign{"lecture:leave", "hit.leave_lecture", {}},
                         Sign{"lecture:step", "ui.action.step", {{-7, -10}, {11, 0}, {-7, 10}}},
                         Sign{"lecture:back", "ui.action.back", {{7, -10}, {-11, 0}, {7, 10}}}};
  float right = where.right();
  for (const Sign& sign : signs) {
    const Rect at{right - kSide, where.y + (where.h - kSide) / 2, kSide, kSide};
    const Point c = at.center();
    if (sign.points.empty()) {
      pen.line({c.x - kArm, c.y - kArm}, {c.x + kArm, c.y + kArm}, Role::text_dim, 2.6F);
      pen.line({c.x - kArm, c.y + kArm}, {c.x + kArm, c.y - kArm}, Role::text_dim, 2.6F);
    } else {
      Polygon arrow{sign.points, Role::text_dim};
      for (Point& p : arrow.points) p = {p.x + c.x, p.y + c.y};
      pen.add(std::move(arrow));
    }
    pen.hit(std::string(sign.id), at, pen.t(sign.key));
    right -= kSide + 4;
  }
  return right - kGap;
}

void draw_header(Sketch& pen, const StageModel& model, Rect where) {
  const Headline head = headline(pen, model);
  float right = draw_signs(pen, where);
  const float y = Sketch::middle(where, hall::name());
  if (model.step > 0) {
    const std::string step = pen.t("timeline.step", {std::to_string(model.step)});
    right -= pen.text({right, y}, step, hall::word().in(Role::text_dim), 160, Align::right) + 24;
  }
  if (const MicroStep* m = model.instant(); m != nullptr) {
    right -= pen.text({right, y}, m->function, hall::code().in(Role::text_dim), where.w * 0.24F,
                      Align::right) +
             24;
  }
  const float x = where.x + 4;
  if (model.step == 0) {
    pen.text({x, y}, head.call, hall::word().in(Role::text_dim), right - x);
    return;
  }
  const auto width = [&](const Type& type) {
    return Sketch::width_of(head.call, type) + 18 + Sketch::width_of(head.result.words, type);
  };
  Type call = set(Face::mono_bold, 0.032F, Role::text);
  while (call.size > hall::name().size && width(call) > right - x) call.size -= 0.5F;
  call.size = std::max(call.size, hall::name().size);
  const float result = Sketch::width_of(head.result.words, call);
  const float taken = pen.text({x, y}, head.call, call, right - x - result - 18);
  pen.text({x + taken + 18, y}, head.result.words, call.in(head.result.color), result + 1);
  pen.hit("step:" + std::to_string(model.step), {x, where.y, taken + 18 + result, where.h},
          pen.t("hit.step", {std::to_string(model.step), head.call + " " + head.result.words}));
}

// ---- events[]

constexpr float kSlot = 66, kSlotGap = 6;

void draw_hall_slot(Sketch& pen, Rect where, int index, const ShownEvent* event, bool earlier) {
  const std::string number = "[" + std::to_string(index) + "]";
  const std::string id = "event:" + std::to_string(index);
  const float first = where.y + 28;
  const float x = where.x + kPad;
  if (event == nullptr) {
    pen.box(where, Role::sunken, Role::panel_border, 9);
    pen.text({x, first}, number, hall::code().in(Role::text_dim), where.w - 2 * kPad);
    pen.hit(id, where, pen.t("hit.empty_slot", {number}));
    return;
  }
  pen.box(where, earlier ? Role::sunken : Role::in_fill, earlier ? Role::panel_border : Role::in, 9,
          earlier ? 1 : 2);
  const float taken =
      pen.text({x, first}, number, hall::code().in(Role::text_dim), where.w / 2) + 12;
  const Type name = hall::name().in(earlier ? Role::text_dim : Role::text);
  draw_events(pen, event->events, {x + taken, first}, where.right() - 8 - x - taken, name.size,
              earlier ? EventLook::earlier : EventLook::reported);
  const std::string data = "data=" + event->data_name;
  const float room = where.w - 2 * kPad;
  pen.text({x, where.y + 56}, Sketch::width_of(data, name) <= room ? data : event->data_name, name,
           room);
  pen.hit(id, where, pen.t("hit.event", {number, mask_text(event->events), event->data_name}));
}

void draw_more(Sketch& pen, Rect where, std::size_t more) {
  pen.box(where, Role::none, Role::panel_border, 9, 1.5F, Stroke::dashed);
  pen.text({where.center().x, Sketch::middle(where, hall::word())},
           pen.t("user.more", {std::to_string(more)}), hall::word().in(Role::text_dim),
           where.w - 16, Align::center);
}

void draw_hall_events(Sketch& pen, const StageModel& model, Rect where) {
  const EventsLeft left = events_left(model);
  pen.box(where, Role::panel, Role::panel_border, 10);
  const Type word = hall::word().in(Role::text_dim);
  const Flow caption = flow({plain(pen.t(events_key(left), {std::to_string(left.step)}), word)},
                            where.w - 2 * kPad, word.size * kLeading);
  const float end =
      draw_flow(pen, caption, {where.x + kPad, where.y + 6}, where.w - 2 * kPad, where.bottom());
  float y = std::max(end, where.y + 6 + 2 * word.size * kLeading) + 10;
  const float room = where.bottom() - y - kPad + kSlotGap;
  const auto fit = static_cast<std::size_t>(std::max(1.0F, room / (kSlot + kSlotGap)));
  const auto count =
      std::max(left.events.size(), static_cast<std::size_t>(std::clamp(left.slots, 1, 4)));
  for (std::size_t i = 0; i < std::min(fit, count); ++i) {
    const Rect slot{where.x + kPad, y, where.w - 2 * kPad, kSlot};
    if (i + 1 == fit && left.events.size() > fit) {
      draw_more(pen, slot, left.events.size() - i);
      return;
    }
    pen.begin("slot:" + std::to_string(i), slot);
    draw_hall_slot(pen, slot, static_cast<int>(i),
                   i < left.events.size() ? &left.events[i] : nullptr, left.earlier);
    pen.end();
    y += kSlot + kSlotGap;
  }
}

HallDensity density_for(float height) {
  using enum HallDensity;
  for (const HallDensity density : {all, no_descriptors, no_before}) {
    if (hall_kernel_height(density) <= height) return density;
  }
  return no_files;
}

}  // namespace

namespace hall {
Type word() { return set(Face::sans, kSmallest, Role::text); }
Type head() { return set(Face::sans_bold, kSmallest, Role::text); }
Type code() { return set(Face::mono, kSmallest, Role::text); }
Type name() { return set(Face::mono_bold, kLarge, Role::text); }
}  // namespace hall

float lecture_enlargement(float width, float height) {
  return std::min(height / kPageHeight, width / kLeastPageWidth);
}

void draw_lecture(Sketch& pen, const StageModel& model, float width, float height) {
  const Lecture lecture(model, pen.input().selected);
  const Asked asked = asked_at(model, pen.input());
  const float all = width - 2 * kMargin;
  draw_header(pen, model, {kMargin, kMargin - 4, all, kHeader});
  const float top = kMargin + kHeader;
  const float room = height - top - kMargin - kGap;  // for the kernel and what stands below it
  const float wish = hall_kernel_height(HallDensity::all);
  const float below = asked.quiz != nullptr
                          ? std::clamp(hall_quiz_height(asked, all), room - wish,
                                       room - hall_kernel_height(HallDensity::no_files))
                          : std::max(kLeastTimeline, room - wish);
  const float high = room - below;
  const float user = std::clamp(width * 0.19F, 216.0F, 280.0F);
  const float x = kMargin + user + kSystemCallLine;
  const Rect kernel{x, top, width - kMargin - x, high};
  const auto head = draw_hall_kernel(pen, lecture, kernel, density_for(high));
  const float line = x - kSystemCallLine / 2;
  pen.line({line, top}, {line, top + high}, Role::line, 2.5F, Stroke::dotted);
  draw_hall_events(pen, model, {kMargin, top, user, high});
  if (head) {
    const MicroStep* m = model.instant();
    const bool flows = m != nullptr && m->what == MicroStep::What::reported;
    pen.line({kMargin + user, head->y}, *head, flows ? Role::in : Role::line, flows ? 4.0F : 2.0F,
             flows ? Stroke::solid : Stroke::dashed);
  }
  const Rect bottom{kMargin, top + high + kGap, all, below};
  if (asked.quiz != nullptr) {
    draw_hall_quiz(pen, asked, bottom);
  } else {
    draw_hall_timeline(pen, model, bottom);
  }
}

}  // namespace epollscope::scene
