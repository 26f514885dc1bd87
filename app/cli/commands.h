// The subcommands: what each takes and the one function that does it. Every function prints its
// results on stdout and what went wrong, one sentence each, on stderr, and gives back the exit
// status of the program:
//   0    all expectations held and the model agreed with the kernel
//   1    an expectation or the model failed, the time limit passed, or the lab died
//   2    bad usage or input
//   3    the environment lacks something, which is named with its remedy; or --model-only met
//        something the model has no rules for
//   130  Ctrl-C
// Main thread only: labs die with the thread that starts them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/i18n/i18n.h"
#include "app/scene/stage.h"
#include "app/theme/palette.h"
#include "core/model/machine.h"
#include "core/session/session.h"

namespace epollscope::cli {

inline constexpr int kHeld = 0;
inline constexpr int kFailed = 1;
inline constexpr int kBadUsage = 2;
inline constexpr int kLacking = 3;
inline constexpr int kInterrupted = 130;

struct Common {
  bool no_motion = false;
  bool model_only = false;
  std::optional<TreeOrder> tree;  // nullopt: as the subcommand has it
  XrayUse xray = XrayUse::automatic;
  std::chrono::milliseconds timeout{10'000};
};

struct RunArguments {
  std::vector<std::string> files;  // "-": stdin
  bool json = false;
  bool state = true;
  bool micro = false;
  bool check = false;
  std::optional<int> pause_after;
};
int run(const RunArguments& arguments, const Common& common);

struct ShotArguments {
  std::string file;
  std::string output;
  std::optional<int> step;  // nullopt: the last
  std::optional<int> micro;
  int width = 1600, height = 1000;  // pixels
  float scale = 1;
  Theme theme = Theme::dark;
  Lang lang = Lang::en;
  scene::View view = scene::View::window;
};
int shot(const ShotArguments& arguments, const Common& common);

int lessons(bool paths);

int doctor();

int window(const std::string& file, const Common& common);

// argv → one of the above.
int main_of(int argc, char** argv);

}  // namespace epollscope::cli
