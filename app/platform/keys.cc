#include "app/platform/keys.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace epollscope::platform {
namespace {

struct NamedKey {
  int key;
  std::string_view name;
};

constexpr auto kNamed = std::to_array<NamedKey>({
    {GLFW_KEY_SPACE, "Space"},
    {GLFW_KEY_ESCAPE, "Escape"},
    {GLFW_KEY_ENTER, "Enter"},
    {GLFW_KEY_KP_ENTER, "Enter"},
    {GLFW_KEY_TAB, "Tab"},
    {GLFW_KEY_BACKSPACE, "Backspace"},
    {GLFW_KEY_INSERT, "Insert"},
    {GLFW_KEY_DELETE, "Delete"},
    {GLFW_KEY_RIGHT, "Right"},
    {GLFW_KEY_LEFT, "Left"},
    {GLFW_KEY_DOWN, "Down"},
    {GLFW_KEY_UP, "Up"},
    {GLFW_KEY_PAGE_UP, "PageUp"},
    {GLFW_KEY_PAGE_DOWN, "PageDown"},
    {GLFW_KEY_HOME, "Home"},
    {GLFW_KEY_END, "End"},
    {GLFW_KEY_MENU, "Menu"},
    {GLFW_KEY_PAUSE, "Pause"},
    {GLFW_KEY_PRINT_SCREEN, "PrintScreen"},
});

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

std::string prefix(int mods) {
  std::string out;
  if ((mods & GLFW_MOD_CONTROL) != 0) out += "Ctrl+";
  if ((mods & GLFW_MOD_ALT) != 0) out += "Alt+";
  if ((mods & GLFW_MOD_SUPER) != 0) out += "Super+";
  if ((mods & GLFW_MOD_SHIFT) != 0) out += "Shift+";
  return out;
}

std::string utf8(unsigned c) {
  const auto tail = [&](unsigned shift) {
    return static_cast<char>(0x80U | ((c >> shift) & 0x3FU));
  };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xC0U | (c >> 6U)), tail(0)};
  if (c < 0x10000) return {static_cast<char>(0xE0U | (c >> 12U)), tail(6), tail(0)};
  return {static_cast<char>(0xF0U | (c >> 18U)), tail(12), tail(6), tail(0)};
}

}  // namespace

std::optional<std::string> chord_of_key(int key, int scancode, int mods) {
  const auto* named = std::ranges::find(kNamed, key, &NamedKey::key);
  if (named != kNamed.end()) return prefix(mods).append(named->name);
  if (key >= GLFW_KEY_F1 && key <= GLFW_KEY_F25) {
    return prefix(mods) + "F" + std::to_string(key - GLFW_KEY_F1 + 1);
  }
  // GLFW reports no character while one of these is held.
  if ((mods & (GLFW_MOD_CONTROL | GLFW_MOD_ALT)) == 0) return std::nullopt;
  const char* name = glfwGetKeyName(key, scancode);
  if (name == nullptr) return std::nullopt;
  return prefix(mods).append(upper(name));
}

std::optional<std::string> chord_of_character(unsigned codepoint) {
  if (codepoint <= ' ' || codepoint == 0x7F) return std::nullopt;
  return upper(utf8(codepoint));
}

bool is_chord(std::string_view text) {
  bool alone = true;  // a character by itself carries its Shift
  bool shift = false;
  for (const std::string_view modifier : {"Ctrl+", "Alt+", "Super+", "Shift+"}) {
    if (!text.starts_with(modifier)) continue;
    (modifier == "Shift+" ? shift : alone) = modifier == "Shift+";
    text.remove_prefix(modifier.size());
  }
  if (std::ranges::find(kNamed, text, &NamedKey::name) != kNamed.end()) return true;
  int number = 0;
  if (text.starts_with('F') && text.size() > 1) {
    const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() && number >= 1 && number <= 25;
  }
  if (text.empty() || (alone && shift)) return false;
  const auto is_tail = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
  const auto first = static_cast<unsigned char>(text.front());
  const bool lower = first >= 'a' && first <= 'z';
  return first > ' ' && first != 0x7F && !lower && !is_tail(text.front()) &&
         std::ranges::all_of(text.substr(1), is_tail) && (first >= 0x80 || text.size() == 1);
}

}  // namespace epollscope::platform
