// The catalogues: both languages know the same keys with the same places, every key is used and
// every key that the source names exists.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "app/i18n/i18n.h"
#include "core/model/micro_step.h"
#include "core/model/misconception.h"

namespace epollscope {
namespace {

std::multiset<std::string> places_in(const std::string& text) {
  std::multiset<std::string> places;
  for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1)) {
    places.insert(text.substr(at, 3));
  }
  return places;
}

std::string source_of(std::string_view room) {
  std::string all;
  const std::filesystem::path folder = std::filesystem::path(EPOLLSCOPE_SOURCE_DIR) / room;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".cc" && entry.path().extension() != ".h") continue;
    std::ifstream in(entry.path());
    all.append(std::istreambuf_iterator<char>(in), {});
  }
  return all;
}

// Made at run time: of an action's name, of a micro-step's reason, of a misconception, of words.
bool is_composed(const std::string& key) {
  return key.starts_with("why.") || key.starts_with("ui.action.") ||
         key.starts_with("misconception.") || key.starts_with("unmodelled.");
}

std::size_t count_of(std::string_view prefix) {
  const std::vector<std::string> keys = all_keys(Lang::en);
  return static_cast<std::size_t>(
      std::ranges::count_if(keys, [&](const std::string& key) { return key.starts_with(prefix); }));
}

TEST(Catalogues, KnowTheSameKeys) {
  EXPECT_EQ(all_keys(Lang::en), all_keys(Lang::zh_cn));
  EXPECT_GT(all_keys(Lang::en).size(), 100U);
}

TEST(Catalogues, HaveTheSamePlaces) {
  for (const std::string& key : all_keys(Lang::en)) {
    EXPECT_EQ(places_in(tr(Lang::en, key)), places_in(tr(Lang::zh_cn, key))) << key;
  }
}

TEST(Catalogues, HoldNoKeyThatNobodyUses) {
  const std::string source = source_of("app");
  for (const std::string& key : all_keys(Lang::en)) {
    if (is_composed(key)) continue;
    EXPECT_NE(source.find('"' + key + '"'), std::string::npos) << key;
  }
}

TEST(Catalogues, HoldEveryKeyThatTheSourceNames) {
  std::set<std::string> groups;
  for (const std::string& key : all_keys(Lang::en)) groups.insert(key.substr(0, key.find('.')));
  const std::string source = source_of("app");
  const std::regex literal("\"([a-z]+)(\\.[a-z_]+)+\"");
  int seen = 0;
  for (auto it = std::sregex_iterator(source.begin(), source.end(), literal);
       it != std::sregex_iterator(); ++it) {
    if (!groups.contains((*it)[1].str())) continue;
    const std::string quoted = it->str();
    const std::string key = quoted.substr(1, quoted.size() - 2);
    ++seen;
    EXPECT_TRUE(has_key(Lang::en, key)) << key;
  }
  EXPECT_GT(seen, 100);
}

TEST(Catalogues, GiveEveryReasonOfTheModel) {
  const auto reasons = all_why_keys();
  for (const std::string_view key : reasons) {
    const std::string path = "why." + std::string(key);
    EXPECT_EQ(tr(Lang::en, path), english_why(key)) << path;
    EXPECT_TRUE(has_key(Lang::zh_cn, path)) << path;
  }
  EXPECT_EQ(count_of("why."), reasons.size());
}

TEST(Catalogues, GiveEveryMisconceptionAndWhatCorrectsIt) {
  for (const MisconceptionText& text : all_misconceptions()) {
    const std::string path = "misconception." + std::string(text.key);
    EXPECT_EQ(tr(Lang::en, path + ".belief"), text.belief) << path;
    EXPECT_EQ(tr(Lang::en, path + ".truth"), text.truth) << path;
    EXPECT_TRUE(has_key(Lang::zh_cn, path + ".belief")) << path;
    EXPECT_TRUE(has_key(Lang::zh_cn, path + ".truth")) << path;
  }
  EXPECT_EQ(count_of("misconception."), 2 * all_misconceptions().size());
}

// Each literal in a call that says what has no rules.
TEST(Catalogues, GiveEverythingThatTheModelHasNoRulesFor) {
  const std::string source = source_of("core");
  const std::regex call(R"((not_modelled\(|OpGiveUp\{)[^;]*;)");
  const std::regex literal("\"([^\"]+)\"");
  std::set<std::string> keys;
  for (std::sregex_iterator c(source.begin(), source.end(), call), end; c != end; ++c) {
    const std::string text = c->str();
    for (std::sregex_iterator it(text.begin(), text.end(), literal); it != end; ++it) {
      std::string words = (*it)[1].str();
      words.resize(std::min(words.find(": "), words.size()));
      const std::string key = key_of_words("unmodelled", words);
      keys.insert(key);
      EXPECT_EQ(tr(Lang::en, key), words);
      EXPECT_NE(tr(Lang::zh_cn, key), key);
    }
  }
  EXPECT_EQ(count_of("unmodelled."), keys.size());
}

TEST(Translation, FillsItsPlaces) {
  EXPECT_EQ(tr(Lang::en, "said.made_two", {"pipe", "4", "5"}), "pipe made descriptors 4 and 5");
  EXPECT_EQ(tr(Lang::en, "said.made_two", {"pipe"}), "pipe made descriptors {1} and {2}");
  EXPECT_EQ(tr(Lang::en, "no.such.key"), "no.such.key");
  EXPECT_FALSE(has_key(Lang::en, "no.such.key"));
}

TEST(Languages, AreFoundByName) {
  for (const Lang lang : {Lang::en, Lang::zh_cn}) {
    Lang found = Lang::en;
    EXPECT_TRUE(lang_from(name_of(lang), found));
    EXPECT_EQ(found, lang);
  }
  Lang found = Lang::zh_cn;
  EXPECT_FALSE(lang_from("tlh", found));
  EXPECT_EQ(found, Lang::zh_cn);
}

// What is disarmed can be armed again, what is off was never armed: two words.
TEST(Catalogues, HaveAWordOfItsOwnForDisarmed) {
  for (const std::string& key : all_keys(Lang::en)) {
    const bool disarmed = tr(Lang::en, key).find("disarmed") != std::string::npos;
    EXPECT_EQ(tr(Lang::zh_cn, key).find("停用") != std::string::npos, disarmed) << key;
  }
}

}  // namespace
}  // namespace epollscope
