#include "app/theme/palette.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace epollscope {
namespace {

constexpr double kReadable = 4.5;    // WCAG AA for small text
constexpr double kDecoration = 3.0;  // and for what is not text

class EveryTheme : public ::testing::TestWithParam<Theme> {
 protected:
  static void expect_contrast(Role front, Role back, double least) {
    EXPECT_GE(contrast_ratio(color(GetParam(), front), color(GetParam(), back)), least)
        << name_of(front) << " on " << name_of(back) << " in " << name_of(GetParam());
  }
};

const std::vector<Role> kGrounds = {Role::panel, Role::raised, Role::ground, Role::sunken};

TEST_P(EveryTheme, TextIsReadableOnEveryGround) {
  for (const Role ground : kGrounds) {
    expect_contrast(Role::text, ground, kReadable);
    expect_contrast(Role::text_dim, ground, kReadable);
    expect_contrast(Role::text_faint, ground, kReadable);
  }
}

TEST_P(EveryTheme, WordsInAMeaningsColourAreReadable) {
  for (const Role word : {Role::in, Role::out, Role::hup, Role::err, Role::wakeup, Role::good,
                          Role::bad, Role::warn, Role::selection}) {
    for (const Role ground : kGrounds) expect_contrast(word, ground, kReadable);
  }
}

TEST_P(EveryTheme, TextIsReadableOnFills) {
  expect_contrast(Role::on_selection, Role::selection, kReadable);
  expect_contrast(Role::on_badge, Role::badge, kReadable);
  expect_contrast(Role::in, Role::in_fill, kReadable);
  expect_contrast(Role::out, Role::out_fill, kReadable);
  for (const Role fill : {Role::in_fill, Role::out_fill, Role::selection_fill}) {
    expect_contrast(Role::text, fill, kReadable);
    expect_contrast(Role::text_dim, fill, kReadable);
  }
  expect_contrast(Role::good, Role::selection_fill, kReadable);
}

TEST_P(EveryTheme, NodesAreSeenOnACard) {
  expect_contrast(Role::node_red, Role::raised, kDecoration);
  expect_contrast(Role::node_ring, Role::raised, kDecoration);
}

INSTANTIATE_TEST_SUITE_P(Palette, EveryTheme,
                         ::testing::Values(Theme::dark, Theme::light, Theme::contrast),
                         [](const auto& test) { return std::string(name_of(test.param)); });

TEST(Palette, ContrastRatioKnowsItsEnds) {
  EXPECT_NEAR(contrast_ratio({0, 0, 0}, {255, 255, 255}), 21, 1e-9);
  EXPECT_NEAR(contrast_ratio({9, 99, 199}, {9, 99, 199}), 1, 1e-9);
  EXPECT_NEAR(contrast_ratio({119, 119, 119}, {255, 255, 255}), 4.48, 0.005);
}

TEST(Palette, NoneIsTransparent) {
  EXPECT_EQ(color(Theme::dark, Role::none).a, 0);
  EXPECT_EQ(color(Theme::dark, Role::text).a, 255);
}

TEST(Palette, ThemesAreFoundByTheirNamesOnly) {
  for (const Theme theme : {Theme::dark, Theme::light, Theme::contrast}) {
    Theme found = theme == Theme::dark ? Theme::light : Theme::dark;
    ASSERT_TRUE(theme_from(name_of(theme), found));
    EXPECT_EQ(found, theme);
  }
  Theme kept = Theme::contrast;
  EXPECT_FALSE(theme_from("Dark", kept));
  EXPECT_FALSE(theme_from("", kept));
  EXPECT_EQ(kept, Theme::contrast);
}

TEST(Palette, RolesHaveDistinctNames) {
  std::set<std::string_view> names;
  for (int i = 0; i < static_cast<int>(Role::count_); ++i)
    names.insert(name_of(static_cast<Role>(i)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(Role::count_));
}

}  // namespace
}  // namespace epollscope
