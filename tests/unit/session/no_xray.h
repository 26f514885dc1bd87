// Whether a test that needs an X-ray can run.
#pragma once

#include <unistd.h>

#include <optional>
#include <string>

#include "core/observe/xray.h"

namespace epollscope::test {

// Why none can be taken here; nullopt: one can.
inline std::optional<std::string> no_xray() {
  if (const XrayAvailability a = xray_availability(); !a.available) return a.what + "; " + a.remedy;
  const auto opened = Xray::open(getpid());
  if (opened || !opened.error().what.ends_with("Operation not permitted")) return std::nullopt;
  return opened.error().what + "; " + opened.error().remedy;
}

}  // namespace epollscope::test
