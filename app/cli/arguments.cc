// argv → a subcommand. CLI11 parses; why it refuses is said by refusal.cc.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <map>
#include <new>
#include <optional>
#include <sstream>

#include "app/cli/commands.h"
#include "app/cli/refusal.h"
#include "app/cli/stdout.h"

namespace epollscope::cli {
namespace {

constexpr int kMostPixels = 8192;  // a side of what draw::render() draws

// Texts as they were given; turned into values once all of them are known.
struct Texts {
  std::optional<std::string> file, tree, seed, pause_after, step, micro;
  std::string xray = "auto", timeout = "10s", state = "full";
  std::string size = "1600x1000", scale = "1", theme = "dark", lang = "en", view = "window";
  bool paths = false;
};

struct CommandLine {
  Common common;
  RunArguments run;
  ShotArguments shot;
  Texts text;
};

std::optional<std::chrono::milliseconds> duration(std::string_view text) {
  double n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  const std::map<std::string_view, double> units{{"ms", 1}, {"s", 1000}, {"m", 60'000}};
  const auto it = units.find(unit);
  if (error != std::errc() || it == units.end()) return std::nullopt;
  const double ms = n * it->second;
  if (!(ms >= 1) || ms > 86'400'000) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(ms));
}

// A whole number; `what` and so on: the sentence that says what is wrong with another text.
template <typename Number>
std::string convert_number(const std::optional<std::string>& text, std::string_view what,
                           Number least, std::optional<Number>& to) {
  if (!text) return {};
  Number n{};
  const char* end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, n);
  if (read.ec != std::errc() || read.ptr != end || n < least) {
    return fmt::format("{} is a whole number from {}, not '{}'", what, least, *text);
  }
  to = n;
  return {};
}

std::optional<float> number(std::string_view text) {
  float n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return n;
}

bool parse_side(std::string_view text, int& n) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  return error == std::errc() && end == text.data() + text.size() && n >= 1 && n <= kMostPixels;
}

bool parse_size(std::string_view text, int& width, int& height) {
  const auto x = text.find('x');
  return x != std::string_view::npos && parse_side(text.substr(0, x), width) &&
         parse_side(text.substr(x + 1), height);
}

void add_common(CLI::App& app, CommandLine& line) {
  app.add_flag("--no-motion", line.common.no_motion, "no animation");
  app.add_flag("--model-only", line.common.model_only,
               "the model stands in for the kernel; its time is virtual");
  app.add_option("--tree", line.text.tree,
                 "order of the tree: the kernel's own, or creation order (shot: created)")
      ->option_text("kernel|created");
  app.add_option("--xray", line.text.xray,
                 "read epoll's lists out of kernel memory and compare (auto: where permitted)")
      ->option_text("auto|on|off");
  app.add_option("--timeout", line.text.timeout,
                 "ends a run after so much time in which no call returns (10s)")
      ->option_text("TIME");
  app.add_option("--seed", line.text.seed, "seed of random choices; this version makes none")
      ->option_text("N");
}

void add_run(CLI::App& app, CommandLine& line) {
  CLI::App* run = app.add_subcommand(
      "run", "run scenarios on the real kernel, each in a fresh lab, and print what happened");
  run->fallthrough();
  run->add_option("FILE", line.run.files, "scenarios or lessons; - is stdin")
      ->required()
      ->option_text("...");
  run->add_flag("--json", line.run.json, "one JSON object a line instead of a transcript");
  run->add_option("--state", line.text.state, "with --json: the kernel's state after each step")
      ->option_text("full|none");
  run->add_flag("--micro", line.run.micro, "what happens inside the kernel, as comments");
  run->add_flag("--check", line.run.check, "parse only");
  run->add_option("--pause-after", line.text.pause_after,
                  "after step N print the lab's pid and wait for Enter")
      ->option_text("N");
}

void add_shot(CLI::App& app, CommandLine& line) {
  CLI::App* shot = app.add_subcommand("shot", "draw one moment of a scenario as a PNG");
  shot->fallthrough();
  shot->add_option("FILE", line.shot.file, "scenario or lesson; - is stdin")
      ->required()
      ->option_text(" ");
  shot->add_option("-o,--output", line.shot.output, "the picture")
      ->required()
      ->option_text("out.png");
  shot->add_option("--step", line.text.step, "after this step (the last); 0: before the first")
      ->option_text("N");
  shot->add_option("--micro", line.text.micro, "after so many micro-steps of the step")
      ->option_text("K");
  shot->add_option("--size", line.text.size, "output pixels (1600x1000)")->option_text("WxH");
  shot->add_option("--scale", line.text.scale, "UI scale (1)")->option_text("S");
  shot->add_option("--theme", line.text.theme, "colours (dark)")
      ->option_text("dark|light|contrast");
  shot->add_option("--lang", line.text.lang, "language (en)")->option_text("en|zh-CN");
  shot->add_option("--view", line.text.view, "what to draw (window)")
      ->option_text("stage|tree|ready|timeline|window|lecture");
}

void add_others(CLI::App& app, CommandLine& line) {
  CLI::App* lessons = app.add_subcommand("lessons", "list the built-in lessons");
  lessons->fallthrough();
  lessons->add_flag("--paths", line.text.paths, "their files instead of their titles");
  app.add_subcommand("doctor", "what this system offers, and how to get what is missing")
      ->fallthrough();
}

// One sentence about the first wrong text; empty when all are right.
std::string convert_common(CommandLine& line) {
  const Texts& t = line.text;
  if (t.tree == "kernel") {
    line.common.tree = TreeOrder::learned;
  } else if (t.tree == "created") {
    line.common.tree = TreeOrder::created;
  } else if (t.tree) {
    return fmt::format("--tree is kernel or created, not '{}'", *t.tree);
  }
  if (t.xray != "auto" && t.xray != "on" && t.xray != "off") {
    return fmt::format("--xray is auto, on or off, not '{}'", t.xray);
  }
  if (t.xray == "on") line.common.xray = XrayUse::on;
  if (t.xray == "off") line.common.xray = XrayUse::off;
  if (t.xray == "on" && t.tree == "created") {
    return "--tree created and --xray on exclude each other: an X-ray sees the kernel's order";
  }
  if (t.xray == "on" && line.common.model_only) {
    return "--model-only and --xray on exclude each other: there is no kernel to look into";
  }
  const auto limit = duration(t.timeout);
  if (!limit)
    return fmt::format(
        "--timeout is a time from 1ms to 24 hours such as 500ms, 10s or 2m, not '{}'", t.timeout);
  line.common.timeout = *limit;
  std::optional<std::uint64_t> seed;  // nothing is random yet
  return convert_number(t.seed, "--seed", std::uint64_t{0}, seed);
}

std::string convert_run(CommandLine& line) {
  const std::string& state = line.text.state;
  if (state != "full" && state != "none") {
    return fmt::format("--state is full or none, not '{}'", state);
  }
  line.run.state = state == "full";
  return convert_number(line.text.pause_after, "--pause-after", 1, line.run.pause_after);
}

std::string convert_shot(CommandLine& line) {
  const Texts& t = line.text;
  ShotArguments& shot = line.shot;
  if (!parse_size(t.size, shot.width, shot.height)) {
    return fmt::format("--size is WIDTHxHEIGHT in pixels, at most {0}x{0}, not '{1}'", kMostPixels,
                       t.size);
  }
  const auto scale = number(t.scale);
  if (!scale || !(*scale >= 0.25F && *scale <= 8)) {
    return fmt::format("--scale is a number from 0.25 to 8, not '{}'", t.scale);
  }
  shot.scale = *scale;
  if (!theme_from(t.theme, shot.theme)) {
    return fmt::format("--theme is dark, light or contrast, not '{}'", t.theme);
  }
  if (!lang_from(t.lang, shot.lang)) return fmt::format("--lang is en or zh-CN, not '{}'", t.lang);
  if (!scene::view_from(t.view, shot.view)) {
    return fmt::format("--view is stage, tree, ready, timeline, window or lecture, not '{}'",
                       t.view);
  }
  std::string wrong = convert_number(t.step, "--step", 0, shot.step);
  if (wrong.empty()) wrong = convert_number(t.micro, "--micro", 0, shot.micro);
  if (!wrong.empty()) return wrong;
  if (shot.output.empty()) return "'' is no file name";
  std::string ending = shot.output;
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const std::string_view other : {".svg", ".webp", ".gif", ".jpg", ".jpeg"}) {
    if (ending.ends_with(other)) {
      return fmt::format("-o {}: pictures are PNG; name it out.png", shot.output);
    }
  }
  return {};
}

