// The epoll instances that are not open: small live cards in rows, and a wire from each instance
// that is watched to the one that watches it.
#include <algorithm>

#include "app/scene/kernel_parts.h"

namespace epollscope::scene {
namespace {

constexpr float kLeast = 200, kMost = 300, kHeight = 32, kGap = 10;
constexpr float kRow = kHeight + kGap;

struct OthersGrid {
  std::size_t columns = 1, rows = 0;
  float width = 0;  // of a card
};
OthersGrid grid_of(const KernelContext& c, float width) {
  OthersGrid grid;
  const std::size_t n = c.others.size();
  if (n == 0) return grid;
  const auto fit = static_cast<std::size_t>(std::max(1.0F, (width + kGap) / (kLeast + kGap)));
  grid.columns = std::min(n, fit);
  grid.rows = (n + grid.columns - 1) / grid.columns;
  const auto k = static_cast<float>(grid.columns);
  grid.width = std::min(kMost, (width - (k - 1) * kGap) / k);
  return grid;
}

// From the hook on a watched instance to the one that watches it, bending in the gutter between.
void draw_nesting(Sketch& pen, const KernelContext& c, const std::map<FileId, Rect>& places,
                  Rect open) {
  constexpr float kBend = 16;
  for (const EventpollState* outer : c.others) {
    const auto card = places.find(outer->file);
    if (card == places.end()) continue;
    const Point b{card->second.center().x, card->second.y};
    for (const ItemState& item : outer->items) {
      if (item.file == c.ep->file) {
        const Point a{std::clamp(b.x, open.x + 20, open.right() - 20), open.bottom()};
        pen.add(Wire{a, {a.x, a.y + kBend}, {b.x, b.y - kBend}, b, Role::line, 1.3F});
        pen.disc(a, 3, Role::line);
      } else if (const auto inner = places.find(item.file); inner != places.end()) {
        const Point a{inner->second.center().x, inner->second.y};
        pen.add(Wire{a, {a.x, a.y - kBend}, {b.x, b.y - kBend}, b, Role::line, 1.3F});
      }
    }
  }
}

}  // namespace

float others_height(const KernelContext& c, float width) {
  const auto rows = static_cast<float>(grid_of(c, width).rows);
  return rows > 0 ? rows * kRow + 4 : 0;
}

std::map<FileId, Rect> place_others(const KernelContext& c, Rect where) {
  std::map<FileId, Rect> places;
  const OthersGrid grid = grid_of(c, where.w);
  for (std::size_t i = 0; i < c.others.size(); ++i) {
    const std::size_t column = i % grid.columns;
    const std::size_t row = i / grid.columns;
    places[c.others[i]->file] = {where.x + static_cast<float>(column) * (grid.width + kGap),
                                 where.y + static_cast<float>(row) * kRow, grid.width, kHeight};
  }
  return places;
}

void draw_others(Sketch& pen, const KernelContext& c, const std::map<FileId, Rect>& places,
                 Rect open) {
  draw_nesting(pen, c, places, open);
  for (const EventpollState* other : c.others) {
    const EventpollState& ep = *other;
    const Rect& at = places.at(ep.file);
    pen.box(at, Role::raised, Role::line, 9);
    const std::string items = std::to_string(ep.items.size());
    const std::string ready = std::to_string(ep.ready.size());
    const std::string whole =
        pen.t("kernel.live", {items, ready, std::to_string(ep.waiters.size())});
    std::string live = whole;
    const float name = std::min(Sketch::width_of(ep.name, type::kName.at(13)), at.w * 0.4F);
    const float room = at.w - name - 30;
    if (Sketch::width_of(live, type::kNote) > room)
      live = pen.t("kernel.live_short", {items, ready});
    const float taken = pen.text({at.x + 12, at.y + 21}, ep.name, type::kName.at(13), at.w * 0.4F);
    pen.text({at.right() - 10, at.y + 21}, live, type::kNote, at.w - taken - 30, Align::right);
    const std::string id = std::to_string(ep.fd.valid() ? ep.fd.value : ep.file.value);
    pen.hit("epoll:" + id, at, pen.t("hit.other_instance", {ep.name, id, whole}), 9);
  }
}

}  // namespace epollscope::scene
