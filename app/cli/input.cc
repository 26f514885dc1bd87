#include "app/cli/input.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <vector>

#include "app/cli/stdout.h"
#include "app/ui/documents.h"
#include "core/base/text.h"

namespace epollscope::cli {
namespace {

namespace fs = std::filesystem;

// All of a descriptor, up to one byte more than a file may have.
Result<std::string> read_all(int fd) {
  std::string text;
  std::vector<char> piece(64U << 10);
  while (text.size() <= kMaxFileBytes) {
    const ssize_t n = read(fd, piece.data(), piece.size());
    if (n == 0) break;
    if (n > 0) {
      text.append(piece.data(), static_cast<std::size_t>(n));
    } else if (errno != EINTR) {
      return fail(std::strerror(errno));
    }
  }
  return text;
}

Result<std::string> read_file(const std::string& file) {
  if (file == "-") return read_all(STDIN_FILENO);
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fail(std::strerror(errno));
  auto text = read_all(fd);
  close(fd);
  return text;
}

}  // namespace

bool file_exists(const std::string& file) {
  struct stat s{};
  return stat(file.c_str(), &s) == 0 || errno != ENOENT;
}

std::string shown_name(const std::string& file) { return file == "-" ? "stdin" : file; }

std::string suggest_file(const std::string& file, Missing what) {
  const fs::path path(file);
  std::vector<std::string> names;
  std::error_code error;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  // `epollscope rnu` is looked up as a file.
  if (what == Missing::file_or_subcommand && !path.has_parent_path()) {
    names.insert(names.end(), {"run", "shot", "lessons", "doctor"});
  }
  const std::string wanted = path.filename().string();
  std::vector<std::string_view> views(names.begin(), names.end());
  if (const auto near = closest(wanted, views); !near.empty()) {
    return fmt::format("did you mean {}?", (path.parent_path() / near).string());
  }
  std::string lessons;
  for (const ui::BuiltInLesson& lesson : ui::built_in_lessons()) {
    lessons += (lessons.empty() ? "" : ", ") + lesson.id;
  }
  return fmt::format("built-in lessons are {} (`epollscope lessons --paths` says where)", lessons);
}

std::expected<Lesson, InputError> read_input(const std::string& file) {
  const std::string name = shown_name(file);
  if (file.empty()) return std::unexpected(InputError{"'' is no file name"});
  if (file != "-" && !file_exists(file)) {
    return std::unexpected(
        InputError{fmt::format("{}: no such file; {}", name, suggest_file(file))});
  }
  const auto text = read_file(file);
  if (!text) return std::unexpected(InputError{fmt::format("{}: {}", name, text.error().what)});
  if (text->size() > kMaxFileBytes) {
    return std::unexpected(
        InputError{fmt::format("{}: the file is larger than {} MiB, the most a scenario may have",
                               name, kMaxFileBytes >> 20)});
  }
  auto lesson = parse_lesson(*text);
  if (!lesson) return std::unexpected(InputError{print(lesson.error(), name), true});
  return std::move(*lesson);
}

void complain(const InputError& error) {
  if (!error.diagnostics) return complain(error.text);
  warn(error.text);
}

}  // namespace epollscope::cli
