// The timeline for a hall: the lanes that something happened to in the columns shown, with few
// columns and thick strokes.
#include <algorithm>
#include <cmath>

#include "app/scene/lecture.h"
#include "app/scene/timeline.h"

namespace epollscope::scene {
namespace {

constexpr float kHallPad = 16, kCaption = 34, kHallColumns = 28, kLabel = 150;
constexpr float kLeastColumn = 116, kLeastLane = 44, kMostLane = 74;
constexpr std::size_t kMostLanes = 5;

struct HallGrid {
  float x0 = 0, right = 0, column = 0, top = 0, bottom = 0;
  int first = 1, columns = 1;
  [[nodiscard]] float x(int step) const {
    return x0 + (static_cast<float>(step - first) + 0.5F) * column;
  }
};

HallGrid grid_of(const StageModel& model, Rect where) {
  HallGrid g;
  g.x0 = where.x + kHallPad + kLabel;
  g.right = where.right() - kHallPad;
  g.top = where.y + kCaption + kHallColumns;
  g.bottom = where.bottom() - 8;
  g.columns = std::max(1, static_cast<int>((g.right - g.x0) / kLeastColumn));
  g.column = (g.right - g.x0) / static_cast<float>(g.columns);
  g.first = std::max(1, model.step - (g.columns - 2));  // one column lies ahead
  return g;
}

void draw_caption(Sketch& pen, Rect where, bool filtered) {
  const Type dim = hall::word().in(Role::text_dim);
  const float y = where.y + 25;
  const float middle = y - cap_height(dim.face, dim.size) / 2;
  const float least = where.x + kHallPad +
                      pen.text({where.x + kHallPad, y}, pen.t("timeline.zone"),
                               hall::head().in(Role::text_dim), where.w / 2);
  float right = where.right() - kHallPad;
  const auto entry = [&](std::string_view key, float icon, auto draw) {
    const std::string words = pen.t(key);
    const float w = Sketch::width_of(words, dim) + icon + 10;
    if (right - w < least + 24) return;
    pen.text({right, y}, words, dim, w, Align::right);
    draw(right - w);
    right -= w + 26;
  };
  entry("legend.reported", 20, [&](float x) {
    pen.disc({x + 10, middle}, 10, Role::good);
    pen.tick({x + 10, middle}, 11, Role::on_selection, 2.4F);
  });
  entry("legend.on_list", 28,
        [&](float x) { pen.box({x, middle - 5, 28, 10}, Role::in, Role::none, 4); });
  entry("legend.wakeup", 18,
        [&](float x) { pen.triangle({x + 9, middle - 8}, 9, 15, Role::wakeup); });
  if (!filtered) return;
  entry("legend.filtered", 18,
        [&](float x) { draw_filtered_sign(pen, {x + 9, middle - 8}, 9, 15); });
}

void draw_columns(Sketch& pen, const StageModel& model, const HallGrid& g) {
  const float y = g.top - 9;
  for (int n = g.first; n < g.first + g.columns; ++n) {
    const std::string words = column_text(model, n);
    if (words.empty()) continue;
    const Type set = hall::code().in(n == model.step ? Role::text : Role::text_dim);
    pen.text({g.x(n), y}, words, set, g.column - 8, Align::center);
    if (n <= static_cast<int>(model.steps.size())) {
      pen.hit("step:" + std::to_string(n),
              {g.x(n) - g.column / 2, g.top - kHallColumns, g.column, kHallColumns},
              pen.t("hit.step", {std::to_string(n), words}));
    }
  }
  if (model.step < g.first) return;
  pen.line({g.x(model.step), g.top}, {g.x(model.step), g.bottom}, Role::selection, 2.4F);
}

float level_y(const Lane& lane, std::uint64_t value, Rect row) {
  const float base = row.y + row.h * 0.66F;
  if (value == 0 || lane.most == 0) return base;
  const double share =
      std::log1p(static_cast<double>(value)) / std::log1p(static_cast<double>(lane.most));
  return base - row.h * (0.16F + 0.22F * static_cast<float>(share));
}

void draw_level(Sketch& pen, const Lane& lane, std::size_t i, const HallGrid& g, Rect row) {
  const LanePoint& p = lane.points[i];
  if (!p.exists) return;
  const Role color = lane.out ? Role::out : Role::in;
  const bool first = i == 0 || !lane.points[i - 1].exists;
  const float x = std::max(g.x(p.step), g.x0);
  const float width = p.watched ? 3.4F : 1.6F;
  const float y = level_y(lane, p.value, row);
  const bool changed = first || lane.points[i - 1].value != p.value;
  if (!first && changed) {
    const float before = level_y(lane, lane.points[i - 1].value, row);
    pen.line({x, std::min(before, y) - width / 2}, {x, std::max(before, y) + width / 2}, color,
             width);
  }
  if (i + 1 < lane.points.size()) pen.line({x, y}, {g.x(lane.points[i + 1].step), y}, color, width);
}

// As much as could be read, where it changed and there is room for it before the next change.
void draw_amount(Sketch& pen, const Lane& lane, std::size_t i, const HallGrid& g, Rect row) {
  const LanePoint& p = lane.points[i];
  const bool changed = i == 0 || !lane.points[i - 1].exists || lane.points[i - 1].value != p.value;
  if (!p.exists || !changed || p.value == 0 || p.step < g.first) return;
  std::size_t next = i + 1;
  while (next < lane.points.size() && lane.points[next].value == p.value &&
         lane.points[next].reports == 0) {
    ++next;
  }
  const int until = next < lane.points.size() ? lane.points[next].step : p.step + 1;
  const std::string words = lane.kind == ObjectKind::pidfd ? count_text(pen, lane.kind, p.value)
                            : lane.counter                 ? std::to_string(p.value)
                                                           : bytes_text(p.value);
  const float indent = p.reports > 0 ? 34 : 12;
  const Type set = hall::word().in(Role::text_dim);
  const float x = std::max(g.x(p.step), g.x0) + indent;
  pen.whole({x, row.y + row.h * 0.70F}, words, set, std::min(g.x(until), g.right) - x - 14);
}

void draw_band(Sketch& pen, const Lane& lane, const HallGrid& g, Rect row) {
  constexpr float kVisit = 22;  // how long a stay within one step is drawn
  float from = -1;
  for (std::size_t i = 0; i < lane.points.size(); ++i) {
    const LanePoint& p = lane.points[i];
    const float x = std::max(g.x(p.step), g.x0);
    const bool last = i + 1 == lane.points.size();
    if (p.queued && from < 0) from = x;
    if (p.visited && !p.queued && from < 0) from = x - kVisit;
    if (from < 0 || (p.queued && !last)) continue;
    pen.box({from, row.y + row.h * 0.80F, std::max(8.0F, x - from), 9},
            lane.out ? Role::out : Role::in, Role::none, 4);
    from = -1;
  }
}

void draw_marks(Sketch& pen, const Lane& lane, const HallGrid& g, Rect row) {
  for (const LanePoint& p : lane.points) {
    if (p.step < g.first) continue;
    const float x = g.x(p.step);
    const float y = level_y(lane, p.value, row);
    if (p.reports > 0) {
      const Point at{x + (p.wakeups > 0 ? 20 : 0), y};
      pen.disc(at, 10, Role::good);
      pen.tick(at, 11, Role::on_selection, 2.4F);
    }
    const int shown = std::min(3, p.wakeups);
    for (int k = 0; k < shown; ++k) {
      const float shift = (static_cast<float>(k) - static_cast<float>(shown - 1) / 2) * 13;
      const Point tip{x + shift, std::max(row.y, y - 18)};
      if (k < heard(p, shown)) {
        pen.triangle(tip, 9, 15, Role::wakeup);
      } else {
        draw_filtered_sign(pen, tip, 9, 15);
      }
    }
  }
}

void draw_end(Sketch& pen, const Lane& lane, const HallGrid& g, Rect row) {
  for (std::size_t i = 1; i < lane.points.size(); ++i) {
    const int step = lane.points[i].step;
    if (step != lane.ended || step < g.first) continue;
    draw_end_sign(pen, {g.x(step), level_y(lane, lane.points[i - 1].value, row)}, 7);
  }
}

void draw_label(Sketch& pen, const Lane& lane, Rect row) {
  const Type name = hall::name().in(lane.ended > 0 ? Role::text_dim : Role::text);
  const float y = row.y + row.h * 0.66F;
  const float taken = pen.text({row.x, y}, lane.name, name, kLabel - 14) + 14;
  if (hall_words_width(lane.words) <= kLabel - 14 - taken) {
    draw_hall_words(pen, lane.words, {row.x + taken, y}, kLabel - 14 - taken);
  }
}

bool in_play(const Lane& lane) {
  for (std::size_t i = 0; i < lane.points.size(); ++i) {
    const LanePoint& p = lane.points[i];
    const bool first = i == 0;
    if (p.wakeups > 0 || p.reports > 0 || p.visited) return true;
    if (!first && (p.value != lane.points[i - 1].value || p.watched != lane.points[i - 1].watched ||
                   p.queued != lane.points[i - 1].queued)) {
      return true;
    }
  }
  return false;
}

}  // namespace

void draw_hall_timeline(Sketch& pen, const StageModel& model, Rect where) {
  pen.box(where, Role::panel, Role::panel_border, 10);
  const auto kept_now = model.now();
  const State& now = *kept_now;
  HallGrid g = grid_of(model, where);
  // A State of many files takes its time.
  const int affordable = std::min(g.columns, columns_affordable(now));
  g.first = std::max(g.first, model.step - affordable + 2);
  draw_columns(pen, model, g);
  const float room = g.bottom - g.top;
  const auto fit =
      std::clamp<std::size_t>(static_cast<std::size_t>(room / kLeastLane), 1, kMostLanes);
  Lanes lanes = read_lanes(model, now, g.first, fit);
  draw_caption(pen, where, any_filtered(lanes, g.first));
  const bool none = std::ranges::all_of(lanes.rows, [](const Lane& l) { return l.ended > 0; });
  std::erase_if(lanes.rows, [](const Lane& lane) { return !in_play(lane); });
  if (lanes.rows.empty()) {
    const Type dim = hall::word().in(Role::text_dim);
    pen.text({where.x + kHallPad, g.top + room / 2},
             pen.t(none ? "timeline.empty" : "lecture.calm"), dim, where.w - 2 * kHallPad);
    return;
  }
  const float h = std::min(kMostLane, room / static_cast<float>(lanes.rows.size()));
  for (std::size_t i = 0; i < lanes.rows.size(); ++i) {
    const Lane& lane = lanes.rows[i];
    const Rect row{where.x + kHallPad, g.top + static_cast<float>(i) * h,
                   g.right - where.x - kHallPad, h};
    if (i > 0) pen.line({g.x0, row.y}, {g.right, row.y}, Role::line_faint);
    draw_label(pen, lane, row);
    const bool over = lane.ended > 0;
    if (over) pen.add(GroupBegin{{}, kOver});
    for (std::size_t k = 0; k < lane.points.size(); ++k) draw_level(pen, lane, k, g, row);
    draw_band(pen, lane, g, row);
    if (over) pen.add(GroupEnd{});
    for (std::size_t k = 0; k < lane.points.size(); ++k) draw_amount(pen, lane, k, g, row);
    if (over) pen.add(GroupBegin{{}, kOver});
    draw_marks(pen, lane, g, row);
    if (over) pen.add(GroupEnd{});
    draw_end(pen, lane, g, row);
    pen.hit("lane:" + std::to_string(lane.id.value), {row.x, row.y, kLabel - 8, h},
            pen.t("hit.lane", {lane.name}));
  }
}

}  // namespace epollscope::scene
