// A person in front of the window: looks at the frame log, moves the mouse, presses keys with
// real X events. Nothing here waits for a time; it waits for a frame that shows something.
#pragma once

#include <sys/types.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/gui/screen.h"

namespace epollscope::test {

using Frame = nlohmann::json;

class Driver {
 public:
  // Starts the program on this screen in a fresh folder of its own, and waits for its first
  // frame. Throws std::runtime_error when something does not come within a minute.
  // `size`: of the window; a small picture is sooner drawn in software. Empty: as it opens.
  Driver(const Screen& screen, const std::vector<std::string>& arguments,
         std::string size = "1320x860");
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;
  ~Driver();

  // Reads frames until one satisfies `seen`, the newest one first of all.
  const Frame& until(const std::string& what, const std::function<bool(const Frame&)>& seen);
  // Until so many steps are there and nothing is under way.
  const Frame& until_steps(int steps);
  // Until a hit with this id shows; its label.
  std::string label(const std::string& id);
  // Moves to the middle of the hit and clicks it. Waits until it shows.
  void click(const std::string& id, int button = 1);
  // Presses in the middle of the hit, moves, and lets go once `seen` holds.
  void drag(const std::string& id, int button, int dx, int dy,
            const std::function<bool(const Frame&)>& seen);
  void key(const std::string& name);  // as xdotool names it: "space", "ctrl+o"
  void type(const std::string& text);
  // Until the window owes no more frames.
  void settle();
  // Whether a frame was drawn within this time.
  bool frame_within(int milliseconds);
  // Kills the program, as a crash would, and starts it again in the same folder, without a file.
  void restart();
  // Ends the program with Ctrl+Q and gives back its exit status.
  int quit();

  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] const Frame& newest() const { return newest_; }
  [[nodiscard]] std::string file(const std::string& name) const;  // what a file of folder() holds
  void write_file(const std::string& name, const std::string& text) const;

 private:
  void start(const std::vector<std::string>& arguments);
  bool read_frame(int milliseconds);
  std::vector<std::string> to_middle_of(const std::string& id);
  void press(long count, const std::vector<std::string>& arguments);
  void xdotool(std::vector<std::string> arguments);

  std::string display_, size_, folder_, window_;
  pid_t pid_ = -1;
  int log_ = -1;
  std::string unread_;
  Frame newest_;
};

// The hit with this id, or nullptr; the last one, which lies on top.
const Frame* hit(const Frame& frame, const std::string& id);

// Runs a program to its end: exit status and what it wrote on stderr. `display` may be empty:
// none is set then.
struct Ended {
  int status = -1;
  std::string output, errors;
};
Ended run_to_end(const std::vector<std::string>& command, const std::string& display);

}  // namespace epollscope::test
