// epollscope shot: one moment of a scenario as a picture, without any display.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "app/capture/png.h"
#include "app/cli/commands.h"
#include "app/cli/driver.h"
#include "app/cli/input.h"
#include "app/cli/one_cpu.h"
#include "app/cli/stdout.h"
#include "app/draw/draw.h"

namespace epollscope::cli {
namespace {

// Why nothing can be written there; empty: it can, as far as one can tell.
std::string cannot_write(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (path.ends_with('/') || fs::is_directory(path, error)) return "is a folder";
  const fs::path folder = fs::path(path).has_parent_path() ? fs::path(path).parent_path() : ".";
  if (!fs::is_directory(folder, error))
    return fmt::format("there is no folder {}", folder.string());
  if (access(folder.c_str(), W_OK) != 0) return fmt::format("{} is not writable", folder.string());
  return {};
}

bool reached(const Session& session, const ShotArguments& arguments) {
  return arguments.step && static_cast<int>(session.steps().size()) >= *arguments.step;
}

// Why the moment that was asked for does not exist; empty: it does.
std::string cannot_show(const Session& session, const ShotArguments& arguments, int step) {
  const int steps = static_cast<int>(session.steps().size());
  if (step > steps) return fmt::format("--step {}: the run has only {} steps", step, steps);
  if (!arguments.micro) return {};
  const int micro =
      step == 0
          ? 0
          : static_cast<int>(session.steps()[static_cast<std::size_t>(step) - 1].micro.size());
  if (*arguments.micro > micro) {
    return fmt::format("--micro {}: step {} has only {} micro-steps", *arguments.micro, step,
                       micro);
  }
  return {};
}

int verdict(const Session& session, const ShotArguments& arguments) {
  if (session.died()) {
    complain(*session.died());
    for (const std::string& who : session.stuck()) complain(who);
    return kFailed;
  }
  if (session.expectations_failed() == 0 && session.model_differences() == 0) return kHeld;
  const auto counted = [](int n, const char* what) {
    return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
  };
  complain(fmt::format("{}: {} failed, {}; `epollscope run` shows them", shown_name(arguments.file),
                       counted(session.expectations_failed(), "expectation"),
                       counted(session.model_differences(), "model difference")));
  return kFailed;
}

int draw(const Session& session, const ShotArguments& arguments, int step) {
  scene::StageInput input;
  input.session = &session;
  input.step = step;
  input.micro = arguments.micro;
  input.width = static_cast<float>(arguments.width) / arguments.scale;
  input.height = static_cast<float>(arguments.height) / arguments.scale;
  input.lang = arguments.lang;
  input.program_scroll = -1;
  const auto pixels = draw::render(scene::build(input, arguments.view), arguments.theme,
                                   arguments.width, arguments.height, arguments.scale);
  if (!pixels) {
    complain(pixels.error());
    return kLacking;
  }
  if (const auto written = capture::write_png(*pixels, arguments.output); !written) {
    complain(written.error());
    return kBadUsage;
  }
  return kHeld;
}

}  // namespace

int shot(const ShotArguments& arguments, const Common& common) {
  if (const std::string why = cannot_write(arguments.output); !why.empty()) {
    complain(fmt::format("{}: the picture cannot be written: {}", arguments.output, why));
    return kBadUsage;
  }
  auto lesson = read_input(arguments.file);
  if (!lesson) {
    complain(lesson.error());
    return kBadUsage;
  }
  Interrupt interrupt;
  // A picture shows the model's order unless it is asked for more, so `auto` is off.
  const bool with_xray = common.xray == XrayUse::on;
  std::optional<OneCpu> one_cpu(std::in_place, lesson->program);
  auto started = Session::start(
      std::move(*lesson),
      {.model_only = common.model_only,
       .tree = common.tree.value_or(with_xray ? TreeOrder::learned : TreeOrder::created),
       .time_limit = common.timeout,
       .xray = with_xray ? XrayUse::on : XrayUse::off});
  if (!started) {
    complain(started.error());
    return kLacking;
  }
  Session& session = **started;
  Driver driver(session, interrupt, [] {});
  while (!reached(session, arguments) && driver.step()) {
  }
  while (!reached(session, arguments) && driver.await_deadline()) {
  }
  if (driver.interrupted()) return kInterrupted;
  if (!arguments.step) session.finish();
  one_cpu.reset();  // drawing wants all of them
  const int step = arguments.step.value_or(static_cast<int>(session.steps().size()));
  if (const std::string why = cannot_show(session, arguments, step); !why.empty()) {
    complain(why);
    return kBadUsage;
  }
  return std::max(draw(session, arguments, step), verdict(session, arguments));
}

}  // namespace epollscope::cli
