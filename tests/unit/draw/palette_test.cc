#include "app/theme/palette.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
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

TEST_P(EveryTheme, EventsAreReadOnTheirChips) {
  for (const Role chip : {Role::in, Role::out, Role::hup, Role::err, Role::warn}) {
    expect_contrast(Role::on_selection, chip, kReadable);
  }
}

TEST_P(EveryTheme, LettersAreReadOnTheTagsOfNodes) {
  expect_contrast(Role::on_node, Role::node_red, kReadable);
  expect_contrast(Role::on_node, Role::node_black, kReadable);
}

// ---- as the colour-blind see it

using Three = std::array<double, 3>;
using Matrix = std::array<Three, 3>;

Three times(const Matrix& m, const Three& v) {
  Three out{};
  for (std::size_t i = 0; i < 3; ++i) out[i] = m[i][0] * v[0] + m[i][1] * v[1] + m[i][2] * v[2];
  return out;
}

struct Eyes {
  const char* name;
  Matrix see;  // of linear sRGB
};
// Machado, Oliveira and Fernandes 2009, severity 1.
constexpr std::array kEyes = {
    Eyes{"all cones", {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}},
    Eyes{"protanopia",
         {{{0.152286, 1.052583, -0.204868},
           {0.114503, 0.786281, 0.099216},
           {-0.003882, -0.048116, 1.051998}}}},
    Eyes{"deuteranopia",
         {{{0.367322, 0.860646, -0.227968},
           {0.280085, 0.672501, 0.047413},
           {-0.011820, 0.042940, 0.968881}}}},
    Eyes{"tritanopia",
         {{{1.255528, -0.076749, -0.178779},
           {-0.078411, 0.930809, 0.147602},
           {0.004733, 0.691367, 0.303900}}}},
};

Three linear(Rgba c) {
  const auto one = [](std::uint8_t channel) {
    const double v = channel / 255.0;
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  };
  return {one(c.r), one(c.g), one(c.b)};
}

// CIE L*a*b* under D65.
Three lab(const Three& rgb) {
  constexpr Matrix kXyz{{{0.4124564, 0.3575761, 0.1804375},
                         {0.2126729, 0.7151522, 0.0721750},
                         {0.0193339, 0.1191920, 0.9503041}}};
  constexpr Three kWhite{0.95047, 1, 1.08883};
  Three f = times(kXyz, rgb);
  for (std::size_t i = 0; i < 3; ++i) {
    const double t = f[i] / kWhite[i];
    f[i] = t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116;
  }
  return {116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])};
}

// CIE76: 2.3 can just be told apart side by side.
double difference(Rgba a, Rgba b, const Eyes& eyes) {
  const auto seen = [&](Rgba c) {
    Three v = times(eyes.see, linear(c));
    for (double& channel : v) channel = std::clamp(channel, 0.0, 1.0);
    return lab(v);
  };
  const Three p = seen(a);
  const Three q = seen(b);
  return std::hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

struct Pair {
  Role a, b;
  const char* told_apart_by;
};
// These may look alike: something other than their colour says which is meant.
constexpr std::array kAlike = {
    Pair{Role::err, Role::bad, "one meaning, red: ERR is a word, a difference is a sentence"},
    Pair{Role::selection, Role::badge, "an outline or the cursor's line; a pill with a word"},
    Pair{Role::node_red, Role::err, "the tag with the letter R; a word"},
    Pair{Role::node_red, Role::bad, "the tag with the letter R; a sentence, a disc on a row"},
};

bool may_look_alike(Role a, Role b) {
  return std::ranges::any_of(kAlike, [&](const Pair& pair) {
    return (pair.a == a && pair.b == b) || (pair.a == b && pair.b == a);
  });
}

TEST_P(EveryTheme, MeaningsAreToldApartByTheColourBlind) {
  constexpr double kApart = 10;
  constexpr std::array kMeanings = {
      Role::in,  Role::out, Role::good,      Role::bad,   Role::warn,     Role::wakeup,
      Role::hup, Role::err, Role::selection, Role::badge, Role::node_red, Role::node_black};
  for (const Eyes& eyes : kEyes) {
    for (std::size_t i = 0; i < kMeanings.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        const Role a = kMeanings.at(i);
        const Role b = kMeanings.at(k);
        if (may_look_alike(a, b)) continue;
        EXPECT_GE(difference(color(GetParam(), a), color(GetParam(), b), eyes), kApart)
            << name_of(a) << " and " << name_of(b) << " with " << eyes.name << " in "
            << name_of(GetParam());
      }
    }
  }
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
