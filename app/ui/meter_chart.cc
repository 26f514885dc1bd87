#include "app/ui/meter_chart.h"

#include <fmt/format.h>
#include <imgui.h>
#include <sys/select.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace epollscope::ui {
namespace {

constexpr float kHeadings = 104, kRow = 21, kTop = 6;
constexpr float kWords = 12, kMarker = 4.5F;
constexpr float kNameAway = 10, kNameBelow = 17;  // of the last point
constexpr double kMargin = 0.35;                  // in decades, above and below them, for the names
constexpr float kNarrowColumn = 56;               // a number with its unit needs as much

// Hues that all eyes tell apart; the shape of its marker and its name say the same.
Role ink_of(MeteredCall call) {
  switch (call) {
    case MeteredCall::poll:
      return Role::wakeup;
    case MeteredCall::select:
      return Role::out;
    case MeteredCall::epoll_wait:
      return Role::in;
  }
  return Role::text;
}

class Chart {
 public:
  Chart(Ui& ui, const MeterReadings& readings, float height_dp, float enlarged)
      : ui_(ui),
        readings_(readings),
        list_(*ImGui::GetWindowDrawList()),
        enlarged_(enlarged),
        left_(ImGui::GetCursorScreenPos().x),
        right_(left_ + ImGui::GetContentRegionAvail().x - px(2)),
        top_(ImGui::GetCursorScreenPos().y + px(kTop)),
        bottom_(top_ + ui.px(height_dp)),
        column_((right_ - left_ - px(kHeadings)) / static_cast<float>(kMeterCounts.size())) {
    for (const MeterPoint& point : readings.points) {
      const double decade = std::log10(point.ns);
      low_ = std::min(low_, std::floor(decade));
      high_ = std::max(high_, std::ceil(decade));
    }
  }

  void draw() {
    draw_ground();
    draw_ends();
    for (const MeteredCall call : kMeteredCalls) draw_series(call);
    const float below = draw_numbers();
    ImGui::Dummy({right_ - left_, below - ImGui::GetCursorScreenPos().y});
  }

 private:
  [[nodiscard]] float px(float dp) const { return ui_.px(dp * enlarged_); }
  [[nodiscard]] float plot_left() const { return left_ + px(kHeadings); }

  // In decades: 10 lies under the middle of the first column and 10,000 under that of the last.
  [[nodiscard]] float x_of(double n) const {
    const double span = std::log10(static_cast<double>(kMeterCounts.back()) / kMeterCounts.front());
    const double part = std::log10(n / kMeterCounts.front()) / span;
    return plot_left() + column_ / 2 + static_cast<float>(part) * (right_ - plot_left() - column_);
  }
  [[nodiscard]] float y_of(double ns) const {
    const double part = (std::log10(ns) - low_ + kMargin) / (high_ - low_ + 2 * kMargin);
    return bottom_ - static_cast<float>(part) * (bottom_ - top_);
  }

  // `align`: which part of the words lies left of `x`, if the chart goes on so far to the right.
  // They stand in the middle of `y`.
  void words(float x, float y, std::string_view text, Role role, float align,
             Face face = Face::sans) {
    ui_.painter().need(text);
    ImFont* font = ui_.painter().font(face, kWords * enlarged_);
    const ImVec2 size =
        font->CalcTextSizeA(font->FontSize, 1e6F, 0, text.data(), text.data() + text.size());
    const float from = std::min(x - size.x * align, right_ - size.x);
    list_.AddText(font, font->FontSize, {from, y - size.y / 2}, ui_.ink(role), text.data(),
                  text.data() + text.size());
  }

  void draw_ground() {
    list_.AddRectFilled({plot_left(), top_}, {right_, bottom_}, ui_.ink(Role::sunken), px(6));
    for (double decade = low_; decade <= high_; ++decade) {
      const double ns = std::pow(10, decade);
      const float y = y_of(ns);
      list_.AddLine({plot_left(), y}, {right_, y}, ui_.ink(Role::line_faint), px(1));
      words(plot_left() - px(8), y, axis_time(ns), Role::text_dim, 1, Face::mono);
    }
    for (const int n : kMeterCounts) {
      list_.AddLine({x_of(n), bottom_}, {x_of(n), bottom_ + px(4)}, ui_.ink(Role::line), px(1));
    }
  }

  [[nodiscard]] static std::string axis_time(double ns) {
    if (ns < 1e3) return fmt::format("{:.0f} ns", ns);
    if (ns < 1e6) return fmt::format("{:.0f} µs", ns / 1e3);
    return fmt::format("{:.0f} ms", ns / 1e6);
  }

  void dashed(float x) {
    const float dash = px(4);
    for (float y = top_ + dash; y < bottom_; y += 2 * dash) {
      list_.AddLine({x, y}, {x, std::min(y + dash, bottom_)}, ui_.ink(Role::line), px(1));
    }
  }

  // Where a call or this process can take no more descriptors.
  void draw_ends() {
    if (const auto last = last_of(MeteredCall::select); last && last->descriptors == kSelectLast) {
      dashed(x_of(FD_SETSIZE));
      words(x_of(last->descriptors) + px(kNameAway), y_of(last->ns) + px(2 * kNameBelow),
            ui_.t("ui.meter.select_ends", {grouped(FD_SETSIZE)}), Role::text_dim, 0);
    }
    const int limit = readings_.descriptor_limit;
    if (limit == 0) return;
    dashed(x_of(limit));
    words(x_of(limit) - px(6), top_ + px(14), fmt::format("ulimit -Hn = {}", grouped(limit)),
          Role::warn, 1, Face::mono);
  }

