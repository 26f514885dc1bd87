// Who sleeps in epoll_wait: for how long yet, who is woken first, and by what.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "app/scene/kernel_parts.h"
#include "app/scene/wakers.h"

namespace epollscope::scene {
namespace {

// ---- the ring of what is left of the time

// An arc from twelve o'clock, clockwise; `turn` in radians.
void draw_arc(Sketch& pen, Point center, float radius, float from, float turn, Role color) {
  const int parts = std::max(1, static_cast<int>(std::ceil(turn / 1.5F)));
  const float step = turn / static_cast<float>(parts);
  const float reach = radius * 4 / 3 * std::tan(step / 4);
  const auto at = [&](float angle) {
    return Point{center.x + radius * std::sin(angle), center.y - radius * std::cos(angle)};
  };
  for (int i = 0; i < parts; ++i) {
    const float a = from + step * static_cast<float>(i);
    const float b = a + step;
    const Point p = at(a);
    const Point q = at(b);
    pen.add(Wire{p,
                 {p.x + reach * std::cos(a), p.y + reach * std::sin(a)},
                 {q.x - reach * std::cos(b), q.y - reach * std::sin(b)},
                 q,
                 color,
                 2.2F,
                 Stroke::solid});
  }
}

constexpr float kRing = 6.5F;

// The share of the asked time that is left; a ring without a gap, twisted as ∞, has no end.
void draw_ring(Sketch& pen, const WaiterState& waiter, Point center) {
  constexpr float kGap = 0.5F;  // a full ring still has a beginning
  constexpr float kCircle = 2 * std::numbers::pi_v<float>;
  if (!waiter.timeout_ns) {
    for (const float side : {-1.0F, 1.0F}) {
      pen.disc({center.x + side * kRing * 0.6F, center.y}, kRing * 0.6F, Role::none, Role::wakeup,
               1.7F);
    }
    return;
  }
  const auto elapsed = pen.input().elapsed_ns.find(waiter.actor);
  const double spent =
      elapsed == pen.input().elapsed_ns.end() ? 0 : static_cast<double>(elapsed->second);
  const double asked = std::max(1.0, static_cast<double>(*waiter.timeout_ns));
  const auto left = static_cast<float>(std::clamp(1 - spent / asked, 0.0, 1.0));
  pen.disc(center, kRing, Role::none, Role::line_faint, 1.2F);
  const float turn = (kCircle - 2 * kGap) * left;
  if (turn > 0.05F) draw_arc(pen, center, kRing, kCircle - kGap - turn, turn, Role::wakeup);
}

// ---- rows

void draw_row(Sketch& pen, const WaiterState& waiter, Rect row, bool first_of_many) {
  const std::string name = print(waiter.actor);
  const std::string time = timeout_text(pen, waiter.timeout_ns);
  const Type set = type::kName.at(row.h < 19 ? 12.5F : 14);
  const float y = Sketch::middle(row, set);
  pen.begin("waiter:" + name, row);
  draw_ring(pen, waiter, {row.x + 14, row.center().y});
  const float x = row.x + 28;
  const float taken = pen.text({x, y}, name, set, row.w / 2);
  const float told = pen.whole({row.right() - 8, y}, time, type::kWord.in(Role::text_dim),
                               row.w - taken - 44, Align::right);
  if (first_of_many) {
    pen.whole({x + taken + 8, y}, pen.t("ready.next"), type::kNote.at(11.5F),
              row.right() - 8 - told - 8 - (x + taken + 8));
  }
  pen.hit("waiter:" + name, {row.x, row.y + 1, row.w, row.h - 2},
          pen.t("hit.waiter", {name, time}));
  pen.end();
}

// A row each, if there is room.
bool draw_rows(Sketch& pen, const std::vector<WaiterState>& waiters, Rect at) {
  constexpr float kEdge = 4, kLeast = 15;
  const float inside = at.h - 2 * kEdge;
  const std::size_t rows = std::max<std::size_t>(1, static_cast<std::size_t>(inside / kLeast));
  if (waiters.size() > rows) return false;
  const float pitch = inside / static_cast<float>(waiters.size());
  for (std::size_t i = 0; i < waiters.size(); ++i) {
    const float top = at.y + kEdge + pitch * static_cast<float>(i);
    draw_row(pen, waiters[i], {at.x + 4, top, at.w - 8, pitch}, i == 0 && waiters.size() > 1);
  }
  return true;
}

}  // namespace

void draw_sleepers(Sketch& pen, const KernelContext& c, Rect at) {
  const auto& waiters = c.ep->waiters;
  pen.box(at, Role::panel, waiters.empty() ? Role::panel_border : Role::wakeup, 9,
          waiters.empty() ? 1.0F : 1.4F);
  if (waiters.empty()) {
    const Type set{Face::sans, 13, Role::text_faint};
    pen.text({at.center().x, Sketch::middle(at, set)}, pen.t("ready.nobody"), set, at.w - 16,
             Align::center);
    return;
  }
  if (draw_rows(pen, waiters, at)) return;
  // Many: names only, the one to be woken next first.
  const auto lines = std::max(1.0F, std::floor((at.h - 2) / 24));
  float x = at.x + 10;
  float y = at.y + (at.h - lines * 24 + 4) / 2;
  for (std::size_t i = 0; i < waiters.size(); ++i) {
    const std::string name = print(waiters[i].actor);
    const Type set = type::kName.at(12);
    const float w = Sketch::width_of(name, set) + 14;
    if (x + w > at.right() - 8) {
      x = at.x + 10;
      y += 24;
    }
    const bool full = y + 44 > at.bottom() && x + 2 * w + 40 > at.right() - 8;
    if (full && i + 1 < waiters.size()) {
      pen.text({x, y + 14}, "+" + std::to_string(waiters.size() - i), type::kWord,
               at.right() - 8 - x);
      break;
    }
    pen.begin("waiter:" + name, {x, y, w, 20});
    pen.box({x, y, w, 20}, Role::raised, Role::panel_border, 6);
    pen.text({x + w / 2, y + 14}, name, set, w - 6, Align::center);
    pen.hit("waiter:" + name, {x, y, w, 20},
            pen.t("hit.waiter", {name, timeout_text(pen, waiters[i].timeout_ns)}));
    pen.end();
    x += w + 6;
  }
}

void draw_wakers(Sketch& pen, const KernelContext& c, Rect where) {
  const auto& waiters = c.ep->waiters;
  const std::string wakers = wakers_text(pen.input().lang, c.state, waiters.front().actor);
  const std::string whole = pen.t(waiters.size() > 1 ? "wakes.first" : "wakes.it", {wakers});
  const Type set = type::kWord.in(Role::text_dim);
  const bool fits = Sketch::width_of(whole, set) <= where.w;
  pen.text({where.x, where.y + 8}, fits ? whole : wakers, set, where.w);
}

}  // namespace epollscope::scene
