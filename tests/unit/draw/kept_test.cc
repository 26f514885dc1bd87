#include <gtest/gtest.h>
#include <imgui.h>

#include <memory>

#include "app/draw/draw.h"
#include "app/platform/gl.h"

namespace epollscope::draw {
namespace {

using namespace scene;

constexpr int kWidth = 200, kHeight = 100;

class KeptPicture : public ::testing::Test {
 protected:
  void SetUp() override {
    auto surface = platform::Offscreen::create(kWidth, kHeight);
    ASSERT_TRUE(surface) << surface.error().what;
    surface_ = std::move(*surface);
    auto painter = Painter::create(nullptr, 1);
    ASSERT_TRUE(painter) << painter.error().what;
    painter_ = std::move(*painter);
  }

  // A frame with `scene` behind a widget; what lies below it is garbage of another colour each.
  std::vector<std::uint8_t> frame(const std::shared_ptr<const Scene>& scene,
                                  Theme theme = Theme::dark) {
    surface_->begin();
    glDisable(GL_SCISSOR_TEST);
    glClearColor(static_cast<float>(++frames_ % 7) / 7, 1, 0, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    painter_->new_frame(kWidth, kHeight, 0);
    painter_->draw_whole(*ImGui::GetBackgroundDrawList(), scene, theme);
    ImGui::GetForegroundDrawList()->AddRectFilled({150, 10}, {190, 90}, IM_COL32(200, 0, 90, 255));
    painter_->end_frame();
    letters_ = ImGui::GetBackgroundDrawList()->VtxBuffer.Size;
    return surface_->read().rgba;
  }
  static std::shared_ptr<const Scene> words(std::string text) {
    return std::make_shared<const Scene>(
        Scene{kWidth,
              kHeight,
              {Box{{0, 0, kWidth, kHeight}, 0, Role::ground},
               Box{{10, 10, 90, 60}, 8, Role::panel, Role::line, 1.5F},
               Wire{{110, 40}, {110, 80}, {180, 40}, {180, 80}, Role::wakeup, 2},
               ClipBegin{{20, 20, 60, 20}}, Text{{22, 36}, std::move(text)}, ClipEnd{}},
              {}});
  }

  std::unique_ptr<platform::Offscreen> surface_;
  std::unique_ptr<Painter> painter_;
  int frames_ = 0;
  int letters_ = 0;  // corners of glyphs that the last frame drew
};

TEST_F(KeptPicture, IsShownFromTheThirdFrameOnAndHasTheSamePixels) {
  const auto scene = words("epoll_wait");
  const auto first = frame(scene);
  EXPECT_GT(letters_, 0);
  EXPECT_EQ(frame(scene), first);
  EXPECT_GT(letters_, 0);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(frame(scene), first);
    EXPECT_EQ(letters_, 0);
  }
}

TEST_F(KeptPicture, GivesWayToAnotherSceneEvenOneThatIsEqual) {
  const auto scene = words("write");
  for (int i = 0; i < 4; ++i) frame(scene);
  const auto other = words("read");
  const auto shown = frame(other);
  EXPECT_GT(letters_, 0);
  EXPECT_NE(shown, frame(scene));
  EXPECT_GT(letters_, 0);
  frame(words("write"));
  EXPECT_GT(letters_, 0);
}

TEST_F(KeptPicture, FollowsThemeAndScale) {
  const auto scene = words("write");
  std::vector<std::uint8_t> dark;
  for (int i = 0; i < 4; ++i) dark = frame(scene);
  const auto light = frame(scene, Theme::light);
  EXPECT_NE(light, dark);
  EXPECT_EQ(frame(scene, Theme::light), light);
  EXPECT_EQ(frame(scene, Theme::light), light);
  EXPECT_EQ(letters_, 0);
  painter_->set_scale(1.5F);
  EXPECT_NE(frame(scene, Theme::light), light);
  painter_->set_scale(1);
  EXPECT_EQ(frame(scene, Theme::light), light);
}

TEST_F(KeptPicture, IsMadeAgainForAnotherSize) {
  const auto scene = words("write");
  for (int i = 0; i < 4; ++i) frame(scene);
  surface_->begin();
  painter_->new_frame(kWidth / 2, kHeight / 2, 0);
  painter_->draw_whole(*ImGui::GetBackgroundDrawList(), scene, Theme::dark);
  painter_->end_frame();
  EXPECT_GT(ImGui::GetBackgroundDrawList()->VtxBuffer.Size, 0);
}

}  // namespace
}  // namespace epollscope::draw
