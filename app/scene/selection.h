// What is selected, field by field, and where each field comes from. Private to the room.
#pragma once

#include <string>
#include <vector>

#include "app/scene/zones.h"

namespace epollscope::scene {

// Where a drawn fact comes from: the kernel showed it, in this step or an earlier one that nothing
// has changed since; or the X-ray did; or the model says so and nobody has looked.
struct Origin {
  Source source = Source::model;
  int step = 0;  // of the look, where it is not the one at the cursor
};
struct Field {
  std::string_view key;  // its name's
  std::string value;
  Origin origin;
};
struct Selection {
  std::string title;  // empty: nothing is selected, or it does not exist at this moment
  std::vector<Field> fields;
};
Selection selection_of(const Sketch& pen, const StageModel& model);

// "on the ready list: yes, 2nd" with its source as the lighter part.
std::vector<Said> said_of(const Sketch& pen, const Selection& selection);

}  // namespace epollscope::scene
