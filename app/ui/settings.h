// What a person chose for the window, kept from one session to the next in
// $XDG_CONFIG_HOME/epollscope/settings.toml, else ~/.config/epollscope/settings.toml. The window
// writes the line of a setting that changed; all else in the file is the person's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/ui/view_state.h"
#include "core/base/result.h"

namespace epollscope::ui {

struct Settings {
  Theme theme = Theme::dark;
  Lang lang = Lang::en;
  float scale = 1;
  double play_seconds = 1;  // between two steps of autoplay
  Motion motion = Motion::full;
  Bindings keys;  // read, never written
  friend bool operator==(const Settings&, const Settings&) = default;
};

// Without what holds for this run, or for a lecture, alone.
Settings settings_of(const ViewState& view);
void use(const Settings& settings, ViewState& view);
// Those of somebody who never chose: the language of the locale.
Settings first_settings();

// Where they are kept; empty: there is no home to keep them in.
std::string settings_path();

struct SettingsRead {
  Settings settings = first_settings();    // with these where the file says nothing, or nonsense
  std::vector<std::string> mistakes = {};  // "<path>:3: …", one sentence each
};
// A file that is not there has no mistakes.
SettingsRead read_settings(const std::string& path);
SettingsRead parse_settings(std::string_view text, const std::string& path);

// The text with these values in it. Requires: it has no mistakes.
std::string with_settings(std::string_view text, const Settings& settings);

// Writes settings when they change. A file with mistakes is left as it is.
class SettingsKeeper {
 public:
  SettingsKeeper(std::string path, Settings settings, bool sound)
      : path_(std::move(path)), last_(std::move(settings)), sound_(sound) {}
  // Error: the file cannot be written; it is not tried again.
  Result<void> keep(const Settings& settings);

 private:
  std::string path_;
  Settings last_;
  bool sound_;
};

}  // namespace epollscope::ui
