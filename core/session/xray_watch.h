// The X-ray of a session's lab: when it is opened, and after which steps one is taken.
//
// With XrayUse::automatic it must not show in how long a run takes. So it is opened when it is
// wanted first; and the pauses between two X-rays grow with the run and with what there is to read:
// after step n the next is taken n / kSparse steps later, and one of m items m / kItemsAStep later.
// The first kSparse steps are all looked at, while instances are small.
#pragma once

#include <memory>

#include "core/base/result.h"
#include "core/observe/xray.h"
#include "core/session/session.h"

namespace epollscope {

class XrayWatch {
 public:
  explicit XrayWatch(XrayUse use) : use_(use) {}

  // Errors: why it is not available, with the remedy.
  Result<void> open(int pid);
  // Whether an X-ray can be taken; opens it where it is wanted and was not opened yet.
  bool ready(int pid);
  // Whether one is due after step n. Requires: n rises.
  bool due(int n, int pid);

  // Takes one. Requires: ready(). Errors: Xray::read()'s.
  Result<std::vector<XrayEventpoll>> take();

 private:
  static constexpr int kSparse = 256;
  static constexpr int kItemsAStep = 64;

  XrayUse use_;
  bool tried_ = false;
  std::unique_ptr<Xray> xray_;
  int step_ = 0;  // the last that due() was asked for
  int next_ = 0;  // the step after which the next X-ray is due
};

}  // namespace epollscope
