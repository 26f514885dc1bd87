// What the meter measured, as a picture among widgets: time over n, both logarithmic, and under
// each n the numbers.
#pragma once

#include "app/ui/widgets.h"
#include "core/meter/readings.h"

namespace epollscope::ui {

// Draws it at ImGui's cursor, as wide as there is room. Each point is a hit, `meter:poll:300`,
// whose label says it in words and is shown while the mouse is there. `height_dp`: of the chart
// above the numbers; `enlarged`: how many times larger than words usually are.
void meter_chart(Ui& ui, const MeterReadings& readings, float height_dp, float enlarged);

// "10,000".
std::string grouped(int number);

// "312 ns", "33.1 µs".
std::string short_time(double ns);

}  // namespace epollscope::ui
