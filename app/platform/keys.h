// Names of keys and chords, from what GLFW's callbacks say. Dear ImGui 1.86 knows too few keys
// (no function keys) for a table of bindings.
#pragma once

#include <optional>
#include <string>

namespace epollscope::platform {

// The chord of a key callback: "Space", "F11", "Shift+Tab", "Ctrl+R". nullopt for a key that
// types a character, which the character callback names better ("?" wherever the layout has
// it), and for a lone modifier.
std::optional<std::string> chord_of_key(int key, int scancode, int mods);

// The chord of a typed character: letters in upper case. nullopt for the space, which is a key.
std::optional<std::string> chord_of_character(unsigned codepoint);

}  // namespace epollscope::platform
