#include "core/session/xray_watch.h"

#include <algorithm>

namespace epollscope {

Result<void> XrayWatch::open(int pid) {
  tried_ = true;
  auto opened = Xray::open(pid);
  if (!opened) return std::unexpected(opened.error());
  xray_ = std::move(*opened);
  return {};
}

bool XrayWatch::ready(int pid) {
  if (use_ == XrayUse::off || pid < 0) return false;
  // Without one the model speaks alone, and says so: that is what `automatic` asks for.
  if (!tried_ && xray_availability().available) static_cast<void>(open(pid));
  tried_ = true;
  return xray_ != nullptr;
}

bool XrayWatch::due(int n, int pid) {
  step_ = n;
  return (use_ == XrayUse::on || n >= next_) && ready(pid);
}

Result<std::vector<XrayEventpoll>> XrayWatch::take() {
  auto taken = xray_->read();
  std::size_t items = 0;
  if (taken) {
    for (const XrayEventpoll& ep : *taken) items += ep.items.size();
  }
  next_ = step_ + std::max({1, step_ / kSparse, static_cast<int>(items) / kItemsAStep});
  return taken;
}

}  // namespace epollscope
