// The interest list: the red-black tree that it is. Where its nodes go, and what joins them;
// tree_nodes.cc draws them.
#include <sys/epoll.h>

#include <algorithm>
#include <array>

#include "app/scene/kernel_parts.h"

namespace epollscope::scene {
namespace {

struct StyleSize {
  Density density;  // where it is allowed
  NodeStyle style;
  float w, h, pitch, gap;
};
// For each density from roomy to dense; the first that fits the width is taken.
constexpr std::array kSizes = {
    StyleSize{Density::full, NodeStyle::card, 204, 50, 62, 10},
    StyleSize{Density::full, NodeStyle::card, 178, 50, 62, 10},
    StyleSize{Density::full, NodeStyle::small, 156, 44, 56, 8},
    StyleSize{Density::full, NodeStyle::small, 124, 44, 56, 8},
    StyleSize{Density::compact, NodeStyle::card, 204, 46, 54, 10},
    StyleSize{Density::compact, NodeStyle::card, 178, 46, 54, 10},
    StyleSize{Density::compact, NodeStyle::small, 156, 42, 50, 8},
    StyleSize{Density::compact, NodeStyle::small, 124, 42, 50, 8},
    StyleSize{Density::tight, NodeStyle::bar, 206, 28, 38, 8},
    StyleSize{Density::tight, NodeStyle::bar, 184, 28, 38, 8},
};
// What is left for trees too large for any of those.
constexpr std::array kDense = {
    StyleSize{Density::tight, NodeStyle::chip, 86, 26, 40, 8},
    StyleSize{Density::tight, NodeStyle::chip, 66, 26, 40, 6},
    StyleSize{Density::tight, NodeStyle::dot, 16, 16, 28, 6},
    StyleSize{Density::tight, NodeStyle::dot, 14, 14, 26, 4},
};
constexpr std::uint32_t kExample = EPOLLIN;  // of the legend
constexpr float kCountsHeight = 54;
constexpr float kFocusHeight = 76;  // a gap, a line of words, cards

bool lay_out(TreePlan& plan, const EventpollState& ep, const StyleSize& size, float width) {
  const float apart = size.w + size.gap;
  plan.layout = lay_out_tree(ep.items, std::min(apart / 2, size.w), apart);
  if (plan.layout.span + size.w > width) return false;
  plan.style = size.style;
  plan.node_w = size.w;
  plan.node_h = size.h;
  plan.pitch = size.pitch;
  // As wide as the room allows, but neighbours in order no further apart than side by side.
  const auto gaps = static_cast<float>(std::max<std::size_t>(2, ep.items.size())) - 1;
  if (plan.layout.span > 0) {
    const float widest = std::min(width - size.w, gaps * apart);
    stretch(plan.layout, std::max(1.0F, widest / plan.layout.span));
  }
  const auto rows = static_cast<float>(std::max(1, plan.layout.rows));
  if (size.style == NodeStyle::dot) {  // deep trees draw together
    plan.pitch = std::clamp(180 / rows, size.h + 3, size.pitch);
  }
  plan.height = (rows - 1) * plan.pitch + plan.node_h;
  return true;
}

// Straight, in the frame's colour: what hangs on a wire bends.
void draw_edge(Sketch& pen, const Rect& parent, Point a, Point b) {
  if (parent.w < 40) {
    return pen.line({parent.center().x, parent.bottom()}, b, Role::node_ring, 1.2F);
  }
  constexpr float kWidth = 1.6F;
  const float middle = (a.y + b.y) / 2;
  pen.line(a, {a.x, middle}, Role::node_ring, kWidth);
  pen.line({std::min(a.x, b.x) - kWidth / 2, middle}, {std::max(a.x, b.x) + kWidth / 2, middle},
           Role::node_ring, kWidth);
  pen.line({b.x, middle}, b, Role::node_ring, kWidth);
}

}  // namespace

std::vector<EpitemId> items_of_step(const KernelContext& c) {
  std::vector<EpitemId> items;
  for (const MicroStep& m : c.model.happened()) {
    if (!m.item.valid() || find_item(*c.ep, m.item) == nullptr) continue;
    if (std::ranges::find(items, m.item) == items.end()) items.push_back(m.item);
  }
  return items;
}

std::vector<EpitemId> items_in_focus(const KernelContext& c) {
  constexpr std::size_t kMost = 6;  // with those that the step is not about
  std::vector<EpitemId> items = items_of_step(c);
  for (const ItemState& item : c.ep->items) {
    if (items.size() >= kMost) break;
    const bool differs = item.ready != item.queued;
    if (differs && std::ranges::find(items, item.id) == items.end()) items.push_back(item.id);
  }
  return items;
}

TreePlan plan_tree(const KernelContext& c, float width, Density density) {
  const EventpollState& ep = *c.ep;
  TreePlan plan;
  for (const StyleSize& size : kSizes) {
    if (size.density == density && lay_out(plan, ep, size, width)) return plan;
  }
  bool drawn = false;
  for (const StyleSize& size : kDense) {
    drawn = drawn || lay_out(plan, ep, size, width);
  }
  if (!drawn) {
    plan.style = NodeStyle::counts;
    plan.height = kCountsHeight;
  }
  // A dot has no name: the items that the step is about are written out below, and those whose
  // two lamps differ.
  if (plan.style == NodeStyle::dot || plan.style == NodeStyle::counts) {
    plan.focus = items_in_focus(c);
    if (!plan.focus.empty()) plan.height += kFocusHeight;
  }
  return plan;
}

std::map<EpitemId, Rect> tree_places(const EventpollState& ep, const TreePlan& plan, Rect where) {
  std::map<EpitemId, Rect> places;
  if (plan.style == NodeStyle::counts) return places;
  // Few nodes stand in the middle.
  const float left = where.x + (where.w - plan.layout.span) / 2;
  for (std::size_t i = 0; i < ep.items.size(); ++i) {
    const NodePlace& node = plan.layout.nodes[i];
    places[ep.items[i].id] = {left + node.x - plan.node_w / 2,
                              where.y + static_cast<float>(node.depth) * plan.pitch, plan.node_w,
                              plan.node_h};
  }
  return places;
}

void draw_tree_edges(Sketch& pen, const EventpollState& ep,
                     const std::map<EpitemId, Rect>& places) {
  for (const ItemState& item : ep.items) {
    if (item.parent < 0 || static_cast<std::size_t>(item.parent) >= ep.items.size()) continue;
    const auto up = places.find(ep.items[static_cast<std::size_t>(item.parent)].id);
    const auto down = places.find(item.id);
    if (up == places.end() || down == places.end()) continue;
    const Rect& p = up->second;
    const Rect& c = down->second;
    const float side = c.center().x < p.center().x ? -1.0F : 1.0F;
    const Point a{p.center().x + side * p.w * 0.2F, p.bottom()};
    const Point b{c.center().x, c.y};
    pen.begin("edge:" + std::to_string(item.id.value), {a.x, a.y, b.x - a.x, b.y - a.y});
    draw_edge(pen, p, a, b);
    pen.end();
  }
}

void draw_tree_caption(Sketch& pen, Rect line) {
  constexpr float kLine = 19, kGap = 12;
  const float y = line.y;
  float x = line.x;
  x += pen.text({x, y}, pen.t("tree.title"), type::kHead, line.w) + 10;
  // The legend of the lamps stands at the right end.
  const Type set = type::kWord.in(Role::text_dim);
  float right = line.right();
  const auto entry = [&](std::string_view key, float icon, auto draw) {
    const std::string words = pen.t(key);
    const float w = Sketch::width_of(words, set) + icon + 6;
    if (right - w < x + kGap / 2) return;
    pen.text({right, y}, words, set, w, Align::right);
    draw(Point{right - w + 6, y - 4.5F});
    right -= w + kGap;
  };
  entry("legend.queued", 12, [&](Point at) { draw_square(pen, at, true, Role::in); });
  entry("legend.ready", 12, [&](Point at) { pen.disc(at, 5.2F, Role::in); });
  entry("legend.disarmed", 12, [&](Point at) { draw_muted_lamp(pen, at, true); });
  entry("legend.event", 22, [&](Point at) {
    draw_events(pen, kExample, {at.x - 6, at.y + 4}, 40, 11, EventLook::reported);
  });
  entry("legend.interest", 15, [&](Point at) {
    pen.text({at.x - 6, at.y + 4.5F}, "IN", {Face::mono, 12, Role::text_dim}, 40);
  });
  entry("legend.node", 31, [&](Point at) {
    draw_node_tag(pen, true, at, 6.5F);
    draw_node_tag(pen, false, {at.x + 17, at.y}, 6.5F);
  });
  if (line.h > 0) {
    pen.whole({line.x, y + kLine}, pen.t("tree.note"), type::kNote, line.w);
  } else {
    pen.whole({x, y}, pen.t("tree.note"), type::kNote, right - x);
  }
}

}  // namespace epollscope::scene
