// epollscope [FILE]: the window.
#include "app/ui/window.h"

#include <fmt/format.h>

#include <cstdlib>

#include "app/cli/commands.h"
#include "app/cli/input.h"
#include "app/cli/stdout.h"

namespace epollscope::cli {
namespace {

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

}  // namespace

int window(const std::string& file, const Common& common) {
  if (file == "-") {
    complain("the window opens files; `epollscope run -` reads a scenario from stdin");
    return kBadUsage;
  }
  if (!file.empty() && !file_exists(file)) {
    complain(fmt::format("{}: no such subcommand or file; {}", file,
                         suggest_file(file, Missing::file_or_subcommand)));
    return kBadUsage;
  }
  if (!is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY")) {
    complain(Error{"no display: neither DISPLAY nor WAYLAND_DISPLAY is set",
                   "start it in a graphical session, or without a window: `epollscope run FILE` "
                   "prints a transcript, `epollscope shot FILE -o out.png` draws a picture"});
    return kLacking;
  }
  WindowOptions options;
  options.file = file;
  options.model_only = common.model_only;
  options.tree = common.tree.value_or(TreeOrder::learned);
  options.xray = common.xray;
  options.no_motion = common.no_motion;
  return run_window(options);
}

}  // namespace epollscope::cli
