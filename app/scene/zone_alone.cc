// Zones alone, for books and slides: as large as the picture allows, with the step in words below.
#include <algorithm>
#include <array>

#include "app/scene/kernel_parts.h"
#include "app/scene/text_flow.h"
#include "app/scene/timeline.h"

namespace epollscope::scene {
namespace {

constexpr float kGap = 12;
constexpr float kPad = 20;
constexpr float kTreeTop = 66;
constexpr float kLeading = 22;
constexpr Type kSaid{Face::sans, 14.5F, Role::text};
constexpr Type kCall{Face::mono_bold, 15, Role::text};

// ---- the caption: the call, its result and why

Flow caption_flow(const StageModel& model, Lang lang, float width) {
  std::vector<Paragraph> paragraphs;
  for (const Said& said : explain_step(model, lang)) {
    Paragraph p = plain(said.words, kSaid.in(said.color));
    if (!said.function.empty()) {
      p.runs.push_back({"  " + said.function, {Face::mono, 12, Role::text_faint}});
    }
    p.space_before = 3;
    paragraphs.push_back(std::move(p));
  }
  return flow(paragraphs, width - 2 * kPad, kLeading);
}

float whole_caption(const StageModel& model, Lang lang, float width) {
  return 56 + caption_flow(model, lang, width).height;
}

// At most a third of the picture: the zone is what it is about.
float most_caption(float height) { return height / 3; }

void draw_caption(Sketch& pen, const StageModel& model, Rect where) {
  const Headline head = headline(pen, model);
  pen.box(where, Role::panel, Role::panel_border, 8);
  const float y = where.y + 29;
  float x = where.x + kPad;
  if (model.step > 0) {
    const std::string step = pen.t("timeline.step", {std::to_string(model.step)});
    x += pen.text({x, y}, step, type::kWord.in(Role::text_dim).at(13), where.w / 4) + 14;
  }
  const float result = Sketch::width_of(head.result.words, kCall);
  const float room = where.right() - kPad - x - result - 14;
  x += pen.text({x, y}, head.call, model.step > 0 ? kCall : kSaid, room) + 14;
  pen.text({x, y}, head.result.words, kCall.in(head.result.color), result + 1);
  draw_flow(pen, caption_flow(model, pen.input().lang, where.w), {where.x + kPad, where.y + 38},
            where.w - 2 * kPad, where.bottom() - 6);
}

struct Split {
  Rect zone, caption;
};
Split split(const StageModel& model, Lang lang, Rect where) {
  const float low = std::min(whole_caption(model, lang, where.w), most_caption(where.h));
  const Rect zone{where.x, where.y, where.w, where.h - low - kGap};
  return {zone, {where.x, zone.bottom() + kGap, where.w, low}};
}

// A tree of dots takes the height that there is.
void spread(TreePlan& plan, float height) {
  constexpr float kMost = 56;
  const auto gaps = static_cast<float>(std::max(1, plan.layout.rows - 1));
  const float more =
      std::clamp((height - plan.height) * 0.9F / gaps, 0.0F, std::max(0.0F, kMost - plan.pitch));
  plan.pitch += more;
  plan.height += more * gaps;
}

float user_width(float width) { return std::clamp(width * 0.26F, 200.0F, 352.0F); }

// ---- what fits

bool stage_fits(const KernelContext& c, Rect zone) {
  const float kernel = zone.w - user_width(zone.w) - kSystemCallLine;
  return kernel > 640 && roomy_kernel_height(c, kernel) <= zone.h;
}

bool tree_fits(const KernelContext& c, Rect zone) {
  if (c.ep == nullptr || c.ep->items.empty()) return zone.w > 640;
  const TreePlan plan = plan_tree(c, zone.w - 2 * kPad, Density::full);
  return plan.style == NodeStyle::card && plan.height <= zone.h - kTreeTop - 14;
}

// The events column and what stands beside the rail.
constexpr float kEvents = 244;
float sleepers_width(float width) { return std::clamp(width * 0.24F, 120.0F, 240.0F); }

bool ready_fits(const Sketch& pen, const KernelContext& c, Rect zone) {
  const float inside = zone.w - kEvents - kSystemCallLine - 2 * kPad;
  if (c.ep == nullptr || inside < 420) return inside >= 420;
  if (c.ep->ready.size() > 7) return inside >= 860;  // it will be folded anyhow
  return roomy_rail_width(pen, c) <= inside - sleepers_width(inside) - 24;
}

bool timeline_fits(const KernelContext& c, Rect zone) {
  std::size_t lanes = 0;
  for (const EventpollState& ep : c.state.eventpolls) lanes += ep.items.size();
  const std::size_t threads = read_threads(c.model).size();
  const float high = 112 + 52 * static_cast<float>(std::min<std::size_t>(lanes, 12)) +
                     26 * static_cast<float>(std::min<std::size_t>(threads, 6));
  const auto columns = static_cast<float>(std::clamp(c.model.step + 3, 8, 14));
  return zone.h >= high && zone.w * 0.86F >= columns * 90;
}

}  // namespace

float enlargement(const Sketch& pen, const StageModel& model, View view, float width,
                  float height) {
  constexpr std::array kFactors = {2.2F, 2.0F, 1.85F, 1.7F, 1.55F, 1.4F, 1.3F, 1.2F, 1.1F};
  const bool window = view == View::window;
  const float smallest =
      std::min(width / (window ? 1000.0F : 800.0F), height / (window ? 690.0F : 600.0F));
  if (window || smallest < 1) return std::min(1.0F, smallest);
  const auto moment = model.now();
  const State& state = *moment;
  const KernelContext c = context_of(model, state, pen.input().selected);
  for (const float k : kFactors) {
    const Rect all{0, 0, width / k - 2 * kGap, height / k - 2 * kGap};
    if (whole_caption(model, pen.input().lang, all.w) > most_caption(all.h)) continue;
    const Rect zone = split(model, pen.input().lang, all).zone;
    const bool fits = view == View::stage   ? stage_fits(c, zone)
                      : view == View::tree  ? tree_fits(c, zone)
                      : view == View::ready ? ready_fits(pen, c, zone)
                                            : timeline_fits(c, zone);
    if (fits) return k;
  }
  return 1;
}

void draw_stage_alone(Sketch& pen, const StageModel& model, Rect where) {
  const Split at = split(model, pen.input().lang, where);
  const float user = user_width(where.w);
  const float x = where.x + user + kSystemCallLine;
  draw_kernel(pen, model, {x, at.zone.y, where.right() - x, at.zone.h});
  draw_user_space(pen, model, {where.x, at.zone.y, user, at.zone.h});
  draw_caption(pen, model, at.caption);
}

void draw_tree_alone(Sketch& pen, const StageModel& model, Rect where) {
  const auto moment = model.now();
  const State& state = *moment;
  const KernelContext c = context_of(model, state, pen.input().selected);
  const Split at = split(model, pen.input().lang, where);
  const Rect& zone = at.zone;
  pen.box(zone, Role::panel, Role::panel_border, 8);
  pen.clip(zone);
  if (c.ep == nullptr) {
    draw_no_instance(pen, {zone.x + 16, zone.y + 16, zone.w - 32, zone.h - 32});
  } else {
    Rect tree{zone.x + kPad, zone.y + kTreeTop, zone.w - 2 * kPad, zone.h - kTreeTop - 14};
    TreePlan plan = plan_tree(c, tree.w, Density::full);
    for (const Density d : {Density::compact, Density::tight}) {
      if (plan.height > tree.h) plan = plan_tree(c, tree.w, d);
    }
    if (plan.style == NodeStyle::dot || plan.folded) spread(plan, tree.h);
    draw_tree_caption(pen, *c.ep, plan, {tree.x, zone.y + 28, tree.w, kTreeTop - 47});
    if (!c.ep->items.empty()) tree.y += std::max(0.0F, (tree.h - plan.height) * 0.4F);
    draw_tree(pen, *c.ep, plan, tree, c.instant);
  }
  pen.unclip();
  draw_caption(pen, model, at.caption);
}

void draw_ready_alone(Sketch& pen, const StageModel& model, Rect where) {
  const auto moment = model.now();
  const State& state = *moment;
  const KernelContext c = context_of(model, state, pen.input().selected);
  // What the list needs; the words get the rest.
  const float words = whole_caption(model, pen.input().lang, where.w);
  const float high = std::min(where.h * 0.6F, std::clamp(where.h - words - kGap, 206.0F, 250.0F));
  const Rect events{where.x, where.y, kEvents, high};
  const float x = events.right() + kSystemCallLine;
  const Rect zone{x, where.y, where.right() - x, high};
  draw_call_and_events(pen, model, events);
  pen.box(zone, Role::panel, Role::panel_border, 8);
  pen.clip(zone);
  if (c.ep == nullptr) {
    draw_no_instance(pen, {zone.x + 16, zone.y + 16, zone.w - 32, zone.h - 32});
  } else {
    const Density d = high > 190 ? Density::full : Density::tight;
    draw_ready(pen, c, {zone.x + kPad, zone.y + (high - 162) / 2, zone.w - 2 * kPad, 156}, d);
  }
  pen.unclip();
  const float line = zone.x - kSystemCallLine / 2;
  pen.line({line, zone.y}, {line, zone.bottom()}, Role::line, 2, Stroke::dotted);
  draw_caption(pen, model, {where.x, zone.bottom() + kGap, where.w, where.h - high - kGap});
}

void draw_timeline_alone(Sketch& pen, const StageModel& model, Rect where) {
  const Split at = split(model, pen.input().lang, where);
  draw_timeline(pen, model, at.zone);
  draw_caption(pen, model, at.caption);
}

}  // namespace epollscope::scene
