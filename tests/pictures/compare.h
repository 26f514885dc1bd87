// Pictures as a person compares them: what nobody would see is no difference.
#pragma once

#include <string>

#include "app/platform/surface.h"
#include "core/base/result.h"

namespace epollscope::test {

Result<platform::Pixels> read_png(const std::string& path);

struct Difference {
  double seen = 0;           // share of the pixels that differ visibly, 0 to 1
  double worst = 0;          // colour distance (CIE76) of the worst patch of 8 by 8 pixels
  platform::Pixels picture;  // the first picture in grey, differences in red
};

// Both are softened a little first, so that an edge half a pixel further on is the same edge.
// REQUIRES: both are of one size.
Difference compare(const platform::Pixels& a, const platform::Pixels& b);

}  // namespace epollscope::test
