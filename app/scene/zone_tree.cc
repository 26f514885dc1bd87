// The interest list: the red-black tree that it is. Where its nodes go, and what joins them;
// tree_nodes.cc draws them.
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cmath>

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
// And for crowds: the upper part of the tree, with a box for each subtree below.
constexpr std::array kFolded = {
    StyleSize{Density::full, NodeStyle::chip, 104, 26, 42, 4},
    StyleSize{Density::full, NodeStyle::chip, 86, 26, 42, 4},
    StyleSize{Density::full, NodeStyle::dot, 14, 14, 30, 4},
    StyleSize{Density::tight, NodeStyle::dot, 14, 14, 26, 4},
};
constexpr float kFocusHeight = 76;  // a gap, a line of words, cards

// As wide as the room allows, but neighbours in order no further apart than side by side.
void widen(TreePlan& plan, float width, float apart, float widest_node) {
  if (plan.layout.span <= 0) return;
  const float gaps = static_cast<float>(plan.spots.size()) - 1;
  const float widest = std::min(width - widest_node, gaps * apart);
  stretch(plan.layout, std::max(1.0F, widest / plan.layout.span));
}

void take_size(TreePlan& plan, const StyleSize& size) {
  plan.style = size.style;
  plan.node_w = size.w;
  plan.node_h = size.h;
  plan.pitch = size.pitch;
}

bool lay_out(TreePlan& plan, const EventpollState& ep, const TreePart& part, const StyleSize& size,
             float width) {
  const float apart = size.w + size.gap;
  const NodeSizes sizes{std::min(apart / 2, size.w), size.w, plan.fold_w, size.gap};
  // What cannot fit whatever its shape is not looked at more closely.
  const auto gaps = static_cast<float>(std::max(1, part.last - part.first) - 1);
  if (gaps * sizes.step + size.w > width) return false;
  plan.spots = spots_of(ep.items, part);
  plan.layout = lay_out_tree(plan.spots, sizes);
  if (plan.layout.span + size.w > width) return false;
  take_size(plan, size);
  widen(plan, width, apart, size.w);
  const auto rows = static_cast<float>(std::max(1, plan.layout.rows));
  if (size.style == NodeStyle::dot) {  // deep trees draw together
    plan.pitch = std::clamp(180 / rows, size.h + 3, size.pitch);
  }
  plan.height = (rows - 1) * plan.pitch + plan.node_h;
  return true;
}

// Straight, in the frame's colour: what hangs on a wire bends.
void draw_edge(Sketch& pen, const Rect& parent, Point a, Point b, bool lit) {
  const Role color = lit ? Role::in : Role::node_ring;
  const float more = lit ? 0.8F : 0;
  if (parent.w < 40) {
    return pen.line({parent.center().x, parent.bottom()}, b, color, 1.2F + more);
  }
  const float width = 1.6F + more;
  const float middle = (a.y + b.y) / 2;
  pen.line(a, {a.x, middle}, color, width);
  pen.line({std::min(a.x, b.x) - width / 2, middle}, {std::max(a.x, b.x) + width / 2, middle},
           color, width);
  pen.line({b.x, middle}, b, color, width);
}

// As many rows as fit; the last resort is one box.
void lay_out_folded(TreePlan& plan, const EventpollState& ep, TreePart part, const StyleSize& size,
                    float width) {
  const float apart = plan.fold_w + size.gap;
  // The upper rows of a tree that is kept in balance are full; a few more may not be.
  part.rows = static_cast<int>(std::log2(std::max(1.0F, width / apart))) + 4;
  for (; part.rows > 0; --part.rows) {
    plan.spots = spots_of(ep.items, part);
    const NodeSizes sizes{std::min(apart, size.w + size.gap) / 2, size.w, plan.fold_w, size.gap};
    plan.layout = lay_out_tree(plan.spots, sizes);
    if (plan.layout.span + std::max(size.w, plan.fold_w) <= width) break;
  }
  plan.folded = true;
  take_size(plan, size);
  widen(plan, width, 1.6F * apart, std::max(size.w, plan.fold_w));
  plan.height = static_cast<float>(std::max(1, plan.layout.rows) - 1) * plan.pitch +
                std::max(plan.node_h, plan.fold_h);
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
  const EpitemId chosen = item_after(c.selected, "item:");
  if (chosen.valid() && find_item(*c.ep, chosen) != nullptr) {
    std::erase(items, chosen);
    items.insert(items.begin(), chosen);
  }
  for (const ItemState& item : c.ep->items) {
    if (items.size() >= kMost) break;
    const bool differs = item.ready != item.queued;
    if (differs && std::ranges::find(items, item.id) == items.end()) items.push_back(item.id);
  }
  return items;
}

