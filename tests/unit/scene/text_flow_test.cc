// Running text: no line is wider than its column, nothing is lost, Markdown is told apart.
#include "app/scene/text_flow.h"

#include <gtest/gtest.h>

#include <random>

namespace epollscope::scene {
namespace {

constexpr Type kText{Face::sans, 14, Role::text};

std::string words_of(const Flow& text) {
  std::string all;
  for (const FlowLine& line : text.lines) {
    for (const PlacedRun& run : line.runs) all += run.text;
  }
  std::erase(all, ' ');
  return all;
}

float widest(const Flow& text) {
  float most = 0;
  for (const FlowLine& line : text.lines) {
    const PlacedRun& last = line.runs.back();
    std::string words = last.text;
    while (words.ends_with(' ')) words.pop_back();
    most = std::max(most, last.x + Sketch::width_of(words, last.type));
  }
  return most;
}

TEST(TextFlow, LosesNothingAndStaysInItsColumn) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const std::vector<std::string> parts = {
      "word",     "a",      "epoll_wait", "就绪列表，",
      "水平触发", "（ET）", "…",          "EPOLLEXCLUSIVE|EPOLLIN",
      "“唤醒”",   "字",     "x"};
  for (int round = 0; round < 300; ++round) {
    std::string text;
    const auto n = 1 + random() % 40;
    for (auto i = n; i > 0; --i) {
      text += parts[random() % parts.size()];
      if (random() % 3 != 0) text += ' ';
    }
    const float width = 40 + static_cast<float>(random() % 400);
    const Flow flowed = flow({plain(text, kText)}, width, 20);
    std::string expected = text;
    std::erase(expected, ' ');
    EXPECT_EQ(words_of(flowed), expected);
    EXPECT_LE(widest(flowed), width + 0.1F) << text;
  }
}

TEST(TextFlow, PutsNoClosingMarkFirst) {
  const Flow flowed =
      flow({plain("就绪列表，就绪列表。就绪列表；就绪列表！", kText)}, 14 * 4.2F, 20);
  ASSERT_GT(flowed.lines.size(), 2U);
  for (const FlowLine& line : flowed.lines) {
    const std::string& first = line.runs.front().text;
    for (const std::string_view mark : {"，", "。", "；", "！"}) {
      EXPECT_FALSE(first.starts_with(mark)) << first;
    }
  }
}

TEST(Markdown, TellsCodeAndEmphasisFromWords) {
  const auto paragraphs =
      read_markdown("# Title\n\nRead `a` *now*, then\nwait.\n\n- one\n- two\n", kText, true);
  ASSERT_EQ(paragraphs.size(), 3U);
  std::string plain_words;
  bool code = false;
  bool strong = false;
  for (const auto& run : paragraphs[0].runs) {
    plain_words += run.text;
    code = code || (run.text == "a" && run.type.face == Face::mono);
    strong = strong || (run.text == "now" && run.type.face == Face::sans_bold);
  }
  EXPECT_EQ(plain_words, "Read a now, then wait.");
  EXPECT_TRUE(code);
  EXPECT_TRUE(strong);
  EXPECT_EQ(paragraphs[1].bullet, "•");
  EXPECT_GT(paragraphs[2].indent, 0);
}

TEST(Markdown, KeepsAHeadingThatIsNotTheTitle) {
  EXPECT_EQ(read_markdown("## Part\n\ntext\n", kText, true).size(), 2U);
  EXPECT_EQ(read_markdown("# Part\n\ntext\n", kText, false).size(), 2U);
  EXPECT_TRUE(read_markdown("", kText, true).empty());
}

TEST(TextFlow, KeepsAMarkBehindItsCode) {
  // The comma never begins the next line, however narrow the column.
  const auto paragraphs = read_markdown("aaaa `bbbb`, cccc", kText, true);
  for (float width = 60; width < 140; width += 5) {
    for (const FlowLine& line : flow(paragraphs, width, 20).lines) {
      EXPECT_FALSE(line.runs.front().text.starts_with(',')) << width;
    }
  }
}

}  // namespace
}  // namespace epollscope::scene
