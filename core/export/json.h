// A run as one JSON object a line, for programs: header, steps, errors, summary. The schema is
// version 1 of the command line's documentation. Pure functions; each gives one line with its
// newline. Text that is not UTF-8 is written byte by byte as \u00XX.
#pragma once

#include <map>
#include <string>

#include "core/call/state.h"
#include "core/export/transcript.h"
#include "core/session/session.h"

namespace epollscope {

struct JsonHeader {
  std::string file;
  std::string kernel;  // release
  bool xray = false;   // X-rays are taken
  int lab_pid = -1;
};
std::string json_header(const JsonHeader& header);

// Writes steps; remembers the line in which a sleeping call was written, for the step that is
// its return.
class JsonSteps {
 public:
  explicit JsonSteps(const SessionOptions& options) : options_(options) {}
  // `state`: after the step; nullptr where it was not asked for.
  std::string step(const StepRecord& record, const State* state);

 private:
  SessionOptions options_;
  std::map<ActorId, int> line_of_;
};

std::string json_error(const std::string& text);
std::string json_summary(const Ending& ending);

}  // namespace epollscope
