#include "core/session/xray_watch.h"

#include <algorithm>

namespace epollscope {

bool XrayWatch::due(int n) {
  step_ = n;
  return use_ == XrayUse::on || (use_ == XrayUse::automatic && n >= next_);
}

void XrayWatch::taken(std::size_t items) {
  next_ = step_ + std::max({1, step_ / kSparse, static_cast<int>(items / kItemsAStep)});
}

}  // namespace epollscope
