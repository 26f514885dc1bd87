// What can be done to a thing of the picture: calls of the table with their arguments filled in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/ui/desk.h"

namespace epollscope::ui {

// Lines of the scenario language.
struct ObjectCalls {
  std::vector<std::string> sensible;
  std::vector<std::string> refused;  // by the kernel; to be tried on purpose
};

// For the hit id of an epitem, a descriptor, an open file or an epoll instance at the desk's
// cursor; none when the thing has no name to call it by.
ObjectCalls calls_for(const Desk& desk, std::string_view hit_id);

}  // namespace epollscope::ui
