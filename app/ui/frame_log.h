// The documented test hook of window.h: one JSON line for each frame drawn.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "app/ui/desk.h"
#include "app/ui/widgets.h"

namespace epollscope::ui {

struct FrameFacts {
  std::string_view cause;
  int width = 0, height = 0;
  int due = 0;  // frames that follow without a new cause
  bool text_input = false;
  long presses = 0;
  long moving = 0;  // frames so far that showed something on its way
  std::string banner;
};

class FrameLog {
 public:
  // Writes to the file that EPOLLSCOPE_FRAME_LOG names; nowhere when it is unset.
  FrameLog();
  void write(const FrameFacts& facts, const Desk& desk, const HitMap& hits);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_;
  long frame_ = 0;
};

}  // namespace epollscope::ui
