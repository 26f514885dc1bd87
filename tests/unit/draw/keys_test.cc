#include "app/platform/keys.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <gtest/gtest.h>

namespace epollscope::platform {
namespace {

TEST(Keys, NamedKeysCarryTheirModifiers) {
  EXPECT_EQ(chord_of_key(GLFW_KEY_SPACE, 0, 0), "Space");
  EXPECT_EQ(chord_of_key(GLFW_KEY_F11, 0, 0), "F11");
  EXPECT_EQ(chord_of_key(GLFW_KEY_PAGE_DOWN, 0, 0), "PageDown");
  EXPECT_EQ(chord_of_key(GLFW_KEY_TAB, 0, GLFW_MOD_SHIFT), "Shift+Tab");
  EXPECT_EQ(chord_of_key(GLFW_KEY_RIGHT, 0, GLFW_MOD_CONTROL | GLFW_MOD_SHIFT), "Ctrl+Shift+Right");
}

TEST(Keys, CharactersAreLeftToTheCharacterCallback) {
  EXPECT_EQ(chord_of_key(GLFW_KEY_A, 0, 0), std::nullopt);
  EXPECT_EQ(chord_of_key(GLFW_KEY_SLASH, 0, GLFW_MOD_SHIFT), std::nullopt);
  EXPECT_EQ(chord_of_key(GLFW_KEY_LEFT_SHIFT, 0, GLFW_MOD_SHIFT), std::nullopt);
}

TEST(Keys, CharactersAreUpperCaseAndNeverASpace) {
  EXPECT_EQ(chord_of_character('a'), "A");
  EXPECT_EQ(chord_of_character('?'), "?");
  EXPECT_EQ(chord_of_character(0xE9), "é");
  EXPECT_EQ(chord_of_character(0x5C31), "就");
  EXPECT_EQ(chord_of_character(' '), std::nullopt);
}

}  // namespace
}  // namespace epollscope::platform
