// Pixels → PNG file. Written to a temporary name beside it and renamed: a failure leaves
// whatever was there.
#pragma once

#include <string>

#include "app/platform/surface.h"
#include "core/base/result.h"

namespace epollscope::capture {
Result<void> write_png(const platform::Pixels& pixels, const std::string& path);
}
