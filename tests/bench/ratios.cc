// Prints how long epollscope takes against the least program that does the same, side by side.
// It asserts nothing: a ratio is for people to judge.
// Usage: ratios EPOLLSCOPE LESSON3
#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/bench/measure.h"
#include "tests/bench/table.h"

namespace {

using namespace epollscope::bench;
namespace fs = std::filesystem;

constexpr int kRounds = 33'333;          // of write, epoll_wait, read
constexpr int kSteps = 3 * kRounds + 3;  // and three that make the descriptors

std::string write_scenario(const fs::path& folder) {
  const fs::path path = folder / "steps.epoll";
  std::ofstream(path) << "ep = epoll_create1(0)\n"
                         "r, w = pipe()\n"
                         "epoll_ctl(ep, ADD, r, IN)\n"
                      << "repeat " << kRounds
                      << " {\n  write(w, \"x\")\n  epoll_wait(ep, 8, 0)\n  read(r, 1)\n}\n";
  return path.string();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: ratios EPOLLSCOPE LESSON\n");
    return 2;
  }
  const std::string epollscope = fs::absolute(argv[1]).string();
  const std::string lesson = fs::absolute(argv[2]).string();
  const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
  const auto least = [&](const char* name) { return (here / name).string(); };
  std::string pattern = (fs::temp_directory_path() / "epollscope-bench-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) return 1;
  const fs::path folder = pattern;

  print_header("least", "epollscope");
  const std::string scenario = write_scenario(folder);
  std::optional<Pair> steps = in_turn(
      3, [&] { return seconds_to_end({least("least_calls"), std::to_string(kRounds)}); },
      [&] { return seconds_to_end({epollscope, "run", scenario}); });
  if (steps) steps = Pair{steps->least / kSteps, steps->ours / kSteps};
  print_row("run, a step of 100,000", steps, kMicroseconds, "");

  const std::string picture = (folder / "picture.png").string();
  print_row("shot of lesson 3",
            in_turn(
                7, [&] { return seconds_to_end({least("least_shot"), picture}); },
                [&] { return seconds_to_end({epollscope, "shot", lesson, "-o", picture}); }),
            kMilliseconds, "aim: at most 2.5");

  const Display display;
  const std::string log = (folder / "frames").string();
  // Settings of its own: those of whoever runs this would choose the language.
  setenv("XDG_CONFIG_HOME", folder.c_str(), 1);
  for (const auto& [what, locale] : {std::pair{"first frame, English", "C.UTF-8"},
                                     std::pair{"first frame, Chinese", "zh_CN.UTF-8"}}) {
    setenv("LC_ALL", locale, 1);
    std::optional<Pair> frames;
    if (display.works()) {
      frames = in_turn(
          7, [&] { return seconds_to_first_frame({least("least_window")}, log); },
          [&] { return seconds_to_first_frame({epollscope, lesson}, log); });
    }
    print_row(what, frames, kMilliseconds, "aim: at most 1.5");
    fs::remove_all(folder / "epollscope");
  }
  fs::remove_all(folder);
  return 0;
}
