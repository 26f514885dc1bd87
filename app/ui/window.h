// The window: opens it, runs until the person leaves, gives back the exit status.
#pragma once

#include <string>

#include "core/model/machine.h"
#include "core/session/session.h"

namespace epollscope {

struct WindowOptions {
  std::string file;         // a lesson or scenario; empty: an empty program and the lesson list
  bool model_only = false;  // the model stands in for the kernel
  TreeOrder tree = TreeOrder::learned;
  XrayUse xray = XrayUse::off;
  bool no_motion = false;  // for this run, whatever the settings say
};

// 0 when the person left; 2 when `file` cannot be read or parsed; 3 when there is no display, no
// GL 3.3 or no way to start a lab. Each failure is one sentence on stderr (diagnostics for a
// file). Main thread only: GLFW and the lab's life depend on it. Settings are read from and kept in
// settings_path(); a mistake in them is shown and ends nothing.
//
// EPOLLSCOPE_FRAME_LOG=<path> makes the window write one JSON object a line for every frame it
// draws, a FIFO is welcome:
//   {"frame":7,"cause":"input","due":2,"step":3,"steps":5,"micro":null,"busy":false,"dialog":"none",
//    "lecture":false,"theme":"dark","toast":"","banner":"","lab_pid":4711,"width":1680,
//    "height":1050,"text_input":false,"presses":12,"moving":31,
//    "hits":[{"id":"action:step","x":1,"y":2,"w":3,"h":4,"label":"Step"}]}
// `presses` counts the keys and mouse buttons that went down, so that a test knows which of its
// own a frame has seen; `moving` counts the frames that showed something on its way. Rectangles
// are pixels of the framebuffer; later hits lie above earlier ones.
int run_window(const WindowOptions& options);

}  // namespace epollscope
