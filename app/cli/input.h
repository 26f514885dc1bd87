// Reading scenarios and lessons named on the command line.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/result.h"
#include "core/script/program.h"

namespace epollscope::cli {

// The name under which a FILE argument appears in output: stdin for "-".
std::string shown_name(const std::string& file);

// Reads and parses a file, or stdin for "-". The error is one sentence, for a missing file with
// a suggestion, or the parser's diagnostics, which name the file themselves.
struct InputError {
  std::string text;
  bool diagnostics = false;
};
std::expected<Lesson, InputError> read_input(const std::string& file);

// Prints the error on stderr.
void complain(const InputError& error);

bool file_exists(const std::string& file);

// "did you mean … ?" for a file that does not exist, else where lessons are.
enum class Missing : std::uint8_t { file, file_or_subcommand };
std::string suggest_file(const std::string& file, Missing what = Missing::file);

}  // namespace epollscope::cli
