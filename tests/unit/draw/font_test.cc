#include "app/theme/font.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace epollscope {
namespace {

constexpr float kTolerance = 1e-3F;
constexpr Face kFaces[] = {Face::sans, Face::sans_bold, Face::mono, Face::mono_bold};

TEST(Font, EveryFaceHasAFile) {
  for (const Face face : kFaces) {
    EXPECT_FALSE(font_file(face, false).path.empty());
    EXPECT_FALSE(font_file(face, true).path.empty());
  }
}

TEST(Font, WidthsAddUp) {
  for (const Face face : kFaces) {
    const float whole = text_width(face, 13, "epoll_wait 就绪 AV");
    const float parts = text_width(face, 13, "epoll_wait ") + text_width(face, 13, "就绪") +
                        text_width(face, 13, " A") + text_width(face, 13, "V");
    EXPECT_NEAR(whole, parts, kTolerance);
    EXPECT_GT(whole, 0);
  }
}

TEST(Font, WidthIsProportionalToSize) {
  EXPECT_NEAR(text_width(Face::sans, 26, "ready list"),
              2 * text_width(Face::sans, 13, "ready list"), kTolerance);
  EXPECT_EQ(text_width(Face::sans, 13, ""), 0);
}

TEST(Font, MonoIsMono) {
  EXPECT_NEAR(text_width(Face::mono, 12, "iiii"), text_width(Face::mono, 12, "WWWW"), kTolerance);
  EXPECT_LT(text_width(Face::sans, 12, "iiii"), text_width(Face::sans, 12, "WWWW"));
}

TEST(Font, ChineseIsMeasuredInTheChineseFont) {
  EXPECT_TRUE(glyph_of(Face::sans, U'就').cjk);
  EXPECT_NE(glyph_of(Face::sans, U'就').index, 0U);
  EXPECT_FALSE(glyph_of(Face::sans, U'a').cjk);
  EXPECT_NEAR(text_width(Face::sans, 20, "就绪"), 40, kTolerance);
}

TEST(Font, ShortenLeavesWhatFits) {
  const std::string text = "epoll_ctl(ep, ADD, s, IN|RDHUP)";
  EXPECT_EQ(shorten(Face::mono, 12, text, text_width(Face::mono, 12, text)), text);
  EXPECT_EQ(shorten(Face::sans, 12, "", 0), "");
}

TEST(Font, ShortenFitsAtEveryWidth) {
  const std::string text = "wait queue 等待队列 with epoll’s hook";
  const float whole = text_width(Face::sans, 13, text);
  std::size_t longest = 0;
  for (float width = 0; width < whole; width += 1.5F) {
    const std::string cut = shorten(Face::sans, 13, text, width);
    EXPECT_LE(text_width(Face::sans, 13, cut), width + kTolerance);
    EXPECT_GE(cut.size(), longest) << "more room, less text";
    longest = cut.size();
    if (cut.empty()) continue;
    ASSERT_TRUE(cut.ends_with("…")) << cut;
    const std::string kept = cut.substr(0, cut.size() - std::string("…").size());
    EXPECT_TRUE(text.starts_with(kept)) << cut;
  }
  EXPECT_GT(longest, text.size() / 2);
}

TEST(Font, MeasuresOfALineAreInOrder) {
  for (const Face face : kFaces) {
    EXPECT_GT(cap_height(face, 20), 10);
    EXPECT_LT(cap_height(face, 20), 20);
    EXPECT_GT(line_height(face, 20), cap_height(face, 20));
    EXPECT_NEAR(line_height(face, 20), 2 * line_height(face, 10), kTolerance);
    EXPECT_GT(em_height(face, false), 1);
  }
}

std::vector<char32_t> characters(std::string_view text) {
  std::vector<char32_t> out;
  while (!text.empty()) out.push_back(take_character(text));
  return out;
}

TEST(Font, TakesUtf8Apart) {
  EXPECT_EQ(characters("aé就😀"), (std::vector<char32_t>{U'a', U'é', U'就', U'😀'}));
}

TEST(Font, MalformedBytesBecomeTheReplacementCharacter) {
  constexpr char32_t kBad = 0xFFFD;
  EXPECT_EQ(characters("a\xFF"
                       "b"),
            (std::vector<char32_t>{U'a', kBad, U'b'}));
  EXPECT_EQ(characters("\xE5\xB0"), (std::vector<char32_t>{kBad, kBad}));
  EXPECT_EQ(characters("\xC0\x80x"), (std::vector<char32_t>{kBad, kBad, U'x'}));
}

}  // namespace
}  // namespace epollscope
