// Pixels → PNG file. Written to a temporary name beside it and renamed: a failure leaves
// whatever was there. (What is no plain file, such as /dev/stdout, is written to in place.)
#pragma once

#include <string>

#include "app/platform/surface.h"
#include "core/base/result.h"

namespace epollscope::capture {

// Error: the path and the reason the system gave. Any thread.
Result<void> write_png(const platform::Pixels& pixels, const std::string& path);

}  // namespace epollscope::capture
