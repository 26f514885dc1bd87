// Two kernels, one interface: a scenario gives the same transcript on the running kernel and on the
// model alone, and what one of them printed holds on the other. For every lesson, every fixture and
// every scenario that the trial once found a difference with.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/export/transcript.h"
#include "core/lab/lab.h"
#include "tests/unit/export/without_chance.h"
#include "tests/unit/session/run.h"

namespace epollscope {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::unique_ptr<Session> run(const std::string& text, bool model_only) {
  SessionOptions options;
  options.model_only = model_only;
  options.verify_lists = true;
  auto session = test::run(text, options);
  if (session && session->died()) ADD_FAILURE() << *session->died();
  return session;
}

// A thread that scans before all hooks were walked finds less, once in a thousand runs on a busy
// machine. What such a transcript says need not hold again.
bool is_a_race(const fs::path& path) { return path.stem() == "expiry-amid-the-hooks"; }

class TwoKernels : public ::testing::TestWithParam<fs::path> {
 protected:
  std::string text = read_file(GetParam());
};

TEST_P(TwoKernels, GiveTheSameTranscript) {
  const auto kernel = run(text, false);
  const auto model = run(text, true);
  ASSERT_TRUE(kernel && model);
  const std::string from_kernel = transcript_of(*kernel);
  const std::string from_model = transcript_of(*model);
  EXPECT_EQ(kernel->expectations_failed(), 0) << from_kernel;
  EXPECT_EQ(kernel->model_differences(), 0) << from_kernel;
  // Where the scheduler chooses, either may choose otherwise.
  if (from_kernel.find('|') == std::string::npos &&
      from_kernel.find("by chance") == std::string::npos) {
    const auto sure = [](const std::string& transcript) {
      return test::without_count(test::without_amounts(transcript));
    };
    EXPECT_EQ(sure(from_kernel), sure(from_model));
  }
  const auto again = run(from_model, false);
  if (!is_a_race(GetParam())) {
    EXPECT_EQ(run(from_kernel, true)->expectations_failed(), 0) << from_kernel;
    EXPECT_EQ(again->expectations_failed(), 0) << from_model;
  }
  EXPECT_EQ(again->model_differences(), 0) << from_model;
}

std::vector<fs::path> files() {
  const fs::path source = EPOLLSCOPE_SOURCE_DIR;
  std::vector<fs::path> found;
  for (const char* folder :
       {"tests/conformance/scenarios", "tests/scenarios/holds", "assets/lessons/en"}) {
    for (const auto& entry : fs::directory_iterator(source / folder)) {
      if (entry.path().stem() == "terminal" && !lab_offers_terminals()) continue;
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

INSTANTIATE_TEST_SUITE_P(Files, TwoKernels, ::testing::ValuesIn(files()), [](const auto& file) {
  std::string name = file.param.stem().string();
  std::replace_if(name.begin(), name.end(), [](char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

}  // namespace
}  // namespace epollscope
