// The timeline: a row for each watched file, a column for each step. What could be read is a
// staircase, thin while nobody watches; triangles are wakeups, a band the time on the ready
// list, ticks the reports.
#include <algorithm>
#include <cmath>
#include <map>

#include "app/scene/quiz.h"
#include "app/scene/timeline.h"

namespace epollscope::scene {
namespace {

constexpr float kHighestLane = 76;
constexpr float kLowLane = 44;  // below it a label has one line, and words are small
constexpr float kBand = 0.74F;  // where the band lies, in heights of the lane
constexpr Type kColumn{Face::mono, 12.5F, Role::text_dim};

Role role_of(const Lane& lane) { return lane.out ? Role::out : Role::in; }

struct Grid {
  float x0 = 0, column = 91;
  int first = 1, columns = 0, cursor = 0;
  float top = 0, bottom = 0, right = 0;
  [[nodiscard]] float x(int step) const {
    return x0 + (static_cast<float>(step - first) + 0.5F) * column;
  }
};

// ---- legend

float draw_legend(Sketch& pen, Rect where, float y) {
  const Type set = type::kNote.in(Role::text_dim).at(12.5F);
  float right = where.right() - 24;
  const auto entry = [&](std::string_view key, float icon, auto draw) {
    const std::string words = pen.t(key);
    const float w = Sketch::width_of(words, set) + icon + 8;
    if (right - w < where.x + 110) return;
    pen.text({right, y}, words, set, w, Align::right);
    draw(right - w);
    right -= w + 22;
  };
  const float middle = y - 4.5F;
  entry("legend.reported", 14, [&](float x) {
    pen.disc({x + 7, middle}, 7, Role::good);
    pen.tick({x + 7, middle}, 8, Role::on_selection, 1.6F);
  });
  entry("legend.on_list", 22,
        [&](float x) { pen.box({x, middle - 4, 22, 8}, Role::in, Role::none, 3); });
  entry("legend.wakeup", 13,
        [&](float x) { pen.triangle({x + 6.5F, middle - 6}, 6.5F, 11, Role::wakeup); });
  entry("legend.thin", 24, [&](float x) { pen.line({x, middle}, {x + 24, middle}, Role::in, 1); });
  return right;
}

// ---- columns

void draw_columns(Sketch& pen, const StageModel& model, const Grid& g) {
  for (int i = 0; i <= g.columns; ++i) {
    const float x = g.x0 + static_cast<float>(i) * g.column;
    pen.line({x, g.top - 16}, {x, g.bottom}, Role::ground_dots);
  }
  for (int i = 0; i < g.columns; ++i) {
    const int n = g.first + i;
    const std::string words = column_text(model, n);
    if (words.empty()) continue;
    Type set = kColumn;
    if (n == g.cursor) set = {Face::mono_bold, 12.5F, Role::text};
    if (n > model.step) set = set.in(Role::text_faint);
    if (g.column < 84) set.size = 11;
    const float room = g.column - 10;
    set.size = std::clamp(set.size * 0.99F * room / Sketch::width_of(words, set), 9.5F, set.size);
    pen.text({g.x(n), g.top}, words, set, room, Align::center);
    if (n <= static_cast<int>(model.steps.size())) {
      pen.hit("step:" + std::to_string(n), {g.x(n) - g.column / 2, g.top - 15, g.column, 20},
              pen.t("hit.step", {std::to_string(n), words}));
    }
  }
}

// ---- one lane

float level_y(const Lane& lane, std::uint64_t value, Rect row) {
  const float base = row.y + row.h * 0.62F;
  if (value == 0 || lane.most == 0) return base;
  const double share =
      std::log1p(static_cast<double>(value)) / std::log1p(static_cast<double>(lane.most));
  return base - row.h * (0.18F + 0.2F * static_cast<float>(share));
}

std::string level_text(const Sketch& pen, const Lane& lane, std::uint64_t value) {
  if (lane.counter) return pen.t("timeline.counter", {std::to_string(value)});
  if (lane.out) return pen.t("timeline.free", {bytes_text(value)});
  return pen.t("timeline.unread", {bytes_text(value)});
}

void draw_stairs(Sketch& pen, const Lane& lane, const Grid& g, Rect row) {
  const Role color = role_of(lane);
  const bool low = row.h < kLowLane;
  float text_from = 0;
  for (std::size_t i = 0; i < lane.points.size(); ++i) {
    const LanePoint& p = lane.points[i];
    if (!p.exists) continue;
    const bool first = i == 0 || !lane.points[i - 1].exists;
    const bool last = i + 1 == lane.points.size();
    const float x = first && p.step < g.first ? g.x0 : std::max(g.x(p.step), g.x0);
    const float width = p.watched ? 2.4F : 1;
    const float y = level_y(lane, p.value, row);
    if (!first && lane.points[i - 1].value != p.value) {
      const float before = level_y(lane, lane.points[i - 1].value, row);
      pen.line({x, std::min(before, y) - width / 2}, {x, std::max(before, y) + width / 2}, color,
               std::max(width, lane.points[i - 1].watched ? 2.4F : 1.0F));
    }
    if (!last) {
      const float end = g.x(lane.points[i + 1].step);
      pen.line({x, y}, {end, y}, color, width);
    }
    // Clear of the triangle and of a tick beside it.
    const float indent = p.wakeups > 0 && p.reports > 0 ? 28 : low ? 11 : 8;
    const bool changed = first || lane.points[i - 1].value != p.value;
    if (changed && p.value > 0 && x + indent >= text_from && p.step >= g.first) {
      const std::string words = level_text(pen, lane, p.value);
      const Type set = type::kNote.at(low ? 10.0F : 11.5F);
      // As far as this level lasts, or the cursor's own line.
      float room = g.right - x - 12;
      for (std::size_t k = i + 1; k < lane.points.size(); ++k) {
        const bool marked = lane.points[k].reports > 0 || lane.points[k].value != p.value;
        if (!marked && lane.points[k].step != g.cursor) continue;
        room = std::min(room, g.x(lane.points[k].step) - x - 18);
        break;
      }
      if (p.step == g.cursor) room = std::min(room, g.x(p.step + 1) - x - 12);
      if (Sketch::width_of(words, set) <= room) {
        pen.text({x + indent, std::min(y + 16, row.y + row.h * kBand - (low ? 2 : 4))}, words, set,
                 room);
        text_from = x + indent + room;
      }
    }
  }
}

// Where the next band begins, or the cursor's line stands.
float next_queued(const Lane& lane, std::size_t from, const Grid& g) {
  for (std::size_t i = from + 1; i < lane.points.size(); ++i) {
    if (lane.points[i].queued || lane.points[i].step == g.cursor) return g.x(lane.points[i].step);
  }
  return g.x(lane.points[from].step + 1);
}

// Where the words of a level may begin, from this point on.
float next_level(const Lane& lane, std::size_t from, const Grid& g) {
  for (std::size_t i = std::max<std::size_t>(from, 1); i < lane.points.size(); ++i) {
    if (lane.points[i].value != lane.points[i - 1].value) return g.x(lane.points[i].step);
  }
  return g.right;
}

void draw_marks(Sketch& pen, const Lane& lane, const Grid& g, Rect row, bool tells_left) {
  constexpr float kVisit = 16;  // how long a stay within one step is drawn
  const float band = row.y + row.h * kBand;
  float from = -1;
  for (std::size_t i = 0; i < lane.points.size(); ++i) {
    const LanePoint& p = lane.points[i];
    const float x = std::max(g.x(p.step), g.x0);
    const bool last = i + 1 == lane.points.size();
    if (p.queued && from < 0) from = x;
    if (p.visited && !p.queued && from < 0) from = x - kVisit;
    if (from >= 0 && (!p.queued || last)) {
      const float w = std::max(5.0F, x - from);
      pen.box({from, band, w, std::min(8.0F, row.h * 0.14F)}, role_of(lane), Role::none, 3);
      from = -1;
      // Inside a step an item may be in the hands of the scan and come back.
      if (tells_left && !p.queued && p.watched && p.value > 0) {
        const Type set = type::kNote.at(row.h < kLowLane ? 10.0F : 11.5F);
        float room = std::min(next_queued(lane, i, g), g.right) - x - 16;
        // A low lane has one line for these words and those of its level.
        if (row.h < kLowLane) room = std::min(room, next_level(lane, i, g) - x - 8);
        const std::string words = pen.t("timeline.left");
        if (Sketch::width_of(words, set) <= room) {
          pen.text({x + 8, std::min(band + 8, row.bottom() - 3)}, words, set.in(Role::text_dim),
                   room);
        }
      }
    }
  }
  for (const LanePoint& p : lane.points) {
    if (p.step < g.first) continue;
    const float x = g.x(p.step);
    const float y = level_y(lane, p.value, row);
    const float radius = std::min(8.5F, row.h * 0.15F);
    if (p.reports > 0) {
      // First the wakeup, then the report: beside each other where one step holds both.
      const Point at{x + (p.wakeups > 0 ? radius + 8 : 0), y};
      pen.disc(at, radius, Role::good);
      pen.tick(at, radius * 1.15F, Role::on_selection, 1.8F);
    }
    for (int k = 0; k < std::min(3, p.wakeups); ++k) {
      const float shift =
          static_cast<float>(k) * 9 - static_cast<float>(std::min(3, p.wakeups) - 1) * 4.5F;
      pen.triangle({x + shift, std::max(row.y + 1, y - 16)}, 6.5F, 11, Role::wakeup);
    }
  }
}

void draw_lane_label(Sketch& pen, const Lane& lane, Rect row, float width) {
  const bool low = row.h < kLowLane;
  const float y = row.y + (low ? row.h / 2 + 5 : row.h * 0.42F);
  float x = row.x;
  x += pen.text({x, y}, lane.name, type::kName.at(low ? 13 : 15), width * 0.45F) + 10;
  x += draw_words(pen, lane.words, {x, y}, row.x + width - x, low ? 11 : 12) + 8;
  float badge = low ? x : row.x;
  const float middle = low ? y - 4.5F : y + 18;
  for (const std::string_view mode : lane.badges) {
    if (badge + badge_width(mode) > row.x + width) break;
    draw_badge(pen, mode, {badge, middle}, !lane.armed && mode == "ONESHOT");
    badge += badge_width(mode) + 5;
  }
}

void draw_cursor_tag(Sketch& pen, const Grid& g, int step) {
  if (step < g.first) return;
  const float x = g.x(step);
  const std::string words = pen.t("timeline.step", {std::to_string(step)});
  const Type set{Face::sans_bold, 12, Role::on_selection};
  const float w = Sketch::width_of(words, set) + 18;
  const float left = std::clamp(x - w / 2, g.x0, std::max(g.x0, g.right - w));
  const Rect tag{left, g.bottom - 12, w, 21};
  pen.box(tag, Role::selection, Role::none, 5);
  pen.text({tag.center().x, Sketch::middle(tag, set)}, words, set, w - 6, Align::center);
}

}  // namespace

void draw_timeline(Sketch& pen, const StageModel& model, Rect where) {
  pen.box(where, Role::panel, Role::panel_border, 8);
  pen.clip(where);
  const float y = where.y + 27;
  float x = where.x + 18;
  x += pen.text({x, y}, pen.t("timeline.zone"), type::kZone, where.w - 36) + 16;
  const float legend = draw_legend(pen, where, y);
  pen.whole({x, y}, pen.t("timeline.note"), type::kNote.at(12.5F), legend - x);

  const float label = std::clamp(where.w * 0.095F, 96.0F, 170.0F);
  Grid g;
  g.x0 = where.x + 18 + label;
  g.top = where.y + 58;
  g.bottom = where.bottom() - 14;
  g.right = where.right() - 24;
  const float least = std::clamp(where.w * 0.055F, 64.0F, 91.0F);
  g.columns = std::max(1, static_cast<int>((g.right - g.x0) / least));
  const State now = model.now();
  g.columns = std::min(g.columns, columns_affordable(now));
  g.column = std::min((g.right - g.x0) / static_cast<float>(g.columns), 140.0F);
  g.right = g.x0 + g.column * static_cast<float>(g.columns);
  const int ahead = std::min(3, std::max(1, g.columns / 5));
  g.first = std::max(1, model.step - (g.columns - 1 - ahead));
  g.cursor = model.step;
  draw_columns(pen, model, g);

  const float room = g.bottom - 8 - (g.top + 10);
  const auto fit = static_cast<std::size_t>(std::max(0.0F, room / 30));
  Lanes lanes = read_lanes(model, now, g.first, fit);
  if (lanes.rows.empty()) {
    const float x_cursor = model.step > 0 ? g.x(model.step) : g.x0;
    const bool right_of = x_cursor < (g.x0 + g.right) / 2;
    pen.text({right_of ? x_cursor + 14 : x_cursor - 14, g.top + 36}, pen.t("timeline.empty"),
             type::kNote.at(13), (right_of ? g.right - x_cursor : x_cursor - g.x0) - 20,
             right_of ? Align::left : Align::right);
  }
  const float more = lanes.left_out > 0 ? 18 : 0;
  const float h = lanes.rows.empty()
                      ? 0
                      : std::min(std::max(kHighestLane, room / 4),
                                 (room - more) / static_cast<float>(lanes.rows.size()));
  for (std::size_t i = 1; i <= lanes.rows.size(); ++i) {
    const float bottom = g.top + 10 + static_cast<float>(i) * h;
    pen.line({g.x0, bottom}, {g.right, bottom}, Role::ground_dots);
  }
  if (model.step >= g.first) {
    pen.line({g.x(model.step), g.top + 8}, {g.x(model.step), g.bottom - 10}, Role::selection, 1.6F);
  }
  const bool asks = question_open(model, pen);
  for (std::size_t i = 0; i < lanes.rows.size(); ++i) {
    const Lane& lane = lanes.rows[i];
    const Rect row{where.x + 20, g.top + 10 + static_cast<float>(i) * h, g.right - where.x - 20, h};
    draw_lane_label(pen, lane, row, label - 12);
    draw_stairs(pen, lane, g, row);
    draw_marks(pen, lane, g, row, !model.micro && !asks);
    pen.hit("lane:" + std::to_string(lane.id.value), {row.x, row.y, label - 8, h},
            pen.t("hit.lane", {lane.name}));
  }
  if (lanes.left_out > 0) {
    pen.text({where.x + 20, g.bottom}, pen.t("timeline.more", {std::to_string(lanes.left_out)}),
             type::kNote, label - 10);
  }
  if (model.step > 0) draw_cursor_tag(pen, g, model.step);
  pen.unclip();
}

}  // namespace epollscope::scene