TreePlan plan_tree(const KernelContext& c, float width, Density density) {
  const EventpollState& ep = *c.ep;
  const TreePart all = whole_tree(ep);
  TreePlan plan;
  for (const StyleSize& size : kSizes) {
    if (size.density == density && lay_out(plan, ep, all, size, width)) return plan;
  }
  bool drawn = false;
  for (const StyleSize& size : kDense) drawn = drawn || lay_out(plan, ep, all, size, width);
  if (!drawn) {
    // A folded subtree that is selected is looked into.
    const TreePart part = subtree(ep, item_after(c.selected, "subtree:"));
    for (const StyleSize& size : kFolded) {
      if (size.density == Density::tight && density != Density::tight) break;
      if (size.density != Density::tight && density == Density::tight) continue;
      TreePlan next = plan;
      lay_out_folded(next, ep, part, size, width);
      if (!drawn || next.layout.rows > plan.layout.rows) plan = std::move(next);
      drawn = true;
    }
  }
  // A dot has no name: the items that the step is about are written out below, and those whose
  // two lamps differ.
  if (plan.style == NodeStyle::dot || plan.folded) {
    count_items(ep.items, plan.spots);
    plan.focus = items_in_focus(c);
    for (const EpitemId id : plan.focus) {
      plan.focus_ranks.push_back(static_cast<int>(find_item(ep, id) - ep.items.data()));
    }
    if (!plan.focus.empty()) plan.height += kFocusHeight;
  }
  return plan;
}

std::vector<Rect> spot_places(const TreePlan& plan, Rect where) {
  std::vector<Rect> places;
  // Few nodes stand in the middle.
  const float left = where.x + (where.w - plan.layout.span) / 2;
  for (std::size_t i = 0; i < plan.spots.size(); ++i) {
    const TreeSpot& spot = plan.spots[i];
    const float w = spot.folded ? plan.fold_w : plan.node_w;
    const float h = spot.folded ? plan.fold_h : plan.node_h;
    places.push_back({left + plan.layout.x[i] - w / 2,
                      where.y + static_cast<float>(spot.depth) * plan.pitch, w, h});
  }
  return places;
}

std::map<EpitemId, Rect> tree_places(const EventpollState& ep, const TreePlan& plan, Rect where) {
  std::map<EpitemId, Rect> places;
  const std::vector<Rect> at = spot_places(plan, where);
  for (std::size_t i = 0; i < plan.spots.size(); ++i) {
    const TreeSpot& spot = plan.spots[i];
    if (!spot.folded) {
      places[ep.items[static_cast<std::size_t>(spot.item)].id] = at[i];
      continue;
    }
    for (const int rank : plan.focus_ranks) {
      if (rank < spot.first || rank >= spot.last) continue;
      places[ep.items[static_cast<std::size_t>(rank)].id] = at[i];
    }
  }
  return places;
}

void draw_tree_edges(Sketch& pen, const EventpollState& ep, const TreePlan& plan,
                     const std::vector<Rect>& places) {
  for (std::size_t i = 0; i < plan.spots.size(); ++i) {
    const TreeSpot& spot = plan.spots[i];
    if (spot.parent < 0) continue;
    const Rect& p = places[static_cast<std::size_t>(spot.parent)];
    const Rect& c = places[i];
    const float side = c.center().x < p.center().x ? -1.0F : 1.0F;
    const Point a{p.center().x + side * p.w * 0.2F, p.bottom()};
    const Point b{c.center().x, c.y};
    // The way down to what is ready. (Counted only where nodes have no room to say it.)
    const EpitemId id = ep.items[static_cast<std::size_t>(spot.item)].id;
    pen.begin("edge:" + std::to_string(id.value), {a.x, a.y, b.x - a.x, b.y - a.y});
    draw_edge(pen, p, a, b, spot.ready > 0);
    pen.end();
  }
}

void draw_tree(Sketch& pen, const EventpollState& ep, const TreePlan& plan, Rect where,
               const MicroStep* instant) {
  const std::vector<Rect> places = spot_places(plan, where);
  draw_tree_edges(pen, ep, plan, places);
  draw_tree_nodes(pen, ep, plan, places, where, instant);
}

void draw_tree_caption(Sketch& pen, const EventpollState& ep, const TreePlan& plan, Rect line) {
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
  const std::string count = std::to_string(ep.items.size());
  const std::string note = plan.folded ? pen.t("tree.note_folded", {count}) : pen.t("tree.note");
  const Type noted = plan.folded ? set : type::kNote;
  const bool below = line.h > 0;
  const float room = below ? line.w : right - x;
  const bool fits = Sketch::width_of(note, noted) <= room;
  const Point at = below ? Point{line.x, y + kLine} : Point{x, y};
  pen.whole(at, fits || !plan.folded ? note : pen.t("tree.count", {count}), noted, room);
}

}  // namespace epollscope::scene
