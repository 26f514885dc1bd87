// One watched file in the timeline: a staircase of what could be read, the time on the ready
// list below it, wakeups above and reports on it; behind the cursor in words how it stands.
#include <algorithm>
#include <cmath>

#include "app/scene/timeline.h"

namespace epollscope::scene {
namespace {

constexpr float kWatchedWidth = 3;  // of a staircase; 1 before its file is watched

constexpr float kBand = 0.74F;    // where the band lies, in heights of the lane
constexpr float kBase = 0.62F;    // an empty file
constexpr float kLeast = 0.1F;    // the step to the smallest amount
constexpr float kRest = 0.28F;    // and from there to the largest
constexpr float kMarks = 13;      // from one triangle or tick to the next
constexpr std::size_t kMost = 3;  // of them; a number stands for more
constexpr Type kNumber{Face::sans_bold, 11, Role::text};
constexpr float kNumberGap = 2;  // from the last of them to it

Role role_of(const Lane& lane) { return lane.out ? Role::out : Role::in; }

// A root: five bytes beside thousands can be seen, and half of them is a step down.
float level_y(const Lane& lane, std::uint64_t value, Rect row) {
  const float base = row.y + row.h * kBase;
  if (value == 0 || lane.most == 0) return base;
  const double share = static_cast<double>(value) / static_cast<double>(lane.most);
  return base - row.h * (kLeast + kRest * static_cast<float>(std::sqrt(share)));
}

std::string amount_text(const Lane& lane, std::uint64_t value) {
  if (lane.kind == ObjectKind::pidfd || !lane.sized) return {};  // its words or nothing
  return lane.counter ? std::to_string(value) : bytes_text(value);
}

std::string level_text(const Sketch& pen, const Lane& lane, std::uint64_t value) {
  if (lane.counter) return count_text(pen, lane.kind, value);
  if (!lane.sized) return pen.t(value > 0 ? "timeline.room" : "timeline.full");
  if (lane.out) return pen.t("timeline.free", {bytes_text(value)});
  return value == 0 ? pen.t(empty_key(lane.kind)) : pen.t("timeline.unread", {bytes_text(value)});
}

class Drawing {
 public:
  Drawing(Sketch& pen, const Lane& lane, const Grid& grid, Rect row)
      : pen_(pen), lane_(lane), g_(grid), row_(row), low_(row.h < kLowLane) {}

  void stairs() {
    for (std::size_t i = 0; i < lane_.points.size(); ++i) {
      if (lane_.points[i].exists) stair(i);
    }
  }

  void levels() {
    float from = 0;
    for (std::size_t i = 0; i < lane_.points.size(); ++i) {
      const LanePoint& p = lane_.points[i];
      const bool tells = p.exists && changed(i) && p.step >= g_.first && p.step < g_.cursor;
      if (tells && (p.value > 0 || !first(i))) from = level(i, from);
    }
  }

  void bands(bool tells_left) {
    constexpr float kVisit = 16;  // how long a stay within one step is drawn
    const float y = row_.y + row_.h * kBand;
    float from = -1;
    for (std::size_t i = 0; i < lane_.points.size(); ++i) {
      const LanePoint& p = lane_.points[i];
      const float x = std::max(g_.x(p.step), g_.x0);
      const bool last = i + 1 == lane_.points.size();
      if (p.queued && from < 0) from = x;
      if (p.visited && !p.queued && from < 0) from = x - kVisit;
      if (from < 0 || (p.queued && !last)) continue;
      const float end = p.queued ? g_.end(p.step) : x;
      pen_.box({from, y, std::max(5.0F, end - from), std::min(8.0F, row_.h * 0.14F)},
               role_of(lane_), Role::none, 3);
      from = -1;
      // Inside a step an item may be in the hands of the scan and come back.
      if (tells_left && !last && p.watched && p.value > 0) left(i, y);
    }
  }

  void marks() {
    for (const LanePoint& p : lane_.points) {
      if (p.step < g_.first) continue;
      const float y = level_y(lane_, p.value, row_);
      wakeups(p, y);
      reports(p, y);
    }
  }

