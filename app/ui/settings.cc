#include "app/ui/settings.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "app/platform/keys.h"
#include "app/ui/actions.h"
#include "app/ui/documents.h"
#include "core/base/text.h"

namespace epollscope::ui {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> kMotionNames{"full", "reduced", "off"};

// What a file holds besides the settings: how to give actions other keys.
std::string empty_file() {
  std::string text =
      "# The window of epollscope changes a line here when you change the setting there. It "
      "reports\n"
      "# a mistake and then leaves the file alone.\n\n"
      "# Other keys for actions: take away the # in front of [keys] and of what you change.\n"
      "# [keys]\n";
  for (const Action& action : all_actions()) {
    if (action.menu == Menu::none) continue;
    std::string chords;
    for (const std::string_view chord : action.chords) {
      chords += fmt::format("{}\"{}\"", chords.empty() ? "" : ", ", chord);
    }
    text += fmt::format("# {} = [{}]\n", action.name, chords);
  }
  return text;
}

std::string print(float scale) { return fmt::format("{:.2f}", scale); }

constexpr std::string_view kMotions = "full, reduced or off";

// The settings that the window writes: name, value, what may stand there.
struct Line {
  std::string_view name;
  std::string value;
  std::string_view comment;
};

std::array<Line, 5> lines_of(const Settings& s) {
  return {{{"theme", fmt::format("\"{}\"", name_of(s.theme)), "dark, light or contrast"},
           {"language", fmt::format("\"{}\"", name_of(s.lang)), "en or zh-CN"},
           {"scale", print(s.scale), "0.75 to 3, on top of the monitor's"},
           {"play_seconds", fmt::format("{}", s.play_seconds), "between two steps of autoplay"},
           {"motion", fmt::format("\"{}\"", name_of(s.motion)), kMotions}}};
}

bool is_reserved(std::string_view chord) {
  return chord == "Tab" || chord == "Shift+Tab" || chord == "Enter";
}

class Reader {
 public:
  Reader(SettingsRead& read, const std::string& path) : read_(read), path_(path) {}

  void take(const toml::table& file) {
    for (const auto& [key, node] : file) {
      const std::string_view name = key.str();
      if (name == "theme") {
        named(node, "theme", theme_from, read_.settings.theme, "dark, light or contrast");
      } else if (name == "language") {
        named(node, "language", lang_from, read_.settings.lang, "en or zh-CN");
      } else if (name == "scale") {
        if (const auto n = number(node, name, kScaleMin, kScaleMax)) {
          read_.settings.scale = static_cast<float>(*n);
        }
      } else if (name == "play_seconds") {
        if (const auto n = number(node, name, kPlayMin, kPlayMax)) read_.settings.play_seconds = *n;
      } else if (name == "motion") {
        named(node, "motion", motion_from, read_.settings.motion, kMotions);
      } else if (name == "keys") {
        keys(node);
      } else {
        mistake(node, fmt::format("there is no setting \"{}\"; there are theme, language, scale, "
                                  "play_seconds, motion and [keys]",
                                  name));
      }
    }
  }

  void mistake(const toml::source_region& at, std::string_view what) {
    mistakes_.emplace(at.begin.line, fmt::format("{}:{}: {}", path_, at.begin.line, what));
  }

  // In the order of their lines; a table has its own.
  void finish() {
    for (auto& [line, sentence] : mistakes_) read_.mistakes.push_back(std::move(sentence));
  }

 private:
  void mistake(const toml::node& node, std::string_view what) { mistake(node.source(), what); }

  template <class T>
  void named(const toml::node& node, std::string_view what, bool (*from)(std::string_view, T&),
             T& into, std::string_view choices) {
    const auto text = node.value_exact<std::string>();
    if (text && from(*text, into)) return;
    mistake(node, fmt::format("{} is one of the words {}, in quotes", what, choices));
  }

  std::optional<double> number(const toml::node& node, std::string_view name, double least,
                               double most) {
    const auto n = node.is_number() ? node.value<double>() : std::nullopt;
    if (n && *n >= least && *n <= most) return n;
    mistake(node, fmt::format("{} is a number from {} to {}", name, least, most));
    return std::nullopt;
  }

  void keys(const toml::node& node) {
    const toml::table* table = node.as_table();
    if (table == nullptr) return mistake(node, "keys is a table: [keys]");
    for (const auto& [key, chords] : *table) key_of(key.str(), chords);
  }

  void key_of(std::string_view name, const toml::node& node) {
    if (std::ranges::find(all_actions(), name, &Action::name) == all_actions().end()) {
      std::vector<std::string_view> known;
      for (const Action& action : all_actions()) known.push_back(action.name);
      const std::string_view meant = closest(name, known);
      return mistake(node, fmt::format("there is no action \"{}\"{}{}", name,
                                       meant.empty() ? "" : "; did you mean ", meant));
    }
    std::vector<std::string> chords;
    if (const auto one = node.value_exact<std::string>()) chords.push_back(*one);
    if (const toml::array* several = node.as_array()) {
      for (const toml::node& each : *several) {
        if (const auto text = each.value_exact<std::string>()) chords.push_back(*text);
      }
      if (chords.size() != several->size()) chords.clear();
      if (several->empty()) {  // no key at all
        read_.settings.keys.emplace(name, chords);
        return;
      }
    }
    if (chords.empty()) {
      return mistake(node, fmt::format("{} takes keys in quotes: {} = [\"F2\"]", name, name));
    }
    for (const std::string& chord : chords) check(node, name, chord);
    read_.settings.keys.emplace(name, std::move(chords));
  }

