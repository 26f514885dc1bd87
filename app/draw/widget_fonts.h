// The fonts of ImGui's own widgets, in ImGui's atlas, which is fixed while a frame is made: what
// is asked for and missing now is there from the next frame on. (Scenes do not use them: see
// glyphs.h.)
#pragma once

#include <imgui.h>

#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "app/theme/font.h"

namespace epollscope::draw {

class WidgetFonts {
 public:
  // The sizes that nearly every window shows, so that its first frame is complete.
  void want_usual();

  // The prepared font of that face nearest in size. Valid until the next prepare(); there must
  // have been one.
  ImFont* get(Face face, float size_dp);

  // Characters beyond Latin that widgets will show.
  void need(std::string_view text);

  // True when something was asked for that is not in the atlas yet.
  [[nodiscard]] bool stale() const { return stale_; }

  // Makes the atlas of the current ImGui context. Not while a frame is made.
  void prepare(float scale);

 private:
  using Key = std::pair<Face, int>;  // size in quarters of a dp
  Key want(Face face, float size_dp);

  std::map<Key, ImFont*> fonts_;
  std::set<Key> wanted_;
  std::set<char32_t> characters_;
  bool stale_ = true;
};

}  // namespace epollscope::draw