int bad_usage(const std::string& what) {
  complain(what);
  return kBadUsage;
}

// --help and --version.
int print_help(const CLI::App& app, const CLI::Error& error) {
  std::ostringstream text;
  (void)app.exit(error, text, text);
  Stdout out;
  out.text = text.str();
  return out.finish(kHeld);
}

// What was asked for by `--xray on` and cannot be had: says so.
bool lacks_xray(const Common& common) {
  if (common.xray != XrayUse::on) return false;
  const XrayAvailability xray = xray_availability();
  if (xray.available) return false;
  complain(Error{"--xray on: " + xray.what,
                 xray.remedy + "; or leave it out: then ready lists, ovflists and sleepers come "
                               "from the model, and everything else from the kernel as with it"});
  return true;
}

int dispatch(const CLI::App& app, CommandLine& line) {
  std::string wrong = convert_common(line);
  if (wrong.empty() && app.got_subcommand("run")) wrong = convert_run(line);
  if (wrong.empty() && app.got_subcommand("shot")) wrong = convert_shot(line);
  if (wrong.empty() && !app.get_subcommands().empty() && line.text.file) {
    wrong = fmt::format("'{}' is one argument too many", *line.text.file);
  }
  if (wrong.empty() && line.text.file == "") wrong = "'' is no file name";
  if (!wrong.empty()) return bad_usage(wrong);
  if (app.got_subcommand("lessons")) return lessons(line.text.paths);
  if (app.got_subcommand("doctor")) return doctor();
  if (lacks_xray(line.common)) return kLacking;
  if (app.got_subcommand("run")) return run(line.run, line.common);
  if (app.got_subcommand("shot")) return shot(line.shot, line.common);
  return window(line.text.file.value_or(""), line.common);
}

}  // namespace

