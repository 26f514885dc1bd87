// `epollscope shot`: a picture of the size that was asked for, without any display.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/program.h"

namespace epollscope::test {
namespace {

using ::testing::HasSubstr;

const Setting kNoDisplay{.input = "", .environment = {{"DISPLAY", ""}, {"WAYLAND_DISPLAY", ""}}};

Said shot(std::vector<std::string> options) {
  options.insert(options.begin(), {"shot", source_path("tests/scenarios/holds/first.epoll")});
  return run_program(options, kNoDisplay);
}

unsigned big_endian(const std::string& bytes, std::size_t at) {
  unsigned value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8 | static_cast<unsigned char>(bytes.at(at + i));
  return value;
}

TEST(Shot, DrawsAPngOfTheSizeAskedFor) {
  const Folder folder;
  const Said said = shot({"-o", folder.path("a.png"), "--size", "640x400"});
  ASSERT_EQ(said.status, 0) << said.err;
  const std::string png = read_file(folder.path("a.png"));
  ASSERT_GT(png.size(), 1000U);
  EXPECT_EQ(png.substr(0, 8), "\x89PNG\r\n\x1a\n");
  EXPECT_EQ(big_endian(png, 16), 640U);
  EXPECT_EQ(big_endian(png, 20), 400U);
}

TEST(Shot, TheSameMomentGivesTheSameBytesAndAnotherOneDoesNot) {
  const Folder folder;
  const auto draw = [&](const std::string& name, std::vector<std::string> options) {
    options.insert(options.end(), {"-o", folder.path(name), "--size", "800x500"});
    const Said said = shot(options);
    EXPECT_EQ(said.status, 0) << said.err;
    return read_file(folder.path(name));
  };
  const std::string fourth = draw("1.png", {"--step", "4"});
  EXPECT_EQ(fourth, draw("2.png", {"--step", "4"}));
  EXPECT_NE(fourth, draw("3.png", {"--step", "3"}));
  EXPECT_NE(fourth, draw("4.png", {"--step", "4", "--micro", "1"}));
  EXPECT_NE(fourth, draw("5.png", {"--step", "4", "--theme", "light"}));
  EXPECT_NE(fourth, draw("6.png", {"--step", "4", "--scale", "2"}));
  EXPECT_NE(fourth, draw("7.png", {"--step", "4", "--lang", "zh-CN"}));
  EXPECT_NE(fourth, draw("8.png", {"--step", "4", "--view", "tree"}));
}

TEST(Shot, MomentsThatDoNotExistAreBadUsage) {
  const Folder folder;
  const Said step = shot({"-o", folder.path("a.png"), "--step", "99"});
  EXPECT_EQ(step.status, 2);
  EXPECT_THAT(step.err, HasSubstr("--step 99: the run has only 9 steps"));
  EXPECT_EQ(shot({"-o", folder.path("a.png"), "--step", "1", "--micro", "999"}).status, 2);
  EXPECT_FALSE(std::filesystem::exists(folder.path("a.png")));
}

TEST(Shot, AnUnwritablePlaceIsNamed) {
  const Folder folder;
  for (const std::string& place :
       {std::string("/nowhere/a.png"), std::string("/proc/a.png"), folder.path("")}) {
    const Said said = shot({"-o", place});
    EXPECT_EQ(said.status, 2) << place;
    EXPECT_EQ(lines_of(said.err).size(), 1U) << said.err;
    EXPECT_THAT(said.err, HasSubstr(place));
  }
}

TEST(Shot, AFailedExpectationStillGivesThePicture) {
  const Folder folder;
  const Said said = run_program({"shot", source_path("tests/scenarios/fails/expectation.epoll"),
                                 "-o", folder.path("a.png"), "--size", "320x200"},
                                kNoDisplay);
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.err, HasSubstr("4 expectations failed"));
  EXPECT_TRUE(std::filesystem::exists(folder.path("a.png")));
}

}  // namespace
}  // namespace epollscope::test
