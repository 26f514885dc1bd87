// Keys that a person gave to actions in the settings, instead of those of the table.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace epollscope::ui {

// By the name of the action; chords as platform::KeyPress writes them.
using Bindings = std::map<std::string, std::vector<std::string>, std::less<>>;

}  // namespace epollscope::ui