  void end_mark() {
    for (std::size_t i = 1; i < lane_.points.size(); ++i) {
      const LanePoint& p = lane_.points[i];
      if (p.step != lane_.ended || p.step < g_.first) continue;
      draw_end_sign(pen_, {g_.x(p.step), level_y(lane_, lane_.points[i - 1].value, row_)}, 4.5F);
    }
  }

  // What the cursor's step left, beyond its line: nothing is drawn there.
  void standing() {
    if (lane_.ended > 0) {
      const Type gone = type::kWord.in(Role::text_dim).at(low_ ? 11.0F : 12.0F);
      const float x = g_.end(g_.cursor) + 12;
      pen_.whole({x, row_.y + (low_ ? row_.h / 2 + 4 : row_.h * 0.44F)}, ended_text(pen_, lane_),
                 gone, g_.right - x);
      return;
    }
    if (lane_.points.empty() || !lane_.points.back().exists) return;
    const LanePoint& now = lane_.points.back();
    float x = g_.end(g_.cursor) + 12;
    if (now.step == g_.cursor) x = std::max(x, marks_end(now));
    const float room = g_.right - x;
    const Type amount = type::kWord.at(low_ ? 11.0F : 12.0F);
    const Type word = amount.in(lane_.state_color);
    const std::uint64_t value = now.value;
    const auto state = [&](float most) {
      const std::string full = pen_.t(lane_.state);
      return Sketch::width_of(full, word) <= most ? full : pen_.t(lane_.brief);
    };
    // "writable, not queued" says it already, where there is room for it.
    const bool said = !lane_.sized && value > 0 && lane_.state == "item.writable" &&
                      Sketch::width_of(state(room), word) <= room;
    const std::string level = said ? std::string() : level_text(pen_, lane_, value);
    const bool fits = Sketch::width_of(level, amount) <= room;
    const std::string what = fits ? level : amount_text(lane_, value);
    if (!low_) {
      const float y = row_.y + row_.h * 0.44F;
      pen_.whole({x, y}, what, amount, room);
      pen_.whole({x, what.empty() ? y : y + 16}, state(room), word, room);
      return;
    }
    const float y = row_.center().y + 4;
    const float taken = what.empty() ? 0 : pen_.whole({x, y}, what, amount, room) + 10;
    pen_.whole({x + taken, y}, state(room - taken), word, room - taken);
  }

 private:
  [[nodiscard]] bool first(std::size_t i) const { return i == 0 || !lane_.points[i - 1].exists; }
  [[nodiscard]] bool changed(std::size_t i) const {
    return first(i) || lane_.points[i - 1].value != lane_.points[i].value;
  }

  void stair(std::size_t i) {
    const LanePoint& p = lane_.points[i];
    const Role color = role_of(lane_);
    const float width = p.watched ? kWatchedWidth : 1;
    const float y = level_y(lane_, p.value, row_);
    const float x = first(i) && p.step < g_.first ? g_.x0 : std::max(g_.x(p.step), g_.x0);
    if (!first(i) && changed(i)) {
      const float before = level_y(lane_, lane_.points[i - 1].value, row_);
      pen_.line({x, std::min(before, y) - width / 2}, {x, std::max(before, y) + width / 2}, color,
                std::max(width, lane_.points[i - 1].watched ? kWatchedWidth : 1.0F));
    }
    const bool last = i + 1 == lane_.points.size();
    const float end = last ? g_.end(p.step) : g_.x(lane_.points[i + 1].step);
    if (end > x) pen_.line({x, y}, {end, y}, color, width);
  }

  // The words of a level, as far as it lasts; returns where the next may begin.
  float level(std::size_t i, float from) {
    const LanePoint& p = lane_.points[i];
    const float x = g_.x(p.step);
    const float indent = std::max(low_ ? 11.0F : 8.0F, marks_end(p) - x);
    if (x + indent < from) return from;
    float room = g_.end(g_.cursor) - x - indent - 4;
    for (std::size_t k = i + 1; k < lane_.points.size(); ++k) {
      const LanePoint& next = lane_.points[k];
      if (next.exists && next.reports == 0 && next.value == p.value) continue;
      room = std::min(room, g_.x(lane_.points[k].step) - x - indent - 10);
      break;
    }
    // Below the line where there is room down to the band, else above it.
    const float y = level_y(lane_, p.value, row_);
    const float lowest = row_.y + row_.h * kBand - (low_ ? 2 : 4);
    const bool below = y + 14 <= lowest;
    const float baseline = below ? std::min(y + 16, lowest) : y - 5;
    const Type set = type::kNote.at(low_ ? 10.0F : 11.5F);
    for (const std::string& words :
         {level_text(pen_, lane_, p.value), amount_text(lane_, p.value)}) {
      if (Sketch::width_of(words, set) > room) continue;
      draw_words_clear(pen_, g_, {x + indent, baseline}, words, set, room);
      told_.push_back(words_at({x + indent, baseline}, words, set));
      return x + indent + room;
    }
    return from;
  }

