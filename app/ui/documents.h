// Files around the desk: reading lessons and scenarios, listing a folder, the built-in lessons,
// saving, and the copy of the session that is kept as it grows so that nothing is lost.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/script/program.h"
#include "core/session/session.h"

namespace epollscope::ui {

// Reads and parses a file. Error: one sentence, or the diagnostics of the parser (several lines)
// as `what`.
Result<Lesson> read_document(const std::string& path);
// The same from text that has been read, `name` standing for the file in diagnostics.
Result<Lesson> parse_document(std::string_view text, std::string_view name);

struct BuiltInLesson {
  std::string id;  // "01-first.md"
  std::string title;
  std::string_view text;
};
// In the order of their file names, English.
std::vector<BuiltInLesson> built_in_lessons();

struct FolderEntry {
  std::string name;
  bool folder = false;
};
// Folders first, then files that may hold a scenario or a lesson; hidden ones are left out.
// Error: the folder cannot be read.
Result<std::vector<FolderEntry>> list_folder(const std::string& path);

// What a file of this session holds: what ran, with its results, as the transcript writes them,
// then what has not run. Reading it back checks every result.
std::string text_of(const Session& session);

// <folder of the XDG variable, or the one below the home>/epollscope; empty: there is no home.
std::string user_folder(const char* xdg, const char* below_home);

// Writes beside the target and renames: a failure leaves what was there.
Result<void> write_file(const std::string& path, std::string_view text);

// The copy kept as the session grows: <XDG state>/epollscope/session.epoll.
std::string autosave_path();
// Puts the copy that an earlier run left aside, as session-previous.epoll. Call once, at the start.
void set_left_over_aside();
// What was set aside, by this run or an earlier one; empty: none.
std::string left_over_session();
// Keeps the copy.
class Autosave {
 public:
  // Writes when `version` differs from the last one and the program is not empty.
  void keep(const Session& session, std::size_t version);

 private:
  std::size_t version_ = 0;
};

}  // namespace epollscope::ui
