// epollscope lessons: the built-in lessons, or files that hold them.
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

#include "app/cli/commands.h"
#include "app/cli/stdout.h"
#include "app/ui/documents.h"

namespace epollscope::cli {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The lessons' folder of the source tree or the installation that this program belongs to.
std::optional<fs::path> installed_folder() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return std::nullopt;
  const fs::path here = program.parent_path();
  for (const fs::path& folder :
       {here / "../../assets/lessons/en", here / "../share/epollscope/lessons/en"}) {
    if (fs::is_directory(folder, error)) return fs::canonical(folder, error);
  }
  return std::nullopt;
}

std::optional<fs::path> cache_folder() {
  if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg != nullptr && *xdg == '/') {
    return fs::path(xdg) / "epollscope/lessons/en";
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
    return fs::path(home) / ".cache/epollscope/lessons/en";
  }
  return std::nullopt;
}

// A file with exactly this lesson: of the installation, else written into the cache.
Result<fs::path> file_of(const ui::BuiltInLesson& lesson) {
  if (const auto folder = installed_folder()) {
    fs::path path = *folder / lesson.id;
    if (read_file(path) == lesson.text) return path;
  }
  const auto folder = cache_folder();
  if (!folder) {
    return fail("there is no place for the lessons' files: neither XDG_CACHE_HOME nor HOME is set",
                "set XDG_CACHE_HOME to a folder that can be written");
  }
  fs::path path = *folder / lesson.id;
  if (read_file(path) == lesson.text) return path;
  std::error_code error;
  fs::create_directories(*folder, error);
  if (auto written = ui::write_file(path.string(), lesson.text); !written) {
    return fail(written.error().what, "set XDG_CACHE_HOME to a folder that can be written");
  }
  return path;
}

}  // namespace

int lessons(bool paths) {
  Stdout out;
  for (const ui::BuiltInLesson& lesson : ui::built_in_lessons()) {
    if (!paths) {
      out.text += fmt::format("{:<28} {}\n", lesson.id, lesson.title);
      continue;
    }
    const auto path = file_of(lesson);
    if (!path) {
      complain(path.error());
      return kLacking;
    }
    out.text += path->string() + "\n";
  }
  return out.finish(kHeld);
}

}  // namespace epollscope::cli
