// The interest list: the red-black tree that it is.
#include <algorithm>
#include <array>

#include "app/scene/kernel_parts.h"

namespace epollscope::scene {
namespace {

struct StyleSize {
  NodeStyle style;
  float w, h, pitch, gap;
};
// From roomy to dense; the first that fits the width is taken.
constexpr std::array kSizes = {
    StyleSize{NodeStyle::card, 204, 50, 62, 10}, StyleSize{NodeStyle::card, 178, 50, 62, 10},
    StyleSize{NodeStyle::small, 140, 44, 56, 8}, StyleSize{NodeStyle::small, 112, 44, 56, 8},
    StyleSize{NodeStyle::chip, 86, 26, 40, 8},   StyleSize{NodeStyle::chip, 66, 26, 40, 6},
    StyleSize{NodeStyle::dot, 14, 14, 28, 4},
};
constexpr float kCountsHeight = 64;

bool allowed(const StyleSize& size, Density density) {
  if (density == Density::compact) return size.style != NodeStyle::card;
  if (density == Density::tight) return size.style >= NodeStyle::chip;
  return true;
}

void draw_dot(Sketch& pen, const ItemState& item, Point center, float radius) {
  pen.disc(center, radius, item.red ? Role::node_red : Role::node_black,
           item.red ? Role::node_red : Role::node_ring, 2);
}

std::string rank_text(const EventpollState& ep, const ItemState& item) {
  if (std::ranges::find(ep.unranked, item.id) != ep.unranked.end()) return "#?";
  return "#" + std::to_string(&item - ep.items.data() + 1);
}

// What stands beside the lamps; while the file is being asked, its answer.
std::string state_word(const Sketch& pen, const ItemState& item, const MicroStep* instant) {
  if (instant != nullptr && instant->what == MicroStep::What::checked && instant->item == item.id) {
    return pen.t("item.answers",
                 {instant->mask == 0 ? pen.t("ready.nothing") : mask_text(instant->mask)});
  }
  const std::string word = pen.t(case_key(item));
  return item.ghost ? pen.t("item.ghost", {word}) : word;
}

void draw_card(Sketch& pen, const EventpollState& ep, const ItemState& item, Rect at,
               const MicroStep* instant) {
  const float line1 = at.y + 22;
  const float line2 = at.y + 41;
  draw_dot(pen, item, {at.x + 18, at.y + 17}, 7.5F);
  float x = at.x + 34;
  const float right = at.right() - 10;
  x += pen.text({x, line1}, item.name, type::kName, at.w * 0.36F) + 8;
  const std::string fd = pen.t("item.fd", {std::to_string(item.fd.value)});
  if (x + Sketch::width_of(fd, type::kFd) < at.x + at.w * 0.5F) {
    x += pen.text({x, line1}, fd, type::kFd, at.w * 0.3F) + 8;
  }
  draw_flags(pen, item, right, line1, x);
  draw_lamps(pen, item, {at.x + 18, at.y + 37});
  const float rank = pen.text({right, line2}, rank_text(ep, item), type::kNote.at(11.5F),
                              at.w * 0.3F, Align::right);
  const bool quiet = !item.queued && !item.ready;
  pen.text({at.x + 48, line2}, state_word(pen, item, instant),
           type::kWord.in(quiet ? Role::text_faint : Role::text), right - rank - 6 - (at.x + 48));
}

void draw_small(Sketch& pen, const ItemState& item, Rect at, const MicroStep* instant) {
  draw_dot(pen, item, {at.x + 14, at.y + 14}, 5.5F);
  const float right = at.right() - 7;
  float x = at.x + 25;
  x += pen.text({x, at.y + 19}, item.name, type::kName.at(13), at.w * 0.42F) + 6;
  draw_flags(pen, item, right, at.y + 19, x, 11);
  draw_lamps(pen, item, {at.x + 14, at.y + 33});
  const bool quiet = !item.queued && !item.ready;
  pen.text({at.x + 42, at.y + 37}, state_word(pen, item, instant),
           type::kWord.in(quiet ? Role::text_faint : Role::text).at(11), right - (at.x + 42));
}

void draw_chip(Sketch& pen, const ItemState& item, Rect at) {
  draw_dot(pen, item, {at.x + 11, at.center().y}, 4.5F);
  const float lamps = at.right() - 27;
  const Type name = type::kName.at(12);
  pen.text({at.x + 20, Sketch::middle(at, name)}, item.name, name, lamps - 6 - (at.x + 20));
  draw_lamps(pen, item, {lamps + 4, at.center().y});
}

void draw_counts(Sketch& pen, const EventpollState& ep, Rect where) {
  constexpr std::array kKeys = {"item.queued", "item.stale", "item.readable", "item.writable",
                                "item.ready",  "item.spent", "item.idle"};
  std::array<int, kKeys.size()> counts{};
  for (const ItemState& item : ep.items) {
    const auto at = std::ranges::find(kKeys, case_key(item));
    ++counts.at(static_cast<std::size_t>(at - kKeys.begin()));
  }
  float x = where.x;
  pen.text({x, where.y + 14}, pen.t("tree.too_many", {std::to_string(ep.items.size())}),
           type::kWord, where.w);
  for (std::size_t i = 0; i < kKeys.size(); ++i) {
    if (counts.at(i) == 0) continue;
    const std::string words = std::to_string(counts.at(i)) + "  " + pen.t(kKeys.at(i));
    const float w = Sketch::width_of(words, type::kWord) + 24;
    if (x + w > where.right()) break;
    pen.box({x, where.y + 26, w, 28}, Role::raised, Role::panel_border, 8);
    pen.text({x + 12, where.y + 44.5F}, words, type::kWord, w - 20);
    x += w + 8;
  }
}

}  // namespace

TreePlan plan_tree(const EventpollState& ep, float width, Density density) {
  TreePlan plan;
  for (const StyleSize& size : kSizes) {
    if (!allowed(size, density)) continue;
    const float apart = size.w + size.gap;
    plan.layout = lay_out_tree(ep.items, std::min(apart / 2, size.w), apart);
    if (plan.layout.span + size.w > width) continue;
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
    plan.height = (rows - 1) * plan.pitch + plan.node_h;
    return plan;
  }
  plan.style = NodeStyle::counts;
  plan.height = kCountsHeight;
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
    const float bend = std::max(8.0F, (b.y - a.y) * 0.85F);
    pen.add(Wire{a,
                 {a.x, a.y + bend},
                 {b.x, b.y - bend},
                 b,
                 Role::line,
                 p.w < 40 ? 1.2F : 1.8F,
                 Stroke::solid});
  }
}

