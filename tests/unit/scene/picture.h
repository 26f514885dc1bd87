// What a picture shows, for tests: its texts with the room they take on the page.
#pragma once

#include <string>
#include <vector>

#include "app/scene/scene.h"
#include "core/session/session.h"

namespace epollscope::test {

inline const SessionOptions kModel{.model_only = true, .tree = TreeOrder::created};

struct ShownText {
  scene::Rect box;   // cut to its clip
  scene::Rect clip;  // the innermost, or the whole picture
  std::string text;
  bool cut_sideways = false;
};

// Every text of which something can be seen.
std::vector<ShownText> texts_of(const scene::Scene& scene);

// One sentence for each pair of texts that touch and each text that leaves the picture or its
// clip sideways.
std::vector<std::string> faults_of(const scene::Scene& scene);

// Wires that can be seen running through words.
std::vector<std::string> wires_through_text(const scene::Scene& scene);

// Words that had to be shortened inside things whose id begins like this.
std::vector<std::string> cut_inside(const scene::Scene& scene, std::string_view hit);

bool shows(const scene::Scene& scene, const std::string& text);

}  // namespace epollscope::test
