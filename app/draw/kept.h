// The last picture of a scene, kept as pixels: for as long as the scene stays the same, a frame is
// one copy instead of hundreds of shapes and thousands of letters.
#pragma once

#include <imgui.h>

#include <memory>

#include "app/platform/gl.h"
#include "app/scene/scene.h"
#include "app/theme/palette.h"

namespace epollscope::draw {

// Lives on the thread of its GL context, which must be current when the list is rendered and when
// this object ends; until the list is rendered it must live and be asked for nothing else.
class Kept {
 public:
  struct Subject {  // all that the pixels depend on
    std::shared_ptr<const scene::Scene> scene;
    Theme theme = Theme::dark;
    float scale = 1;
    int width = 0, height = 0;  // pixels of the frame
    friend bool operator==(const Subject&, const Subject&) = default;
  };
  // Puts the picture at this place of the list if there is one of this subject. false: draw it,
  // then call drawn().
  bool show(ImDrawList& list, const Subject& subject);
  // After all of the subject, and nothing else, is in the list. Keeps the picture when it was asked
  // for a second time: most that change are seen once.
  void drawn(ImDrawList& list);

 private:
  enum class Way { from_frame, to_frame };
  template <Way kWay>
  void put(ImDrawList& list);  // a copy at this place of the list
  void copy(Way way);

  Subject subject_;
  int times_ = 0;  // that it was asked for
  bool copied_ = false;
  int width_ = 0, height_ = 0;  // of `pixels_`
  platform::Framebuffer framebuffer_;
  platform::Renderbuffer pixels_;
};

}  // namespace epollscope::draw
