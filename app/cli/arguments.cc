// argv → a subcommand. CLI11 parses; what it cannot say in one sentence is said here.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <csignal>
#include <map>

#include "app/cli/commands.h"
#include "app/cli/input.h"
#include "app/cli/stdout.h"
#include "core/base/text.h"

namespace epollscope::cli {
namespace {

constexpr int kMostPixels = 16384;

// Texts as they were given; turned into values once all of them are known.
struct Texts {
  std::string file, tree, xray = "auto", timeout = "10s", state = "full";
  std::string size = "1600x1000", theme = "dark", lang = "en", view = "window";
  long long seed = 0;
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

bool parse_size(std::string_view text, int& width, int& height) {
  const char* end = text.data() + text.size();
  const auto w = std::from_chars(text.data(), end, width);
  if (w.ec != std::errc() || w.ptr == end || *w.ptr != 'x') return false;
  const auto h = std::from_chars(w.ptr + 1, end, height);
  const auto fits = [](int n) { return n >= 1 && n <= kMostPixels; };
  return h.ec == std::errc() && h.ptr == end && fits(width) && fits(height);
}

void add_common(CLI::App& app, CommandLine& line) {
  app.add_flag("--no-motion", line.common.no_motion, "no animation");
  app.add_flag("--model-only", line.common.model_only,
               "the model stands in for the kernel; its time is virtual");
  app.add_option("--tree", line.text.tree,
                 "order of the tree: the kernel's own, or creation order (shot: created)")
      ->option_text("kernel|created");
  app.add_option("--xray", line.text.xray, "read kernel memory (not built in)")
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
  run->add_option("--pause-after", line.run.pause_after,
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
  shot->add_option("--step", line.shot.step, "after this step (the last); 0: before the first")
      ->option_text("N");
  shot->add_option("--micro", line.shot.micro, "after so many micro-steps of the step")
      ->option_text("K");
  shot->add_option("--size", line.text.size, "output pixels (1600x1000)")->option_text("WxH");
  shot->add_option("--scale", line.shot.scale, "UI scale (1)")->option_text("S");
  shot->add_option("--theme", line.text.theme, "colours (dark)")
      ->option_text("dark|light|contrast");
  shot->add_option("--lang", line.text.lang, "language (en)")->option_text("en|zh-CN");
  shot->add_option("--view", line.text.view, "what to draw (window)")
      ->option_text("stage|tree|ready|timeline|window");
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
  } else if (!t.tree.empty()) {
    return fmt::format("--tree is kernel or created, not '{}'", t.tree);
  }
  if (t.xray != "auto" && t.xray != "on" && t.xray != "off") {
    return fmt::format("--xray is auto, on or off, not '{}'", t.xray);
  }
  if (t.xray == "on" && t.tree == "created") {
    return "--tree created and --xray on exclude each other: an X-ray sees the kernel's order";
  }
  const auto limit = duration(t.timeout);
  if (!limit)
    return fmt::format(
        "--timeout is a time from 1ms to 24 hours such as 500ms, 10s or 2m, not '{}'", t.timeout);
  line.common.timeout = *limit;
  return {};
}

std::string convert_run(CommandLine& line) {
  const std::string& state = line.text.state;
  if (state != "full" && state != "none") {
    return fmt::format("--state is full or none, not '{}'", state);
  }
  line.run.state = state == "full";
  if (line.run.pause_after && *line.run.pause_after < 1) {
    return "--pause-after counts steps from 1";
  }
  return {};
}

std::string convert_shot(CommandLine& line) {
  const Texts& t = line.text;
  ShotArguments& shot = line.shot;
  if (!parse_size(t.size, shot.width, shot.height)) {
    return fmt::format("--size is WIDTHxHEIGHT in pixels, at most {0}x{0}, not '{1}'", kMostPixels,
                       t.size);
  }
  if (!(shot.scale >= 0.25F && shot.scale <= 8)) return "--scale is a number from 0.25 to 8";
  if (!theme_from(t.theme, shot.theme)) {
    return fmt::format("--theme is dark, light or contrast, not '{}'", t.theme);
  }
  if (!lang_from(t.lang, shot.lang)) return fmt::format("--lang is en or zh-CN, not '{}'", t.lang);
  if (!scene::view_from(t.view, shot.view)) {
    return fmt::format("--view is stage, tree, ready, timeline or window, not '{}'", t.view);
  }
  if (shot.step && *shot.step < 0) return "--step counts from 0, the moment before the first step";
  if (shot.micro && *shot.micro < 0) return "--micro counts from 0";
  for (const std::string_view other : {".svg", ".webp", ".gif", ".jpg", ".jpeg"}) {
    if (shot.output.ends_with(other)) {
      return fmt::format("-o {}: pictures are PNG; name it out.png", shot.output);
    }
  }
  return {};
}

int bad_usage(const std::string& what) {
  complain(what);
  return kBadUsage;
}

// The words that a person may have meant: options and subcommands.
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

int explain(const CLI::App& app, const std::string& file, const CLI::ParseError& error) {
  if (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::ExtrasError)) {
    std::string what = error.what();
    if (const auto end = what.find('\n'); end != std::string::npos) what.resize(end);
    return bad_usage(what + "; `epollscope --help` lists what there is");
  }
  if (app.get_subcommands().empty() && !file.empty() && !file_exists(file)) {
    return bad_usage(fmt::format("{}: no such subcommand or file; {}", file, suggest_file(file)));
  }
  const std::vector<std::string> extra = app.remaining(true);
  const std::string word = extra.empty() ? std::string("that argument") : extra.front();
  const std::string name = word.substr(0, word.find('='));
  const std::vector<std::string> words = known_words(app);
  const std::vector<std::string_view> views(words.begin(), words.end());
  const std::string_view near = closest(name, views);
  return bad_usage(
      near.empty()
          ? fmt::format("unknown argument {}; `epollscope --help` lists what there is", word)
          : fmt::format("unknown argument {}; did you mean {}?", word, near));
}

int xray_lacking() {
  complain(Error{"X-ray is not built in, so --xray on cannot be served",
                 "leave it out: everything but the ready list is read from the kernel anyway"});
  return kLacking;
}

int dispatch(const CLI::App& app, CommandLine& line) {
  std::string wrong = convert_common(line);
  if (wrong.empty() && app.got_subcommand("run")) wrong = convert_run(line);
  if (wrong.empty() && app.got_subcommand("shot")) wrong = convert_shot(line);
  if (wrong.empty() && !app.get_subcommands().empty() && !line.text.file.empty()) {
    wrong = fmt::format("'{}' is one argument too many", line.text.file);
  }
  if (!wrong.empty()) return bad_usage(wrong);
  if (line.text.xray == "on") return xray_lacking();
  if (app.got_subcommand("run")) return run(line.run, line.common);
  if (app.got_subcommand("shot")) return shot(line.shot, line.common);
  if (app.got_subcommand("lessons")) return lessons(line.text.paths);
  if (app.got_subcommand("doctor")) return doctor();
  return window(line.text.file, line.common);
}

}  // namespace

int main_of(int argc, char** argv) {
  // A reader of our output that leaves is seen as EPIPE and handled where it is written.
  std::signal(SIGPIPE, SIG_IGN);
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
  app.footer(
      "Exit status: 0 all expectations held and the model agreed with the kernel, 1 they did not,\n"
      "2 bad usage or input, 3 the environment lacks something, 130 Ctrl-C.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    return explain(app, line.text.file, error);
  }
  return dispatch(app, line);
}

}  // namespace epollscope::cli