  void left(std::size_t i, float band) {
    const LanePoint& p = lane_.points[i];
    const float x = g_.x(p.step);
    const Type set = type::kNote.in(Role::text_dim).at(low_ ? 10.0F : 11.5F);
    float room = g_.end(g_.cursor) - x - 16;
    for (std::size_t k = i + 1; k < lane_.points.size(); ++k) {
      const LanePoint& next = lane_.points[k];
      const bool listed = next.queued || next.visited;
      if (listed) room = std::min(room, g_.x(next.step) - x - (next.queued ? 16 : 32));
      // A low lane has one line for these words and those of its level.
      if (low_ && changed(k)) room = std::min(room, g_.x(next.step) - x - 8);
      if (listed) break;
    }
    const std::string words = pen_.t(lane_.out ? "timeline.left_writable" : "timeline.left");
    const Point at{x + 8, std::min(band + 8, row_.bottom() - 3)};
    const Rect taken = words_at(at, words, set);
    const auto covers = [&](const Rect& other) {
      const Rect both = meet(taken, other);
      return both.w > 0 && both.h > 0;
    };
    if (taken.w > room || std::ranges::any_of(told_, covers)) return;
    draw_words_clear(pen_, g_, at, words, set, room);
  }

  // Where words lie whose baseline begins there.
  static Rect words_at(Point at, std::string_view words, const Type& set) {
    return {at.x, at.y - set.size * 0.8F, Sketch::width_of(words, set), set.size};
  }

  // Signs of one kind at one step: where the first stands, how far apart they are, how many are
  // shown, and where the number of all of them begins, if that is more.
  struct Row {
    float x = 0;
    float pitch = 0;
    int shown = 0;
    float number_x = 0;
  };

  [[nodiscard]] Row wakeup_row(const LanePoint& p) const {
    Row row{.pitch = kMarks, .shown = std::min(p.wakeups, static_cast<int>(kMost))};
    row.x = g_.x(p.step) - static_cast<float>(row.shown - 1) * kMarks / 2;
    row.number_x = row.x + static_cast<float>(row.shown) * kMarks - 4;
    return row;
  }

  // First the wakeup, then the report: beside each other where one step holds both.
  [[nodiscard]] Row report_row(const LanePoint& p) const {
    const float radius = tick_radius();
    Row row{.x = g_.x(p.step) + (p.wakeups > 0 ? radius + 8 : 0),
            .pitch = 2 * radius + 1,
            .shown = std::min(p.reports, static_cast<int>(kMost))};
    const auto last = [&] {
      return row.x + static_cast<float>(row.shown - 1) * row.pitch + radius;
    };
    const auto end = [&] { return last() + (p.reports > row.shown ? number_room(p.reports) : 1); };
    while (row.shown > 1 && end() > g_.end(p.step)) --row.shown;
    row.number_x = last() + kNumberGap;
    return row;
  }

  [[nodiscard]] float tick_radius() const { return std::min(8.5F, row_.h * 0.15F); }

  // Where the words beside the signs of a step may begin.
  [[nodiscard]] float marks_end(const LanePoint& p) const {
    constexpr float kGap = 3;
    const auto end = [](const Row& row, int all, float half) {
      if (all <= row.shown) return row.x + static_cast<float>(row.shown - 1) * row.pitch + half;
      return row.number_x + number_room(all) - kNumberGap;
    };
    float x = 0;
    if (p.wakeups > 1) x = std::max(x, end(wakeup_row(p), p.wakeups, kMarks / 2) + kGap);
    if (p.reports > 1 || (p.reports == 1 && p.wakeups > 0)) {
      x = std::max(x, end(report_row(p), p.reports, tick_radius()) + kGap);
    }
    return x;
  }