  [[nodiscard]] std::optional<MeterPoint> last_of(MeteredCall call) const {
    std::optional<MeterPoint> last;
    for (const MeterPoint& point : readings_.points) {
      if (point.call == call) last = point;
    }
    return last;
  }

  void marker(MeteredCall call, ImVec2 at) {
    const float r = px(kMarker);
    const unsigned ink = ui_.ink(ink_of(call));
    switch (call) {
      case MeteredCall::poll:
        list_.AddCircleFilled(at, r, ink);
        break;
      case MeteredCall::select:
        list_.AddRectFilled({at.x - r, at.y - r}, {at.x + r, at.y + r}, ink);
        break;
      case MeteredCall::epoll_wait:
        list_.AddTriangleFilled({at.x, at.y - 1.2F * r}, {at.x + 1.2F * r, at.y + r},
                                {at.x - 1.2F * r, at.y + r}, ink);
        break;
    }
  }

  void draw_series(MeteredCall call) {
    std::vector<ImVec2> line;
    for (const MeterPoint& point : readings_.points) {
      if (point.call == call) line.emplace_back(x_of(point.descriptors), y_of(point.ns));
    }
    if (line.empty()) return;
    list_.AddPolyline(line.data(), static_cast<int>(line.size()), ui_.ink(ink_of(call)), 0, px(2));
    for (const ImVec2 at : line) marker(call, at);
    name(call, line.back());
    for (const MeterPoint& point : readings_.points) {
      if (point.call == call) note(point);
    }
  }

  // Lines that climb leave room above them on the left and below them on the right.
  void name(MeteredCall call, ImVec2 last) {
    const float away = px(kNameAway), below = px(kNameBelow);
    const std::string_view text = name_of(call);
    switch (call) {
      case MeteredCall::poll:
        return words(last.x - away, last.y - below, text, ink_of(call), 1, Face::mono_bold);
      case MeteredCall::select:
        return words(last.x + away, last.y + below, text, ink_of(call), 0, Face::mono_bold);
      case MeteredCall::epoll_wait:
        return words(last.x, last.y + below, text, ink_of(call), 0.5F, Face::mono_bold);
    }
  }

  // Where a point is, for the mouse and the tests.
  void note(const MeterPoint& point) {
    const float r = px(2 * kMarker);
    const ImVec2 at{x_of(point.descriptors), y_of(point.ns)};
    const ImVec2 from{at.x - r, at.y - r}, to{at.x + r, at.y + r};
    if (!ImGui::IsRectVisible(from, to)) return;
    const std::string label = ui_.t(
        "ui.meter.point", {name_of(point.call), grouped(point.descriptors), short_time(point.ns)});
    ui_.hit(fmt::format("meter:{}:{}", name_of(point.call), point.descriptors),
            {from.x, from.y, 2 * r, 2 * r}, label);
    if (ImGui::IsWindowHovered() && ImGui::IsMouseHoveringRect(from, to)) ui_.tooltip(label);
  }

  // Returns where they end.
  float draw_numbers() {
    const std::size_t every = column_ < px(kNarrowColumn) ? 2 : 1;
    float y = bottom_ + px(kRow) * 0.75F;
    words(plot_left() - px(8), y, "n", Role::text_dim, 1, Face::mono_bold);
    for (std::size_t i = 0; i < kMeterCounts.size(); i += every) {
      const int n = kMeterCounts.at(i);
      words(x_of(n), y, grouped(n), Role::text_dim, 0.5F, Face::mono_bold);
    }
    for (const MeteredCall call : kMeteredCalls) {
      y += px(kRow);
      list_.AddLine({left_, y - px(kRow) / 2}, {right_, y - px(kRow) / 2},
                    ui_.ink(Role::line_faint), px(1));
      marker(call, {left_ + px(8), y});
      words(left_ + px(20), y, name_of(call), ink_of(call), 0, Face::mono_bold);
      for (std::size_t i = 0; i < kMeterCounts.size(); i += every) draw_number(call, i, y);
    }
    return y + px(kRow) / 2 + px(4);
  }

  void draw_number(MeteredCall call, std::size_t column, float y) {
    const int n = kMeterCounts.at(column);
    if (const auto ns = readings_.ns_of(call, n)) {
      words(x_of(n), y, short_time(*ns), Role::text, 0.5F, Face::mono);
    } else if (readings_.done || (call == MeteredCall::select && n > kSelectLast)) {
      words(x_of(n), y, "–", Role::text_faint, 0.5F, Face::mono);
    }
  }

  static constexpr int kSelectLast = 1000;  // the last n whose numbers lie below FD_SETSIZE

  Ui& ui_;
  const MeterReadings& readings_;
  ImDrawList& list_;
  float enlarged_;
  float left_, right_, top_, bottom_, column_;
  double low_ = 2, high_ = 6;  // 100 ns to 1 ms, unless a point lies outside
};

}  // namespace

void meter_chart(Ui& ui, const MeterReadings& readings, float height_dp, float enlarged) {
  Chart(ui, readings, height_dp, enlarged).draw();
}

std::string grouped(int number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
  return text;
}

std::string short_time(double ns) {
  if (ns < 999.5) return fmt::format("{:.0f} ns", ns);
  const bool milli = ns >= 999.5e3;
  const double value = ns / (milli ? 1e6 : 1e3);
  const int digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f} {}", value, digits, milli ? "ms" : "µs");
}

}  // namespace epollscope::ui
