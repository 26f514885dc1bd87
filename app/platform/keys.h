// Names of keys and chords, from what GLFW's callbacks say. Dear ImGui 1.86 knows too few keys
// (no function keys) for a table of bindings.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace epollscope::platform {

// The chord of a key callback: "Space", "F11", "Shift+Tab", "Ctrl+R". nullopt for a key that
// types a character, which the character callback names better ("?" wherever the layout has
// it), and for a lone modifier.
std::optional<std::string> chord_of_key(int key, int scancode, int mods);

// The chord of a typed character: letters in upper case. nullopt for the space, which is a key.
std::optional<std::string> chord_of_character(unsigned codepoint);

// Whether a text is written as the two above write chords: modifiers in the order Ctrl+ Alt+ Super+
// Shift+, then the name of a key or a character.
bool is_chord(std::string_view text);

}  // namespace epollscope::platform