void draw_tree_nodes(Sketch& pen, const EventpollState& ep, const TreePlan& plan,
                     const std::map<EpitemId, Rect>& places, Rect where, const MicroStep* instant) {
  if (ep.items.empty()) {
    pen.box({where.x, where.y, where.w, 44}, Role::none, Role::panel_border, 9, 1, Stroke::dashed);
    pen.text({where.center().x, where.y + 26.5F}, pen.t("tree.empty"), type::kNote.at(13),
             where.w - 24, Align::center);
    return;
  }
  if (plan.style == NodeStyle::counts) return draw_counts(pen, ep, where);
  for (const ItemState& item : ep.items) {
    const Rect at = places.at(item.id);
    if (plan.style == NodeStyle::dot) {
      draw_dot(pen, item, at.center(), 6);
      if (item.queued || item.ready) {
        pen.disc(at.center(), 2.6F, ready_color(item));
      }
    } else {
      const CardLook look = card_look(item);
      pen.box(at, look.fill, look.border, plan.style == NodeStyle::chip ? 7 : 10, look.width,
              look.stroke);
      if (plan.style == NodeStyle::card) draw_card(pen, ep, item, at, instant);
      if (plan.style == NodeStyle::small) draw_small(pen, item, at, instant);
      if (plan.style == NodeStyle::chip) draw_chip(pen, item, at);
    }
    std::string label = item_label(pen, item);
    label += pen.t(item.red ? "hit.red" : "hit.black", {rank_text(ep, item)});
    pen.hit("item:" + std::to_string(item.id.value), at, label, 10);
  }
}

void draw_tree_caption(Sketch& pen, Rect line) {
  const float y = line.y;
  float x = line.x;
  x += pen.text({x, y}, pen.t("tree.title"), type::kHead, line.w) + 10;
  // The legend of the lamps stands at the right end.
  const Type set = type::kWord.in(Role::text_dim);
  float right = line.right();
  const auto entry = [&](std::string_view key, bool square) {
    const std::string words = pen.t(key);
    const float w = Sketch::width_of(words, set) + 18;
    if (right - w < x + 20) return;
    pen.text({right, y}, words, set, w, Align::right);
    const Point lamp{right - w + 6, y - 4.5F};
    if (square) {
      draw_square(pen, lamp, true, Role::text_dim);
    } else {
      pen.disc(lamp, 5.2F, Role::text_dim);
    }
    right -= w + 16;
  };
  entry("legend.queued", true);
  entry("legend.ready", false);
  pen.text({x, y}, pen.t("tree.note"), type::kNote, right - x);
}

}  // namespace epollscope::scene
