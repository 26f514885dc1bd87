#include "app/cli/refusal.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "app/cli/input.h"
#include "core/base/text.h"

namespace epollscope::cli {
namespace {

constexpr const char* kSeeHelp = "; `epollscope --help` lists what there is";

// The words that a person may have meant: options of the subcommand at hand, and subcommands.
std::vector<std::string> known_words(const CLI::App& app) {
  std::vector<std::string> words;
  const auto add = [&](const CLI::App& one) {
    for (const CLI::Option* option : one.get_options()) {
      for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
    }
  };
  add(app);
  for (const CLI::App* sub : app.get_subcommands()) add(*sub);
  for (const CLI::App* sub : app.get_subcommands(nullptr)) words.push_back(sub->get_name());
  return words;
}

std::string unknown_argument(const CLI::App& app, const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  const std::vector<std::string> words = known_words(app);
  const std::vector<std::string_view> views(words.begin(), words.end());
  const std::string_view near = closest(name, views);
  if (near == name) {
    return fmt::format("{} stands in the wrong place: it goes between its subcommand and --", word);
  }
  if (!near.empty()) return fmt::format("unknown argument {}; did you mean {}?", word, near);
  if (!word.starts_with('-')) return fmt::format("'{}' is one argument too many", word);
  return fmt::format("unknown argument {}{}", word, kSeeHelp);
}

// CLI11's own sentence begins with the option's name: `--size: 1 required TEXT missing`.
std::string wrong_count(const std::string& what) {
  const std::string name = what.substr(0, what.find(':'));
  return what.find("At Most") != std::string::npos ? name + " is given more than once"
                                                   : name + " needs a value";
}

}  // namespace

std::string why_refused(const CLI::App& app, const std::string& file,
                        const CLI::ParseError& error) {
  std::string what = error.what();
  if (const auto end = what.find('\n'); end != std::string::npos) what.resize(end);
  switch (static_cast<CLI::ExitCodes>(error.get_exit_code())) {
    case CLI::ExitCodes::ArgumentMismatch:
      return wrong_count(what) + kSeeHelp;
    case CLI::ExitCodes::ExtrasError: {
      if (app.get_subcommands().empty() && !file.empty() && !file_exists(file)) {
        return fmt::format("{}: no such subcommand or file; {}", file,
                           suggest_file(file, Missing::file_or_subcommand));
      }
      const std::vector<std::string> extra = app.remaining(true);
      return extra.empty() ? what + kSeeHelp : unknown_argument(app, extra.front());
    }
    case CLI::ExitCodes::ConversionError: {  // only flags are left: the rest is taken as text
      const auto name = what.find("--");
      if (name == std::string::npos) return what + kSeeHelp;
      return what.substr(name, what.find(' ', name) - name) + " takes no value" + kSeeHelp;
    }
    default:
      return what + kSeeHelp;
  }
}

std::string option_without_value(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--") break;
    if (word.size() > 3 && word.starts_with("--") && word.ends_with('=')) {
      return fmt::format("{} needs a value{}", word.substr(0, word.size() - 1), kSeeHelp);
    }
  }
  return {};
}

}  // namespace epollscope::cli