  static std::string number_of(int n) { return "×" + std::to_string(n); }
  static float number_room(int n) { return kNumberGap + Sketch::width_of(number_of(n), kNumber); }

  void number(Point at, int n, Role color) { pen_.text(at, number_of(n), kNumber.in(color), 30); }

  void wakeups(const LanePoint& p, float y) {
    const Row row = wakeup_row(p);
    const float tip = std::max(row_.y + 1, y - 16);
    const int full = heard(p, row.shown);
    for (int k = 0; k < row.shown; ++k) {
      const Point at{row.x + static_cast<float>(k) * row.pitch, tip};
      if (k < full) {
        draw_wakeup_sign(pen_, at);
      } else {
        draw_filtered_sign(pen_, at);
      }
    }
    if (p.wakeups > row.shown) number({row.number_x, tip + 10}, p.wakeups, Role::wakeup);
  }

  void reports(const LanePoint& p, float y) {
    const Row row = report_row(p);
    for (int k = 0; k < row.shown; ++k) {
      draw_report_sign(pen_, {row.x + static_cast<float>(k) * row.pitch, y}, tick_radius());
    }
    if (p.reports > row.shown) number({row.number_x, y + 4}, p.reports, Role::good);
  }

  Sketch& pen_;
  const Lane& lane_;
  const Grid& g_;
  Rect row_;
  bool low_;
  std::vector<Rect> told_;  // the words of its levels
};

}  // namespace

void draw_words_clear(Sketch& pen, const Grid& grid, Point at, std::string_view words,
                      const Type& set, float room) {
  const float w = Sketch::width_of(words, set);
  if (words.empty() || w > room) return;
  const Rect ground{at.x - 2, at.y - set.size * 0.8F, w + 4, set.size};
  pen.box(ground, Role::panel, Role::none, 2);
  const float end = grid.end(grid.cursor);
  const Rect tinted = meet(ground, {end - grid.column, ground.y, grid.column, ground.h});
  if (tinted.w > 0) pen.box(tinted, Role::selection_fill, Role::none, 0);
  pen.text(at, words, set, room);
}

void draw_wakeup_sign(Sketch& pen, Point tip) { pen.triangle(tip, 5.8F, 11, Role::wakeup); }

void draw_filtered_sign(Sketch& pen, Point tip, float half, float height) {
  const Point left{tip.x - half + 1, tip.y + height - 0.7F};
  const Point right{tip.x + half - 1, left.y};
  for (const auto& [a, b] : {std::pair{tip, left}, std::pair{left, right}, std::pair{right, tip}}) {
    pen.line(a, b, Role::wakeup, 1.4F);
  }
}

int heard(const LanePoint& p, int signs) {
  const int all = p.wakeups - p.filtered;
  return p.filtered == 0 ? signs : std::min(all, std::max(signs - 1, all > 0 ? 1 : 0));
}

bool any_filtered(const Lanes& lanes, int first_step) {
  return std::ranges::any_of(lanes.rows, [&](const Lane& lane) {
    return std::ranges::any_of(
        lane.points, [&](const LanePoint& p) { return p.filtered > 0 && p.step >= first_step; });
  });
}

void draw_report_sign(Sketch& pen, Point middle, float radius) {
  pen.disc(middle, radius, Role::good);
  pen.tick(middle, radius * 1.15F, Role::on_selection, 1.8F);
}

void draw_end_sign(Sketch& pen, Point m, float half) {
  pen.line({m.x - half, m.y - half}, {m.x + half, m.y + half}, Role::text, 2);
  pen.line({m.x - half, m.y + half}, {m.x + half, m.y - half}, Role::text, 2);
}

void draw_lane(Sketch& pen, const Lane& lane, const Grid& grid, Rect row, bool tells_left) {
  Drawing drawing(pen, lane, grid, row);
  const bool over = lane.ended > 0;
  drawing.levels();
  if (over) pen.add(GroupBegin{{}, kOver});
  drawing.stairs();
  drawing.bands(tells_left && !over);
  drawing.marks();
  if (over) pen.add(GroupEnd{});
  drawing.end_mark();
  drawing.standing();
}

}  // namespace epollscope::scene
