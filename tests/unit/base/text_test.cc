#include "core/base/text.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

namespace epollscope {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

TEST(EscapeC, KeepsPrintableText) { EXPECT_EQ(escape_c("hello, #1"), R"("hello, #1")"); }

TEST(EscapeC, UsesShortEscapes) {
  EXPECT_EQ(escape_c("a\n\t\r\\\"'"), R"("a\n\t\r\\\"'")");
  EXPECT_EQ(escape_c("\a\b\f\v"), R"("\a\b\f\v")");
}

TEST(EscapeC, WritesOtherBytesWithTwoDigits) {
  EXPECT_EQ(escape_c("\0\x7f\xff"s), R"("\x00\x7f\xff")");
}

// In C "\x01f" is one byte: a digit behind an escape must not become part of it.
TEST(EscapeC, KeepsAHexDigitApartFromTheEscapeBeforeIt) {
  EXPECT_EQ(escape_c("\x01"
                     "fg"),
            R"("\x01\x66g")");
}

TEST(UnescapeC, ReadsEveryEscapeOfTheHeader) {
  EXPECT_EQ(unescape_c(R"(\n\t\r\a\b\f\v\\\"\')"), "\n\t\r\a\b\f\v\\\"'");
  EXPECT_EQ(unescape_c(R"(what\?)"), "what?");
  EXPECT_EQ(unescape_c(R"(\0)"), "\0"s);
  EXPECT_EQ(unescape_c(R"(\101\x41\x4A)"), "AAJ");
  EXPECT_EQ(unescape_c(R"(\x4)"), "\x04");
  EXPECT_EQ(unescape_c(R"(\x41f)"), "Af");  // two digits at most
  EXPECT_EQ(unescape_c(R"(\1018)"), "A8");  // three octal digits at most
  EXPECT_EQ(unescape_c(""), "");
}

TEST(UnescapeC, RefusesMalformedEscapes) {
  for (const std::string_view bad :
       {R"(\)", R"(a\)", R"(\q)", R"(\x)", R"(\xg)", R"(\8)", R"(\777)"}) {
    EXPECT_FALSE(unescape_c(bad)) << bad;
  }
}

TEST(UnescapeC, UndoesEscapeCForAnyBytes) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 24, '\0');
    for (char& c : bytes) c = static_cast<char>(random() % 3 == 0 ? 'a' + random() % 6 : random());
    const std::string literal = escape_c(bytes);
    ASSERT_GE(literal.size(), 2U);
    ASSERT_EQ(unescape_c(literal.substr(1, literal.size() - 2)), bytes) << literal;
  }
}

TEST(Closest, FindsATypo) {
  constexpr std::array words = {"EPOLLIN"sv, "EPOLLOUT"sv, "EPOLLET"sv};
  EXPECT_EQ(closest("EPOLLINN", words), "EPOLLIN");
  EXPECT_EQ(closest("epollet", words), "EPOLLET");
  constexpr std::array short_words = {"run"sv, "shot"sv};
  EXPECT_EQ(closest("rnu", short_words), "run");  // neighbours swapped: one mistake
}

TEST(Closest, SaysNothingWhenNothingIsClose) {
  constexpr std::array words = {"pipe"sv, "read"sv};
  EXPECT_EQ(closest("socketpair", words), "");
  EXPECT_EQ(closest("x", {}), "");
}

TEST(CodePoints, CountCharactersNotBytes) {
  EXPECT_EQ(code_points(""), 0U);
  EXPECT_EQ(code_points("abc"), 3U);
  EXPECT_EQ(code_points("é就😀"), 3U);
  EXPECT_EQ(code_points("a\xff\xfe"), 3U);  // a malformed byte counts as one
}

TEST(ValidUtf8, AcceptsTextAndRefusesWhatTheStandardForbids) {
  EXPECT_TRUE(valid_utf8("naïve 就绪 😀"));
  EXPECT_TRUE(valid_utf8("\xf4\x8f\xbf\xbf"));
  for (const std::string_view bad :
       {"\x80"sv, "\xc3"sv, "\xc0\xaf"sv, "\xe0\x80\xaf"sv, "\xed\xa0\x80"sv, "\xf4\x90\x80\x80"sv,
        "\xf5\x80\x80\x80"sv, "a\xe5\xb0"sv}) {
    EXPECT_FALSE(valid_utf8(bad));
  }
  EXPECT_EQ(utf8_prefix("né\xff"), 3U);
  EXPECT_EQ(utf8_prefix("né"), 3U);
}

TEST(WithoutControls, KeepsTextAndTabs) {
  EXPECT_EQ(without_controls("a\té就😀"), "a\té就😀");
  EXPECT_EQ(without_controls("\x1b[1m\x07\x7f\xc2\x9b"
                             "1m\xc2\xa0"),
            "?[1m???1m\xc2\xa0");
}

}  // namespace
}  // namespace epollscope
