// What a person chose: read, kept, and left alone where it is not understood.
#include "app/ui/settings.h"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/ui/actions.h"
#include "app/ui/documents.h"

namespace epollscope::ui {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr const char* kPath = "/s.toml";

SettingsRead parsed(std::string_view text) { return parse_settings(text, kPath); }

TEST(Settings, EveryOneIsRead) {
  const auto read = parsed(
      "theme = \"contrast\"\nlanguage = \"zh-CN\"\nscale = 2\nplay_seconds = 0.5\n"
      "motion = \"reduced\"\n"
      "[keys]\nstep = [\"F2\", \"Ctrl+Shift+N\"]\nback = \"<\"\nplay = []\n");
  EXPECT_THAT(read.mistakes, IsEmpty());
  EXPECT_EQ(read.settings.theme, Theme::contrast);
  EXPECT_EQ(read.settings.lang, Lang::zh_cn);
  EXPECT_EQ(read.settings.scale, 2);
  EXPECT_EQ(read.settings.play_seconds, 0.5);
  EXPECT_EQ(read.settings.motion, Motion::reduced);
  EXPECT_THAT(read.settings.keys.at("step"), ElementsAre("F2", "Ctrl+Shift+N"));
  EXPECT_THAT(read.settings.keys.at("back"), ElementsAre("<"));
  EXPECT_THAT(read.settings.keys.at("play"), IsEmpty());
}

TEST(Settings, AMistakeIsOneSentenceWithItsPlaceAndSpoilsNothingElse) {
  const std::pair<const char*, const char*> all[] = {
      {"theme = \"pink\"", "/s.toml:2: theme is one of"},
      {"language = 3", "/s.toml:2: language is one of"},
      {"scale = 0.1", "/s.toml:2: scale is a number from 0.75 to 3"},
      {"scale = nan", "/s.toml:2: scale is a number"},
      {"play_seconds = \"1\"", "/s.toml:2: play_seconds is a number from 0.1 to 60"},
      {"motion = true", "/s.toml:2: motion is one of the words full, reduced or off"},
      {"colour = 1", "/s.toml:2: there is no setting \"colour\""},
      {"keys = 1", "/s.toml:2: keys is a table"},
      {"keys.stepp = \"F2\"", "/s.toml:2: there is no action \"stepp\"; did you mean step"},
      {"keys.step = \"f2\"", "/s.toml:2: \"f2\" is no key"},
      {"keys.step = \"Shift+Ctrl+N\"", "/s.toml:2: \"Shift+Ctrl+N\" is no key"},
      {"keys.step = [\"F2\", 1]", "/s.toml:2: step takes keys in quotes"},
      {"keys.step = \"Tab\"", "/s.toml:2: Tab moves or takes the focus"},
      {"keys = {step = \"F2\", back = \"F2\"}", "/s.toml:2: F2 means back already"},
  };
  for (const auto& [line, sentence] : all) {
    const bool of_theme = std::string_view(line).starts_with("theme");
    const auto read = parsed(of_theme ? std::string("scale = 2\n") + line
                                      : std::string("theme = \"light\"\n") + line);
    ASSERT_EQ(read.mistakes.size(), 1U) << line;
    EXPECT_THAT(read.mistakes.front(), StartsWith(sentence));
    EXPECT_TRUE(of_theme ? read.settings.scale == 2 : read.settings.theme == Theme::light);
  }
}

TEST(Settings, MistakesComeInTheOrderOfTheirLines) {
  const auto read = parsed("theme = 1\nscale = 9\nlanguage = 1\n");
  EXPECT_THAT(read.mistakes, ElementsAre(StartsWith("/s.toml:1:"), StartsWith("/s.toml:2:"),
                                         StartsWith("/s.toml:3:")));
}

TEST(Settings, WhatIsNoTomlIsSaidWithItsLine) {
  for (const char* text : {"theme = \n", "a = 1\na = 2\n", "[keys\n", "\xff = 1\n"}) {
    const auto read = parsed(text);
    ASSERT_EQ(read.mistakes.size(), 1U) << text;
    EXPECT_THAT(read.mistakes.front(), StartsWith("/s.toml:"));
    EXPECT_EQ(read.settings, first_settings());
  }
}

TEST(Settings, WritingChangesTheLinesOfSettingsAndNoOther) {
  const std::string text =
      "# mine\n  theme=\"dark\"# sun\n\nscale = 1\r\n[keys]\nstep = \"F2\"\n# scale = 9\n";
  Settings s = parsed(text).settings;
  s.theme = Theme::light;
  s.scale = 1.21F;
  s.motion = Motion::off;
  const std::string written = with_settings(text, s);
  EXPECT_THAT(written, HasSubstr("# mine\n  theme=\"light\"# sun\n\nscale = 1.21\r\n[keys]\n"
                                 "step = \"F2\"\n# scale = 9\n"));
  const auto again = parsed(written);
  EXPECT_THAT(again.mistakes, IsEmpty());
  EXPECT_EQ(again.settings, s);
  EXPECT_EQ(with_settings(written, s), written);
}

class Kept : public ::testing::Test {
 protected:
  Kept() {
    std::string pattern = (std::filesystem::temp_directory_path() / "settings-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    path_ = folder_ + "/below/settings.toml";
  }
  ~Kept() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string text() const {
    std::ifstream in(path_);
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
  }

  std::string folder_, path_;
  Settings s_ = first_settings();
};

TEST_F(Kept, NothingIsWrittenBeforeSomethingChanges) {
  SettingsKeeper keeper(path_, s_, true);
  EXPECT_TRUE(keeper.keep(s_));
  EXPECT_FALSE(std::filesystem::exists(path_));
  s_.scale = 1.1F;
  EXPECT_TRUE(keeper.keep(s_));
  const auto read = read_settings(path_);
  EXPECT_THAT(read.mistakes, IsEmpty());
  EXPECT_EQ(read.settings, s_);
}

// The keys that a fresh file lists are those of the table, written so that they can be read.
TEST_F(Kept, AFreshFileShowsHowToGiveEveryActionOtherKeys) {
  s_.theme = Theme::light;
  EXPECT_TRUE(SettingsKeeper(path_, first_settings(), true).keep(s_));
  std::string uncommented;
  bool keys = false;
  for (std::istringstream in(text()); std::getline(in, uncommented);) {
    keys = keys || uncommented == "# [keys]";
    if (keys) break;
  }
  ASSERT_TRUE(keys);
  std::string table = text().substr(text().find("# [keys]"));
  for (std::size_t at = 0; (at = table.find("# ", at)) != std::string::npos;) table.erase(at, 2);
  const auto read = parsed(table);
  EXPECT_THAT(read.mistakes, IsEmpty());
  for (const Action& action : all_actions()) {
    if (action.menu == Menu::none) continue;
    EXPECT_EQ(chords_of(action, read.settings.keys), chords_of(action, {})) << action.name;
  }
}

TEST_F(Kept, AFileWithMistakesIsLeftAlone) {
  std::filesystem::create_directories(folder_ + "/below");
  const std::string broken = "theme = \"pink\"\n";
  ASSERT_TRUE(write_file(path_, broken));
  SettingsKeeper early(path_, s_, read_settings(path_).mistakes.empty());
  SettingsKeeper meanwhile(path_, s_, true);
  s_.scale = 2;
  EXPECT_TRUE(early.keep(s_));
  EXPECT_TRUE(meanwhile.keep(s_));
  EXPECT_EQ(text(), broken);
}

TEST_F(Kept, WhereNothingCanBeWrittenIsSaidOnce) {
  ASSERT_TRUE(write_file(folder_ + "/below", "a file where the folder would be"));
  SettingsKeeper keeper(path_, s_, true);
  s_.scale = 2;
  EXPECT_FALSE(keeper.keep(s_));
  s_.scale = 3;
  EXPECT_TRUE(keeper.keep(s_));
}

// ---- what holds for a while alone

std::unique_ptr<Desk> desk() {
  auto made = Desk::lay({}, "", {.model_only = true, .tree = TreeOrder::created}, {});
  EXPECT_TRUE(made);
  return made ? std::move(*made) : nullptr;
}

TEST(Lecture, IsLightAndFullScreenAndPutsBackWhatItFound) {
  const auto d = desk();
  d->view.builder = true;
  apply(*d, {ActionId::lecture, {}});
  EXPECT_EQ(d->view.theme, Theme::light);
  EXPECT_TRUE(d->view.fullscreen);
  EXPECT_FALSE(d->view.builder);
  EXPECT_EQ(settings_of(d->view).theme, Theme::dark);
  apply(*d, {ActionId::theme, {}});
  EXPECT_EQ(d->view.theme, Theme::contrast);
  apply(*d, {ActionId::builder, {}});
  EXPECT_FALSE(d->view.builder);
  EXPECT_NE(d->view.toast, "");
  apply(*d, {ActionId::escape, {}});
  EXPECT_FALSE(d->view.lecture);
  EXPECT_EQ(d->view.theme, Theme::dark);
  EXPECT_FALSE(d->view.fullscreen);
  EXPECT_TRUE(d->view.builder);
}

TEST(Lecture, KeepsAThemeThatAHallCanRead) {
  const auto d = desk();
  d->view.theme = Theme::contrast;
  d->view.fullscreen = true;
  apply(*d, {ActionId::lecture, {}});
  EXPECT_EQ(d->view.theme, Theme::contrast);
  apply(*d, {ActionId::lecture, {}});
  EXPECT_TRUE(d->view.fullscreen);
}

TEST(Lecture, IsTheLastLayerButFullScreen) {
  const auto d = desk();
  d->poke(*parse_statement("ep = epoll_create1(0)"));
  while (d->running()) d->pump();
  apply(*d, {ActionId::lecture, {}});
  d->view.selected = "epoll:3";
  apply(*d, {ActionId::escape, {}});
  EXPECT_TRUE(d->view.selected.empty());
  EXPECT_TRUE(d->view.lecture);
  apply(*d, {ActionId::escape, {}});
  EXPECT_FALSE(d->view.lecture);
}

TEST(Motion, GoesRoundAndSaysWhatItIs) {
  const auto d = desk();
  for (const Motion next : {Motion::reduced, Motion::off, Motion::full}) {
    d->view.toast.clear();
    apply(*d, {ActionId::motion, {}});
    EXPECT_EQ(d->view.motion, next);
    EXPECT_NE(d->view.toast, "");
    EXPECT_EQ(settings_of(d->view).motion, next);
  }
}

TEST(Motion, OfOneRunIsNotKeptUntilItIsChosen) {
  const auto d = desk();
  d->view.kept_motion = Motion::reduced;
  d->view.motion = Motion::off;
  EXPECT_EQ(settings_of(d->view).motion, Motion::reduced);
  apply(*d, {ActionId::motion, {}});
  EXPECT_EQ(settings_of(d->view).motion, Motion::full);
}

TEST(Bindings, AKeyGivenToOneActionIsTakenFromTheOther) {
  const Bindings keys{{"step", {"N"}}};
  EXPECT_EQ(action_of_chord("N", keys)->id, ActionId::step);
  EXPECT_EQ(action_of_chord("Space", keys), nullptr);
  EXPECT_THAT(chords_of(action_of(ActionId::builder), keys), IsEmpty());
  EXPECT_THAT(chords_of(action_of(ActionId::step), keys), ElementsAre("N"));
}

TEST(FirstSettings, SpeakTheLanguageOfTheLocale) {
  const auto lang = [](const char* locale) {
    setenv("LC_ALL", locale, 1);
    return first_settings().lang;
  };
  EXPECT_EQ(lang("zh_CN.UTF-8"), Lang::zh_cn);
  EXPECT_EQ(lang("de_DE.UTF-8"), Lang::en);
  EXPECT_EQ(lang("C"), Lang::en);
}

}  // namespace
}  // namespace epollscope::ui
