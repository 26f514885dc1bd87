#include <gtest/gtest.h>
#include <imgui.h>

#include <tuple>

#include "app/draw/draw.h"

namespace epollscope::draw {
namespace {

class Widgets : public ::testing::Test {
 protected:
  void SetUp() override {
    auto surface = platform::Offscreen::create(200, 100);
    ASSERT_TRUE(surface) << surface.error().what;
    surface_ = std::move(*surface);
    auto painter = Painter::create(nullptr, 1);
    ASSERT_TRUE(painter) << painter.error().what;
    painter_ = std::move(*painter);
  }
  void next_frame() {
    surface_->begin();
    painter_->new_frame(200, 100, 0);
  }

  std::unique_ptr<platform::Offscreen> surface_;
  std::unique_ptr<Painter> painter_;
};

TEST_F(Widgets, AFontAskedForIsThereInTheNextFrame) {
  next_frame();
  ASSERT_NE(painter_->font(Face::mono, 17), nullptr);
  EXPECT_TRUE(painter_->wants_frame());
  painter_->end_frame();
  next_frame();
  const ImFont* font = painter_->font(Face::mono, 17);
  EXPECT_FALSE(painter_->wants_frame());
  EXPECT_NEAR(font->FontSize, 17 * em_height(Face::mono, false), 1);
  EXPECT_NEAR(font->GetCharAdvance('m'), text_width(Face::mono, 17, "m"), 1);
  painter_->end_frame();
}

TEST_F(Widgets, FontsFollowTheScale) {
  std::ignore = painter_->font(Face::sans, 13);
  painter_->set_scale(2);
  next_frame();
  EXPECT_NEAR(painter_->font(Face::sans, 13)->FontSize, 26 * em_height(Face::sans, false), 1);
  painter_->end_frame();
}

TEST_F(Widgets, NeededCharactersJoinTheFonts) {
  std::ignore = painter_->font(Face::sans, 13);
  next_frame();
  EXPECT_EQ(painter_->font(Face::sans, 13)->FindGlyphNoFallback(0x5C31), nullptr);
  painter_->end_frame();
  painter_->need("就绪");
  EXPECT_TRUE(painter_->wants_frame());
  next_frame();
  EXPECT_NE(painter_->font(Face::sans, 13)->FindGlyphNoFallback(0x5C31), nullptr);
  painter_->need("就绪");
  EXPECT_FALSE(painter_->wants_frame());
  painter_->end_frame();
}

TEST_F(Widgets, APictureInBetweenLeavesTheContextAlone) {
  ImGuiContext* before = ImGui::GetCurrentContext();
  ASSERT_NE(before, nullptr);
  ASSERT_TRUE(render({}, Theme::dark, 50, 50, 1));
  EXPECT_EQ(ImGui::GetCurrentContext(), before);
}

}  // namespace
}  // namespace epollscope::draw
