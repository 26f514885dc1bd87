// After which steps of a session an X-ray is taken.
//
// XrayUse::on: after every step. With XrayUse::automatic it must not show in how long a run takes,
// so the pauses grow with the run and with what there is to read: after step n the next X-ray is
// taken n / kSparse steps later, and after one of m items m / kItemsAStep steps later. While
// instances are small, the first kSparse steps are all looked at.
#pragma once

#include <cstddef>

#include "core/session/session.h"

namespace epollscope {

class XrayWatch {
 public:
  explicit XrayWatch(XrayUse use) : use_(use) {}

  // Whether one is due after step n. Requires: n rises.
  bool due(int n);
  // One was taken and showed so many items.
  void taken(std::size_t items);

 private:
  static constexpr int kSparse = 256;
  static constexpr std::size_t kItemsAStep = 64;

  XrayUse use_;
  int step_ = 0;  // the last that due() was asked for
  int next_ = 0;  // the step after which the next X-ray is due
};

}  // namespace epollscope
