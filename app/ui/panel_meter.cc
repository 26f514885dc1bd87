// The meter: poll and select against epoll_wait on ever more descriptors, live, and the reason.
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "app/ui/meter_chart.h"
#include "app/ui/panels.h"

namespace epollscope::ui {
namespace {

constexpr float kWidth = 800, kHeight = 750;
constexpr float kOtherThanChart = 450, kLeastChart = 150, kMostChart = 300;
constexpr float kHallHeight = 760;  // a lecture enlarges all from here on

std::string times(double factor) { return fmt::format("{:.{}f}", factor, factor < 10 ? 1 : 0); }

// How much longer the calls took on many descriptors than on few; empty until that is known.
std::string growth_of(const Ui& ui, const MeterReadings& readings) {
  if (!readings.done || readings.points.empty()) return {};
  const int few = readings.points.front().descriptors, many = readings.points.back().descriptors;
  const auto grown = [&](MeteredCall call) {
    const auto from = readings.ns_of(call, few), to = readings.ns_of(call, many);
    return from && to ? *to / *from : 0;
  };
  const double poll = grown(MeteredCall::poll), epoll = grown(MeteredCall::epoll_wait);
  if (few == many || poll == 0 || epoll == 0) return {};
  return ui.t("ui.meter.growth", {grouped(few), grouped(many), times(poll), times(epoll)});
}

// What ended it before the last n, if anything did.
void say_what_lacks(Ui& ui, const MeterReadings& readings, float size) {
  if (!readings.trouble.empty()) {
    ui.wrapped(ui.t("ui.meter.trouble", {readings.trouble}), Role::bad, Face::sans, size);
  } else if (readings.descriptor_limit > 0) {
    ui.wrapped(ui.t("ui.meter.limit", {grouped(readings.descriptor_limit)}), Role::warn, Face::sans,
               size);
  }
}

}  // namespace

void meter_panel(Ui& ui, const scene::Rect& window) {
  const Desk& desk = ui.desk();
  const MeterReadings& readings = desk.meter.readings();
  const float enlarged = desk.view.lecture ? std::max(1.0F, window.h / kHallHeight) : 1;
  const float size = 13 * enlarged, small = 12 * enlarged;
  const scene::Rect where = centered(window, kWidth * enlarged, kHeight * enlarged);
  ui.begin_dialog(window, where, ui.t("ui.meter.title"));
  ui.wrapped(ui.t("ui.meter.what"), Role::text, Face::sans, size);
  const float chart = std::clamp(where.h - kOtherThanChart * enlarged, kLeastChart * enlarged,
                                 kMostChart * enlarged);
  meter_chart(ui, readings, chart, enlarged);
  const std::string release = desk.session().kernel_release();
  ui.wrapped(ui.t("ui.meter.conditions",
                  {std::to_string(kMeterBatches), release.substr(0, release.find('-'))}),
             Role::text_dim, Face::sans, small);
  say_what_lacks(ui, readings, size);
  ui.gap(2);
  const std::string growth = growth_of(ui, readings);
  ui.wrapped(growth.empty() ? ui.t("ui.meter.why") : growth, Role::text, Face::sans_bold, size);
  ui.wrapped(ui.t("ui.meter.why_poll"), Role::text, Face::sans, size);
  ui.wrapped(ui.t("ui.meter.why_epoll"), Role::text, Face::sans, size);
  ui.wrapped(ui.t("ui.meter.why_asleep"), Role::text_dim, Face::sans, size);
  ui.gap(2);
  if (desk.meter.running()) {
    ui.action(ActionId::meter, Look::plain, {}, "ui.meter.measuring");
  } else {
    ui.action(ActionId::meter, Look::primary, {}, "ui.meter.again");
  }
  ui.end_dialog();
}

}  // namespace epollscope::ui
