// The nodes of the interest list, from a card with everything to a dot.
#include <sys/epoll.h>

#include <algorithm>

#include "app/scene/kernel_parts.h"

namespace epollscope::scene {
namespace {

// A node of a tree of many: a disc inside says ready now, a square on the ready list.
void draw_tree_dot(Sketch& pen, const ItemState& item, Rect at, bool in_focus) {
  const Point middle = at.center();
  const float r = at.w / 2 - 1;
  if (in_focus) {
    pen.box({middle.x - r - 3.5F, middle.y - r - 3.5F, 2 * r + 7, 2 * r + 7}, Role::none,
            Role::selection, r * 0.6F, 2);
  }
  const Rect tag{middle.x - r, middle.y - r, 2 * r, 2 * r};
  const Role color = item.red ? Role::node_red : Role::node_ring;
  const bool quiet = !item.queued && !item.ready;
  // The colour of the node is a frame, so that the mark inside can be seen.
  const Role fill = item.red ? Role::node_red : Role::node_black;
  pen.box(tag, quiet ? fill : Role::panel, color, r * 0.4F, 2);
  if (quiet) return;
  const Role lit = item.ready ? ready_color(item) : Role::text_dim;
  if (item.queued) {
    const float side = r * 1.1F;
    pen.box({middle.x - side / 2, middle.y - side / 2, side, side}, lit, Role::none, 0.5F);
  } else {
    pen.disc(middle, r * 0.5F, lit);
  }
}

std::string rank_text(const EventpollState& ep, const ItemState& item) {
  if (std::ranges::find(ep.unranked, item.id) != ep.unranked.end()) return "#?";
  return "#" + std::to_string(&item - ep.items.data() + 1);
}

// That the item does not listen to the wakeup, and what that said.
std::vector<std::string> filtered_words(const Sketch& pen, std::uint32_t key) {
  std::vector<std::string> words;
  const std::uint32_t plain = key & (EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLERR | EPOLLHUP);
  for (const std::uint32_t said : {key, plain}) {
    if (said != 0) words.push_back(pen.t("item.filtered", {mask_text(said)}));
  }
  words.push_back(pen.t("item.short.filtered"));
  return words;
}

// What stands beside the lamps, in as many words as there is room for; while the file is being
// asked, its answer. Returns how wide it is.
float draw_state(Sketch& pen, const ItemState& item, const MicroStep* instant, Point at, float size,
                 float room) {
  const bool quiet = case_key(item) == "item.idle";
  const Type set = type::kWord.in(quiet ? Role::text_faint : Role::text).at(size);
  std::vector<std::string> words;
  const bool mine = instant != nullptr && instant->item == item.id;
  if (mine && instant->what == MicroStep::What::filtered) {
    words = filtered_words(pen, instant->mask);
  } else if (mine && instant->what == MicroStep::What::checked) {
    words.push_back(pen.t(
        "item.answers", {instant->mask == 0 ? pen.t("ready.nothing") : mask_text(instant->mask)}));
  } else {
    const std::string word = pen.t(case_key(item));
    const std::string brief = pen.t(brief_case_key(item));
    words = {word, brief};
    if (item.ghost) words = {pen.t("item.ghost", {word}), pen.t("item.ghost", {brief}), brief};
  }
  for (const std::string& word : words) {
    if (Sketch::width_of(word, set) <= room) return pen.text(at, word, set, room);
  }
  return pen.text(at, words.back(), set, room);
}

void draw_card(Sketch& pen, const EventpollState& ep, const ItemState& item, Rect at,
               const MicroStep* instant) {
  const float line1 = at.y + at.h * 0.44F;
  const float line2 = at.bottom() - 9;
  draw_node_tag(pen, item.red, {at.x + 18, line1 - 5}, 7.5F);
  float x = at.x + 34;
  const float right = at.right() - 10;
  x += pen.text({x, line1}, item.name, type::kName, at.w * 0.36F) + 8;
  const std::string fd = fd_words(pen, item.fd);
  // Its descriptor stands below the file as well, so the flags go first where room is short.
  if (x + Sketch::width_of(fd, type::kFd) + flags_width(pen, item, 12) <= right + 6) {
    x += pen.text({x, line1}, fd, type::kFd, at.w * 0.3F) + 8;
  }
  draw_flags(pen, item, right, line1, x);
  draw_lamps(pen, item, {at.x + 18, line2 - 4});
  const float rank = pen.text({right, line2}, rank_text(ep, item), type::kNote.at(11.5F),
                              at.w * 0.3F, Align::right);
  draw_state(pen, item, instant, {at.x + 48, line2}, 12, right - rank - 6 - (at.x + 48));
}

void draw_small(Sketch& pen, const ItemState& item, Rect at, const MicroStep* instant) {
  const float line1 = at.y + 19;
  const float line2 = at.bottom() - 7;
  draw_node_tag(pen, item.red, {at.x + 14, line1 - 5}, 6.5F);
  const float right = at.right() - 7;
  float x = at.x + 25;
  x += pen.text({x, line1}, item.name, type::kName.at(13), at.w * 0.42F) + 6;
  draw_flags(pen, item, right, line1, x, 11);
  draw_lamps(pen, item, {at.x + 14, line2 - 4});
  draw_state(pen, item, instant, {at.x + 42, line2}, 11.5F, right - (at.x + 42));
}

// One line: name, lamps, state, flags.
void draw_bar(Sketch& pen, const ItemState& item, Rect at, const MicroStep* instant) {
  draw_node_tag(pen, item.red, {at.x + 13, at.center().y}, 6.5F);
  const Type name = type::kName.at(13);
  const float y = Sketch::middle(at, name);
  const float right = at.right() - 8;
  float x = at.x + 24;
  x += pen.text({x, y}, item.name, name, at.w * 0.3F) + 12;
  draw_lamps(pen, item, {x, at.center().y});
  x += kLampsWidth + 3;
  // The state is the shorter the more flags there are; a badge says less before it is cut.
  const float least = Sketch::width_of(pen.t(brief_case_key(item)), type::kWord.at(11.5F)) + 10;
  float flags = flags_width(pen, item, 11);
  if (flags > right - x - least) flags = flags_width(pen, item, 11, true);
  flags = std::min(flags, at.w * 0.45F);
  x += draw_state(pen, item, instant, {x, y}, 11.5F, right - flags - 4 - x) + 6;
  draw_flags(pen, item, right, y - 0.5F, x, 11);
}

// In a folded tree lamps that are out give way to the name.
void draw_chip(Sketch& pen, const ItemState& item, Rect at, bool folded) {
  draw_node_tag(pen, item.red, {at.x + 11, at.center().y}, 4.5F);
  const bool dark = folded && !item.ready && !item.queued;
  const float lamps = dark ? at.right() : at.right() - 27;
  const Type name = type::kName.at(12);
  pen.text({at.x + 20, Sketch::middle(at, name)}, item.name, name, lamps - 6 - (at.x + 20));
  if (!dark) draw_lamps(pen, item, {lamps + 4, at.center().y});
}

constexpr Rect kFocusCard{0, 0, 156, 44};

// The items that a step is about, by name, where the tree cannot name them.
void draw_focus(Sketch& pen, const EventpollState& ep, const TreePlan& plan, Rect where,
                const MicroStep* instant) {
  const Type set = type::kWord.in(Role::text_dim);
  const auto places = focus_places(plan, where);
  Rect last{where.x, where.y + plan.height - kFocusCard.h, 0, 0};
  pen.text({where.x, last.y - 8}, pen.t("tree.focus"), set, where.w);
  for (const auto& [id, at] : places) {
    const ItemState* item = find_item(ep, id);
    const CardLook look = card_look(*item);
    pen.box(at, look.fill, look.border, 10, look.width, look.stroke);
    draw_small(pen, *item, at, instant);
    pen.hit("item:" + std::to_string(id.value), at, item_label(pen, *item), 10);
    if (at.x > last.x) last = at;
  }
  if (places.size() < plan.focus.size()) {
    const float x = last.right() + 12;
    pen.text({x, last.center().y + 4},
             pen.t("ready.folded", {std::to_string(plan.focus.size() - places.size())}), set,
             where.right() - x);
  }
}

}  // namespace

std::map<EpitemId, Rect> focus_places(const TreePlan& plan, Rect where) {
  constexpr float kMore = 76;
  std::map<EpitemId, Rect> places;
  Rect at = kFocusCard;
  at.x = where.x;
  at.y = where.y + plan.height - at.h;
  for (std::size_t i = 0; i < plan.focus.size(); ++i) {
    const bool last = i + 1 == plan.focus.size();
    if (at.right() + (last ? 0 : kMore) > where.right()) break;
    places[plan.focus[i]] = at;
    at.x += at.w + 8;
  }
  return places;
}

void draw_tree_nodes(Sketch& pen, const EventpollState& ep, const TreePlan& plan,
                     const std::vector<Rect>& places, Rect where, const MicroStep* instant) {
  if (ep.items.empty()) {
    pen.box({where.x, where.y, where.w, 44}, Role::none, Role::panel_border, 9, 1, Stroke::dashed);
    pen.text({where.center().x, where.y + 26.5F}, pen.t("tree.empty"), type::kNote.at(13),
             where.w - 24, Align::center);
    return;
  }
  if (!plan.focus.empty()) draw_focus(pen, ep, plan, where, instant);
  for (std::size_t i = 0; i < plan.spots.size(); ++i) {
    const TreeSpot& spot = plan.spots[i];
    const Rect at = places[i];
    const auto stands_for = [&](int rank) {
      return rank == spot.item || (spot.folded && rank >= spot.first && rank < spot.last);
    };
    const bool in_focus = std::ranges::any_of(plan.focus_ranks, stands_for);
    if (spot.folded) {
      pen.begin("fold:" + std::to_string(ep.items[static_cast<std::size_t>(spot.item)].id.value),
                at);
      draw_fold(pen, ep, spot, at, in_focus);
      pen.end();
      continue;
    }
    const ItemState& item = ep.items[static_cast<std::size_t>(spot.item)];
    pen.begin("node:" + std::to_string(item.id.value), at);
    if (plan.style == NodeStyle::dot) {
      draw_tree_dot(pen, item, at, in_focus);
    } else {
      const CardLook look = card_look(item);
      pen.box(at, look.fill, look.border, plan.style >= NodeStyle::bar ? 7 : 10, look.width,
              look.stroke);
      if (plan.style == NodeStyle::card) draw_card(pen, ep, item, at, instant);
      if (plan.style == NodeStyle::small) draw_small(pen, item, at, instant);
      if (plan.style == NodeStyle::bar) draw_bar(pen, item, at, instant);
      if (plan.style == NodeStyle::chip) draw_chip(pen, item, at, plan.folded);
    }
    std::string label = item_label(pen, item);
    label += pen.t(item.red ? "hit.red" : "hit.black", {rank_text(ep, item)});
    pen.hit("item:" + std::to_string(item.id.value), at, label, 10);
    pen.end();
  }
}

}  // namespace epollscope::scene
