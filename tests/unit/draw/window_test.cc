#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>

#include "app/platform/surface.h"

namespace epollscope::platform {
namespace {

// Runs without any display, whatever the one who runs the tests has.
class NoDisplay : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY"}) {
      if (const char* value = std::getenv(name)) before_[name] = value;
      ::unsetenv(name);
    }
  }
  void TearDown() override {
    for (const auto& [name, value] : before_) ::setenv(name.c_str(), value.c_str(), 1);
  }
  std::map<std::string, std::string> before_;
};

TEST_F(NoDisplay, IsAnErrorThatSaysWhatElseWorks) {
  const auto window = Window::create(320, 200, "test");
  ASSERT_FALSE(window);
  EXPECT_NE(window.error().what.find("no display"), std::string::npos);
  EXPECT_NE(window.error().remedy.find("shot"), std::string::npos);
}

TEST_F(NoDisplay, PicturesNeedNone) {
  const auto surface = Offscreen::create(64, 32);
  ASSERT_TRUE(surface) << surface.error().what;
  EXPECT_FALSE((*surface)->renderer().empty());
  (*surface)->begin();
  EXPECT_EQ((*surface)->read().rgba.size(), 64U * 32 * 4);
}

}  // namespace
}  // namespace epollscope::platform
