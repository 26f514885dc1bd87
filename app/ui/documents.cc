#include "app/ui/documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <tuple>

#include "built_in.h"
#include "core/export/transcript.h"

namespace epollscope::ui {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLeftOver = "session-previous.epoll";

bool may_hold_a_scenario(const fs::path& path) {
  const std::string ext = path.extension().string();
  return ext == ".md" || ext == ".epoll" || ext == ".txt" || ext.empty();
}

std::string state_folder() { return user_folder("XDG_STATE_HOME", ".local/state"); }

}  // namespace

std::string user_folder(const char* xdg, const char* below_home) {
  if (const char* folder = std::getenv(xdg); folder != nullptr && *folder == '/') {
    return (fs::path(folder) / "epollscope").string();
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
    return (fs::path(home) / below_home / "epollscope").string();
  }
  return {};
}

Result<Lesson> parse_document(std::string_view text, std::string_view name) {
  auto parsed = parse_lesson(text);
  if (!parsed) return fail(print(parsed.error(), name));
  return std::move(*parsed);
}

Result<Lesson> read_document(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return fail(fmt::format("{}: no such file", path));
  if (fs::is_directory(status)) return fail(fmt::format("{}: is a folder, not a scenario", path));
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(fmt::format("{}: {}", path, std::strerror(errno)));
  // One byte more than allowed is enough to know that a file is too big, whatever it claims.
  std::string text(kMaxFileBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kMaxFileBytes) {
    return fail(fmt::format("{}: is larger than {} MiB", path, kMaxFileBytes >> 20));
  }
  return parse_document(text, path);
}

std::vector<BuiltInLesson> built_in_lessons() {
  std::vector<BuiltInLesson> lessons;
  for (const EmbeddedFile& file : built_in::files()) {
    if (!file.name.starts_with("en/")) continue;
    const std::string_view text = file.bytes;
    const std::size_t at = text.find("# ");
    std::string title(file.name.substr(3));
    if (at != std::string_view::npos) {
      title = std::string(text.substr(at + 2, text.find('\n', at) - at - 2));
    }
    lessons.push_back({std::string(file.name.substr(3)), std::move(title), text});
  }
  std::ranges::sort(lessons, {}, &BuiltInLesson::id);
  return lessons;
}

Result<std::vector<FolderEntry>> list_folder(const std::string& path) {
  std::error_code error;
  std::vector<FolderEntry> entries;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    std::error_code ignored;
    const bool folder = it->is_directory(ignored);
    if (name.starts_with('.') || (!folder && !may_hold_a_scenario(it->path()))) continue;
    entries.push_back({name, folder});
  }
  if (error) return fail(fmt::format("{}: {}", path, error.message()));
  std::ranges::sort(entries, [](const FolderEntry& a, const FolderEntry& b) {
    return a.folder != b.folder ? a.folder : a.name < b.name;
  });
  return entries;
}

std::string text_of(const Session& session) { return transcript_of(session, {.to_run = true}); }

Result<void> write_file(const std::string& path, std::string_view text) {
  const std::string beside = path + ".part";
  {
    std::ofstream out(beside, std::ios::binary | std::ios::trunc);
    out << text;
    out.flush();
    if (!out) {
      const int why = errno;
      std::error_code ignored;
      fs::remove(beside, ignored);
      return fail(fmt::format("{}: {}", path, std::strerror(why)));
    }
  }
  std::error_code error;
  fs::rename(beside, path, error);
  if (!error) return {};
  std::error_code ignored;
  fs::remove(beside, ignored);
  return fail(fmt::format("{}: {}", path, error.message()));
}

std::string autosave_path() {
  const fs::path folder = state_folder();
  return folder.empty() ? std::string() : (folder / "session.epoll").string();
}

void set_left_over_aside() {
  const fs::path path = autosave_path();
  std::error_code error;
  if (path.empty() || !fs::exists(path, error) || fs::file_size(path, error) == 0) return;
  fs::rename(path, path.parent_path() / kLeftOver, error);
}

std::string left_over_session() {
  const fs::path folder = state_folder();
  std::error_code error;
  if (folder.empty() || !fs::exists(folder / kLeftOver, error)) return {};
  return (folder / kLeftOver).string();
}

void Autosave::keep(const Session& session, std::size_t version) {
  if (version == version_ || session.lesson().program.statements.empty()) return;
  version_ = version;
  const std::string path = autosave_path();
  if (path.empty()) return;
  std::error_code error;
  const fs::path folder = fs::path(path).parent_path();
  fs::create_directories(folder, error);
  // A state folder that cannot be written is no reason to disturb anybody.
  std::ignore = write_file(path, print(session.lesson().program));
}

}  // namespace epollscope::ui
