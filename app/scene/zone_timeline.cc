// The timeline: a row for each watched file, a column for each step. What could be read is a
// staircase, thin while nobody watches; triangles are wakeups, hollow ones those that the item does
// not listen to, a band the time on the ready list, ticks the reports. What is watched no more
// stays, dimmed and with a cross at its end. Below, where several threads take part, a row for each
// of them.
#include <algorithm>
#include <limits>

#include "app/scene/quiz.h"
#include "app/scene/timeline.h"

namespace epollscope::scene {
namespace {

constexpr float kHighestLane = 76;
constexpr float kLowestLane = 30;
constexpr float kSmallest = 9.5F;  // words of a column
constexpr Type kColumn{Face::mono, 12.5F, Role::text_dim};

// ---- legend

float draw_legend(Sketch& pen, Rect where, float y, bool threads, bool filtered) {
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
  entry("legend.reported", 14, [&](float x) { draw_report_sign(pen, {x + 7, middle}, 7); });
  entry("legend.on_list", 22,
        [&](float x) { pen.box({x, middle - 4, 22, 8}, Role::in, Role::none, 3); });
  entry("legend.wakeup", 13, [&](float x) { draw_wakeup_sign(pen, {x + 6.5F, middle - 6}); });
  if (filtered) {
    entry("legend.filtered", 13, [&](float x) { draw_filtered_sign(pen, {x + 6.5F, middle - 6}); });
  }
  if (threads) {
    entry("legend.asleep", 22, [&](float x) {
      pen.box({x, middle - 6, 22, 12}, Role::panel, Role::wakeup, 4, 1.3F, Stroke::dashed);
    });
  }
  entry("legend.thin", 24, [&](float x) { pen.line({x, middle}, {x + 24, middle}, Role::in, 1); });
  return right;
}

// ---- columns

void draw_columns(Sketch& pen, const StageModel& model, const Grid& g) {
  if (g.cursor >= g.first) {  // where to look for what the step did
    pen.box({g.end(g.cursor) - g.column, g.top - 16, g.column, g.bottom - g.top + 10},
            Role::selection_fill, Role::none, 5);
  }
  for (int i = 0; i <= g.columns; ++i) {
    const float x = g.x0 + static_cast<float>(i) * g.column;
    // Behind the cursor stand words.
    const bool ahead = x > g.end(std::max(g.cursor, g.first - 1)) + 1;
    pen.line({x, g.top - 16}, {x, ahead ? g.top + 6 : g.bottom}, Role::ground_dots);
  }
  for (int i = 0; i < g.columns; ++i) {
    const int n = g.first + i;
    std::string words = column_text(model, n);
    if (words.empty()) continue;
    Type set = kColumn;
    if (n == g.cursor) set = {Face::mono_bold, 12.5F, Role::text};
    if (n > model.step) set = set.in(Role::text_faint);
    if (g.column < 84) set.size = 11;
    const float room = g.column - 10;
    const auto equals = words.find(" = ");
    if (equals != std::string::npos && Sketch::width_of(words, set.at(kSmallest)) > room) {
      words.replace(equals, 3, "=");
    }
    set.size =
        std::clamp(set.size * 0.99F * room / Sketch::width_of(words, set), kSmallest, set.size);
    pen.text({g.x(n), g.top}, words, set, room, Align::center);
    if (n <= static_cast<int>(model.steps.size())) {
      pen.hit("step:" + std::to_string(n), {g.x(n) - g.column / 2, g.top - 15, g.column, 20},
              pen.t("hit.step", {std::to_string(n), words}));
    }
  }
}

// ---- the lanes

void draw_lane_label(Sketch& pen, const Lane& lane, Rect row, float width) {
  const bool low = row.h < kLowLane;
  const float y = row.y + (low ? row.h / 2 + 5 : row.h * 0.42F);
  const bool over = lane.ended > 0;
  float x = row.x;
  x += pen.text({x, y}, lane.name,
                type::kName.at(low ? 13 : 15).in(over ? Role::text_dim : Role::text),
                width * 0.45F) +
       10;
  x += draw_interest(pen, lane.words, {x, y}, row.x + width - x, low ? 11 : 12) + 8;
  float badge = low ? x : row.x;
  const float middle = low ? y - 4.5F : y + 18;
  float all = 0;
  for (const BadgeWord& mode : badges_of(pen, lane.mask, lane.armed)) {
    all += badge_width(mode.text) + 5;
  }
  const bool brief = badge + all > row.x + width;
  for (const BadgeWord& mode : badges_of(pen, lane.mask, lane.armed, brief)) {
    if (badge + badge_width(mode.text) > row.x + width) break;
    draw_badge(pen, mode, {badge, middle}, over);
    badge += badge_width(mode.text) + 5;
  }
}

void draw_cursor_tag(Sketch& pen, const Grid& g, int step) {
  if (step < g.first) return;
  const float x = g.end(step);
  const std::string words = pen.t("timeline.step", {std::to_string(step)});
  const Type set{Face::sans_bold, 12, Role::on_selection};
  const float w = Sketch::width_of(words, set) + 18;
  const float left = std::clamp(x - w / 2, g.x0, std::max(g.x0, g.right - w));
  const Rect tag{left, g.bottom - 12, w, 21};
  pen.box(tag, Role::selection, Role::none, 5);
  pen.text({tag.center().x, Sketch::middle(tag, set)}, words, set, w - 6, Align::center);
}

Grid grid_for(const StageModel& model, const State& now, Rect where, float label) {
  Grid g;
  g.x0 = where.x + 18 + label;
  g.top = where.y + 58;
  g.bottom = where.bottom() - 14;
  g.right = where.right() - 24;
  const float least = std::clamp(where.w * 0.055F, 64.0F, 91.0F);
  g.columns = std::max(1, static_cast<int>((g.right - g.x0) / least));
  g.columns = std::min(g.columns, columns_affordable(now));
  g.column = std::min((g.right - g.x0) / static_cast<float>(g.columns), 140.0F);
  g.right = g.x0 + g.column * static_cast<float>(g.columns);
  const int ahead = std::min(3, std::max(1, g.columns / 5));
  g.first = std::max(1, model.step - (g.columns - 1 - ahead));
  g.cursor = model.step;
  return g;
}

void draw_empty(Sketch& pen, const Grid& g) {
  const float x = g.cursor > 0 ? g.end(g.cursor) : g.x0;
  const bool right_of = x < (g.x0 + g.right) / 2;
  pen.text({right_of ? x + 14 : x - 14, g.top + 36}, pen.t("timeline.empty"), type::kNote.at(13),
           (right_of ? g.right - x : x - g.x0) - 20, right_of ? Align::left : Align::right);
}

// Those that sleep or slept last, as many as there is room for.
std::vector<ThreadLane> threads_shown(const StageModel& model, float room) {
  constexpr float kLeastHigh = 22;
  std::vector<ThreadLane> threads = read_threads(model);
  const auto fit = static_cast<std::size_t>(std::max(0.0F, room * 0.5F / kLeastHigh));
  if (threads.size() <= fit) return threads;
  // Who makes the step's call first, then sleepers.
  const auto newest = [&](const ThreadLane& t) {
    const StepRecord* record = model.current();
    if (record != nullptr && record->actor == t.actor) return std::numeric_limits<int>::max();
    const int call = std::max(t.forked, t.calls.empty() ? 0 : t.calls.back());
    if (t.sleeps.empty()) return call;
    const Sleep& last = t.sleeps.back();
    return last.end == Sleep::End::still ? 1 << 30 : std::max(call, last.until);
  };
  std::ranges::stable_sort(threads, std::ranges::greater{}, newest);
  threads.resize(fit);
  std::ranges::sort(threads, {}, [](const ThreadLane& t) {
    return std::pair(t.actor.process(), t.actor.number);  // threads first
  });
  return threads;
}

}  // namespace

void draw_timeline(Sketch& pen, const StageModel& model, Rect where) {
  pen.box(where, Role::panel, Role::panel_border, 8);
  pen.clip(where);
  const auto moment = model.now();
  const State& now = *moment;
  const float label = std::clamp(where.w * 0.095F, 96.0F, 170.0F);
  const Grid g = grid_for(model, now, where, label);
  constexpr float kTag = 6;  // the cursor's tag reaches up so far into the last row
  float all = g.bottom - 8 - (g.top + 10);
  const std::vector<ThreadLane> threads = threads_shown(model, all);
  if (!threads.empty()) all -= kTag;
  const float thread_h = std::clamp(all * 0.13F, 22.0F, 30.0F);

  const float room = all - thread_h * static_cast<float>(threads.size());
  const auto fit = static_cast<std::size_t>(std::max(0.0F, room / kLowestLane));
  const Lanes lanes = read_lanes(model, now, g.first, fit);

  const float y = where.y + 27;
  float x = where.x + 18;
  x += pen.text({x, y}, pen.t("timeline.zone"), type::kZone, where.w - 36) + 16;
  const float legend = draw_legend(pen, where, y, !threads.empty(), any_filtered(lanes, g.first));
  pen.whole({x, y}, pen.t("timeline.note"), type::kNote.at(12.5F), legend - x);
  draw_columns(pen, model, g);
  if (lanes.rows.empty()) draw_empty(pen, g);
  const float more = lanes.left_out > 0 ? 18 : 0;
  const float h = lanes.rows.empty()
                      ? 0
                      : std::min(std::max(kHighestLane, room / 4),
                                 (room - more) / static_cast<float>(lanes.rows.size()));
  const float lanes_end = g.top + 10 + h * static_cast<float>(lanes.rows.size());
  const float threads_at = lanes.rows.empty() ? g.top + 52 : lanes_end + 2;
  for (std::size_t i = 1; i <= lanes.rows.size(); ++i) {
    const float bottom = g.top + 10 + static_cast<float>(i) * h;
    pen.line({g.x0, bottom}, {g.right, bottom}, Role::ground_dots);
  }
  const bool asks = question_open(model, pen);
  for (std::size_t i = 0; i < lanes.rows.size(); ++i) {
    const Lane& lane = lanes.rows[i];
    const Rect row{where.x + 20, g.top + 10 + static_cast<float>(i) * h, g.right - where.x - 20, h};
    draw_lane_label(pen, lane, row, label - 12);
    draw_lane(pen, lane, g, row, !model.micro && !asks);
    std::string says = pen.t("hit.lane", {lane.name});
    if (lane.ended > 0) says = pen.t("field.line", {says, ended_text(pen, lane)});
    pen.hit("lane:" + std::to_string(lane.id.value), {row.x, row.y, label - 8, h}, says);
  }
  for (std::size_t i = 0; i < threads.size(); ++i) {
    draw_thread(pen, threads[i], now, g,
                {where.x + 20, threads_at + thread_h * static_cast<float>(i),
                 g.right - where.x - 20, thread_h});
  }
  if (model.step >= g.first) {
    const float at = g.end(model.step);
    pen.line({at, g.top + 8}, {at, g.bottom - 10}, Role::selection, 1.6F);
  }
  if (lanes.left_out > 0) {
    pen.text({where.x + 20, g.bottom}, pen.t("timeline.more", {std::to_string(lanes.left_out)}),
             type::kNote, label - 10);
  }
  if (model.step > 0) draw_cursor_tag(pen, g, model.step);
  pen.unclip();
}

}  // namespace epollscope::scene
