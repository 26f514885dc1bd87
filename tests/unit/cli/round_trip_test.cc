// A transcript is a scenario: `run X | run -` holds, for lessons and for every fixture.
#include <gtest/gtest.h>

#include "tests/unit/cli/program.h"
#include "tests/unit/export/without_chance.h"

namespace epollscope::test {
namespace {

class RoundTrip : public ::testing::TestWithParam<std::string> {};

TEST_P(RoundTrip, TheTranscriptHoldsWhenItIsRun) {
  const Said first = run_program({"run", GetParam()});
  ASSERT_EQ(first.status, 0) << first.out << first.err;
  const Said second = run_program({"run", "-"}, {.input = first.out, .environment = {}});
  EXPECT_EQ(second.status, 0) << "the transcript\n"
                              << first.out << "---- gave\n"
                              << second.out << second.err;
  // The second run adds its own summary and nothing else. (Comments lose their indentation, which
  // the prose of lessons has, and chance is chance.)
  if (GetParam().ends_with(".md") || GetParam().ends_with("chance.epoll")) return;
  // A wait that was two steps the first time, call and return, may be one the second time, because
  // the transcript says that it returns: the count of steps is not compared.
  const std::string wanted = without_ticks(first.out);
  EXPECT_EQ(without_ticks(second.out).substr(0, wanted.size()), wanted);
  EXPECT_EQ(lines_of(second.out).size(), lines_of(first.out).size() + 1);
}

std::vector<std::string> scenarios() {
  std::vector<std::string> files = files_in("tests/scenarios/holds", ".epoll");
  for (const std::string& lesson : files_in("assets/lessons/en", ".md")) files.push_back(lesson);
  return files;
}

std::string name_of(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = std::filesystem::path(info.param).stem().string();
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Files, RoundTrip, ::testing::ValuesIn(scenarios()), name_of);

// A fixture that holds although the kernel did something else would make the above worthless.
TEST(RoundTripOf, AChangedTranscriptFails) {
  const Said first = run_program({"run", source_path("tests/scenarios/holds/first.epoll")});
  std::string text = first.out;
  const auto at = text.find("= 1 [{events=EPOLLIN");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, 3, "= 2");
  EXPECT_EQ(run_program({"run", "-"}, {.input = text, .environment = {}}).status, 1);
}

}  // namespace
}  // namespace epollscope::test