  void check(const toml::node& node, std::string_view name, const std::string& chord) {
    if (!platform::is_chord(chord)) {
      return mistake(node, fmt::format("\"{}\" is no key; keys are written like \"Space\", \"F2\", "
                                       "\"N\" or \"Ctrl+Shift+N\"",
                                       chord));
    }
    if (is_reserved(chord)) {
      return mistake(node,
                     fmt::format("{} moves or takes the focus and cannot mean {}", chord, name));
    }
    for (const auto& [other, theirs] : read_.settings.keys) {
      if (std::ranges::find(theirs, chord) != theirs.end()) {
        mistake(node, fmt::format("{} means {} already", chord, other));
      }
    }
  }

  SettingsRead& read_;
  const std::string& path_;
  std::multimap<unsigned, std::string> mistakes_;
};

// Where the value of a setting stands in its line; npos, npos: it is another's line.
std::pair<std::size_t, std::size_t> value_in(std::string_view line, std::string_view name) {
  constexpr std::string_view kBlank = " \t";
  constexpr auto kNone = std::string_view::npos;
  std::size_t at = line.find_first_not_of(kBlank);
  if (at == kNone || !line.substr(at).starts_with(name)) return {kNone, kNone};
  at = line.find_first_not_of(kBlank, at + name.size());
  if (at == kNone || line[at] != '=') return {kNone, kNone};
  const std::size_t begin = std::min(line.find_first_not_of(kBlank, at + 1), line.size());
  // None of the values holds a '#'.
  const std::size_t comment = std::min(line.find('#', begin), line.size());
  const std::size_t end = line.find_last_not_of(" \t\r", comment - 1) + 1;
  return {begin, std::max(begin, end)};
}

}  // namespace

std::string_view name_of(Motion motion) {
  return kMotionNames.at(static_cast<std::size_t>(motion));
}

bool motion_from(std::string_view name, Motion& out) {
  const auto* found = std::ranges::find(kMotionNames, name);
  if (found == kMotionNames.end()) return false;
  out = static_cast<Motion>(found - kMotionNames.begin());
  return true;
}

Settings settings_of(const ViewState& view) {
  return {.theme = view.lecture ? view.lecture->theme : view.theme,
          .lang = view.lang,
          .scale = view.scale,
          .play_seconds = view.play_seconds,
          .motion = view.kept_motion.value_or(view.motion),
          .keys = view.keys};
}

void use(const Settings& settings, ViewState& view) {
  view.theme = settings.theme;
  view.lang = settings.lang;
  view.scale = settings.scale;
  view.play_seconds = settings.play_seconds;
  view.motion = settings.motion;
  view.keys = settings.keys;
}

Settings first_settings() {
  Settings s;
  for (const char* variable : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(variable);
    if (value == nullptr || *value == '\0') continue;
    if (std::string_view(value).starts_with("zh")) s.lang = Lang::zh_cn;
    break;
  }
  return s;
}

std::string settings_path() {
  const std::string folder = user_folder("XDG_CONFIG_HOME", ".config");
  return folder.empty() ? folder : folder + "/settings.toml";
}

SettingsRead parse_settings(std::string_view text, const std::string& path) {
  SettingsRead read;
  Reader reader(read, path);
  try {
    reader.take(toml::parse(text));
  } catch (const toml::parse_error& error) {
    reader.mistake(error.source(), error.description());
  }
  reader.finish();
  return read;
}

SettingsRead read_settings(const std::string& path) {
  std::error_code error;
  if (path.empty() || !fs::exists(path, error)) return {};
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return {.mistakes = {fmt::format("{}: cannot be read", path)}};
  return parse_settings(text.str(), path);
}

std::string with_settings(std::string_view text, const Settings& settings) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  const auto is_table = [](const std::string& line) {
    const std::size_t at = line.find_first_not_of(" \t");
    return at != std::string::npos && line[at] == '[';
  };
  const auto tables = std::ranges::find_if(lines, is_table) - lines.begin();
  std::vector<std::string> fresh;
  for (const Line& setting : lines_of(settings)) {
    bool found = false;
    for (std::ptrdiff_t i = 0; i < tables && !found; ++i) {
      std::string& line = lines[static_cast<std::size_t>(i)];
      const auto [begin, end] = value_in(line, setting.name);
      if (begin == std::string::npos) continue;
      line.replace(begin, end - begin, setting.value);
      found = true;
    }
    if (!found) {
      fresh.push_back(fmt::format("{} = {}  # {}", setting.name, setting.value, setting.comment));
    }
  }
  std::string out;
  for (const std::string& line : fresh) out += line + '\n';
  for (const std::string& line : lines) out += line + '\n';
  return out;
}

Result<void> SettingsKeeper::keep(const Settings& settings) {
  if (settings == last_ || !sound_ || path_.empty()) return {};
  last_ = settings;
  std::error_code error;
  fs::create_directories(fs::path(path_).parent_path(), error);
  std::string text = empty_file();
  if (fs::exists(path_, error)) {
    std::ifstream in(path_, std::ios::binary);
    std::ostringstream present;
    present << in.rdbuf();
    text = present.str();
    sound_ = in && parse_settings(text, path_).mistakes.empty();
    if (!sound_) return {};  // changed meanwhile; whoever does that will see what is wrong
  }
  auto written = write_file(path_, with_settings(text, settings));
  if (!written) sound_ = false;
  return written;
}

}  // namespace epollscope::ui
