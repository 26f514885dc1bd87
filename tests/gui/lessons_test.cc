// The lessons of the field, from the first call to the last, with clicks alone. All of them take
// minutes: without EPOLLSCOPE_ALL_LESSONS in the environment it is one of twelve, of a slow build
// one alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/gui/driver.h"
#include "tests/gui/screen.h"

namespace epollscope::test {
namespace {

std::vector<std::string> lessons() {
  std::vector<std::string> files;
  const std::string folder = std::string(EPOLLSCOPE_SOURCE_DIR) + "/tests/scenarios/holds";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with("lesson_")) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  EXPECT_GE(files.size(), 34U);
  if (std::getenv("EPOLLSCOPE_ALL_LESSONS") != nullptr) return files;
#ifdef __SANITIZE_ADDRESS__
  constexpr std::size_t kOneOf = 64;
#else
  constexpr std::size_t kOneOf = 12;
#endif
  std::vector<std::string> some;
  for (std::size_t i = 0; i < files.size(); i += kOneOf) some.push_back(files[i]);
  return some;
}

// How many steps a run of the file has, as its last line says.
int steps_of(const std::string& file) {
  const Ended run = run_to_end({EPOLLSCOPE_PROGRAM, "run", file}, {});
  EXPECT_EQ(run.status, 0) << run.output;
  const std::size_t last = run.output.rfind("# ", run.output.size() - 2);
  return std::stoi(run.output.substr(last + 2));
}

bool is_end(const Frame& f) { return !f["toast"].get_ref<const std::string&>().empty(); }

// A click makes a step, or says that there is none left.
const Frame& click_on(Driver& person, int steps) {
  person.click("action:step");
  return person.until("a step after " + std::to_string(steps), [steps](const Frame& f) {
    return f["busy"] == false && (f["steps"] > steps || is_end(f));
  });
}

TEST(Lessons, AreClickedThroughToTheirEnd) {
  const Screen screen;
  for (const std::string& file : lessons()) {
    SCOPED_TRACE(file);
    const int all = steps_of(file);
    Driver person(screen, {file}, "1000x700");
    int steps = 0;
    for (bool ended = false; !ended && steps < all;) {
      const Frame& frame = click_on(person, steps);
      ended = is_end(frame);
      steps = frame["steps"];
    }
    // Where sleepers are left, a run still waits for their deadlines.
    EXPECT_GE(steps, all - 2);
    EXPECT_GT(person.newest()["lab_pid"], 0) << "the lab lives";
    EXPECT_EQ(person.newest()["banner"], "");
    EXPECT_EQ(person.newest()["differences"], 0);
    EXPECT_EQ(person.newest()["failed"], 0);
    EXPECT_EQ(person.quit(), 0);
  }
}

}  // namespace
}  // namespace epollscope::test