int main_of(int argc, char** argv) {
  occupy_standard_descriptors();
  // A reader of our output that leaves is seen as EPIPE and handled where it is written.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // and a file that may not grow (ulimit -f) as EFBIG
  CommandLine line;
  CLI::App app("An interactive microscope for Linux epoll.", "epollscope");
  app.set_version_flag("--version", "epollscope " EPOLLSCOPE_VERSION, "the version");
  app.set_help_flag("--help,-h", "this text");
  app.add_option("FILE", line.text.file, "a lesson or scenario to open in the window")
      ->option_text(" ");
  app.require_subcommand(0, 1);
  add_common(app, line);
  add_run(app, line);
  add_shot(app, line);
  add_others(app, line);
  for (CLI::App* sub : app.get_subcommands(nullptr)) {
    sub->footer(
        "Options of all subcommands, such as --model-only and --timeout: `epollscope --help`.");
  }
  app.footer(
      "Exit status: 0 all expectations held and the model agreed with the kernel, 1 they did not,\n"
      "2 bad usage or input, 3 the environment lacks something, 130 Ctrl-C.");
  if (const std::string wrong = option_without_value(argc, argv); !wrong.empty()) {
    return bad_usage(wrong);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return print_help(app, error);
    return bad_usage(why_refused(app, line.text.file.value_or(""), error));
  }
  try {
    return dispatch(app, line);
  } catch (const std::bad_alloc&) {
    complain(
        "out of memory; a longer scenario needs more: raise the limit (ulimit -v), or split it");
    return kLacking;
  }
}

}  // namespace epollscope::cli
