// Options, their mistakes, and the small subcommands.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/observe/xray.h"
#include "tests/unit/cli/program.h"

namespace epollscope::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

void expect_bad_usage(const std::vector<std::string>& arguments, const std::string& text) {
  const Said said = run_program(arguments);
  EXPECT_EQ(said.status, 2) << said.out << said.err;
  EXPECT_EQ(said.out, "");
  EXPECT_EQ(lines_of(said.err).size(), 1U) << said.err;
  EXPECT_THAT(said.err, HasSubstr(text));
}

TEST(Arguments, HelpNamesWhatThereIsAndNothingElse) {
  const Said said = run_program({"--help"});
  EXPECT_EQ(said.status, 0);
  for (const char* word : {"run", "shot", "lessons", "doctor", "--help", "--version", "--no-motion",
                           "--model-only", "--tree", "--xray", "--timeout", "--seed"}) {
    EXPECT_THAT(said.out, HasSubstr(word));
  }
  for (const char* later : {"film", "export", "import", "check-lesson"}) {
    EXPECT_THAT(said.out, Not(HasSubstr(later)));
  }
  const Said run = run_program({"run", "--help"});
  EXPECT_THAT(run.out, HasSubstr("--timeout"));
  for (const char* word : {"--json", "--state", "--micro", "--check", "--pause-after"}) {
    EXPECT_THAT(run.out, HasSubstr(word));
  }
}

TEST(Arguments, Version) {
  const Said said = run_program({"--version"});
  EXPECT_EQ(said.status, 0);
  EXPECT_THAT(said.out, StartsWith("epollscope "));
}

TEST(Arguments, AMistypedOptionIsNamedWithASuggestion) {
  expect_bad_usage({"run", "--jsno", "x"}, "--jsno; did you mean --json?");
  expect_bad_usage({"shot", "--stpe", "1", "x", "-o", "y.png"}, "did you mean --step?");
  expect_bad_usage({"rnu", "x.epoll"}, "did you mean run?");
  expect_bad_usage({"rnu"}, "did you mean run?");
}

TEST(Arguments, LaterSubcommandsDoNotExistYet) {
  for (const char* later : {"film", "export", "import", "check-lesson"}) {
    EXPECT_EQ(run_program({later, "x.epoll"}).status, 2) << later;
    EXPECT_EQ(run_program({later}).status, 2) << later;
  }
}

TEST(Arguments, ValuesAreChecked) {
  const std::string file = source_path("tests/scenarios/holds/first.epoll");
  expect_bad_usage({"run"}, "FILE");
  expect_bad_usage({"run", "--tree", "fd", file}, "--tree is kernel or created, not 'fd'");
  expect_bad_usage({"run", "--xray", "maybe", file}, "--xray is auto, on or off");
  expect_bad_usage({"run", "--timeout", "soon", file}, "--timeout is a time");
  expect_bad_usage({"run", "--timeout", "0s", file}, "--timeout is a time");
  expect_bad_usage({"run", "--state", "half", file}, "--state is full or none");
  expect_bad_usage({"run", "--pause-after", "0", file}, "--pause-after");
  expect_bad_usage({"run", "--pause-after", "x", file}, "--pause-after");
  expect_bad_usage({"shot", file}, "output");
  expect_bad_usage({"shot", file, "-o", "x.png", "--size", "0x10"}, "--size");
  expect_bad_usage({"shot", file, "-o", "x.png", "--size", "99999x10"}, "--size");
  expect_bad_usage({"shot", file, "-o", "x.png", "--size", "8193x10"}, "at most 8192x8192");
  expect_bad_usage({"shot", file, "-o", "x.png", "--scale", "0"}, "--scale");
  expect_bad_usage({"shot", file, "-o", ""}, "'' is no file name");
  expect_bad_usage({"shot", file, "-o", "x.SVG"}, "PNG");
  expect_bad_usage({"shot", file, "-o", "x.png", "--theme", "pink"}, "--theme");
  expect_bad_usage({"shot", file, "-o", "x.png", "--lang", "xx"}, "--lang");
  expect_bad_usage({"shot", file, "-o", "x.png", "--view", "moon"}, "--view");
  expect_bad_usage({"shot", file, "-o", "x.svg"}, "PNG");
  expect_bad_usage({"lessons", "extra"}, "one argument too many");
}

TEST(Arguments, ValuesThatAreMissingOrNumbersThatAreNone) {
  const std::string file = source_path("tests/scenarios/holds/first.epoll");
  expect_bad_usage({"run", "--timeout", "1s", "--timeout", "2s", file}, "given more than once");
  expect_bad_usage({"run", "--timeout"}, "--timeout needs a value");
  expect_bad_usage({"run", "--timeout=", file}, "--timeout needs a value");
  expect_bad_usage({"run", "--tree", "", file}, "--tree is kernel or created, not ''");
  expect_bad_usage({"run", "--seed", "99999999999999999999", file}, "--seed is a whole number");
  expect_bad_usage({"run", "--pause-after", "99999999999", file}, "is a whole number from 1");
  expect_bad_usage({"run", "--json=maybe", file}, "--json takes no value");
  expect_bad_usage({"shot", file, "-o", "x.png", "--step", "-1"}, "is a whole number from 0");
  expect_bad_usage({"shot", file, "-o", "x.png", "--scale", "big"}, "--scale is a number from");
  expect_bad_usage({"shot", file, "-o"}, "--output needs a value");
}

TEST(Arguments, WordsInTheWrongPlace) {
  const std::string file = source_path("tests/scenarios/holds/first.epoll");
  expect_bad_usage({"run", file, "--", "--json"}, "--json stands in the wrong place");
  expect_bad_usage({file, file}, "one argument too many");
  expect_bad_usage({""}, "'' is no file name");
  expect_bad_usage({"run", ""}, "'' is no file name");
  EXPECT_EQ(run_program({"run", "run"}).err.find("did you mean run"), std::string::npos);
  EXPECT_EQ(run_program({"run", "--", file}).status, 0);
}

// Where the caller closed a descriptor, nothing else may be taken for it.
TEST(Streams, AClosedOrFullOutputIsToldAndNoCrash) {
  const std::string file = source_path("tests/scenarios/holds/first.epoll");
  const std::vector<std::vector<std::string>> all{
      {"run", file}, {"run", "--json", file}, {"run", "--check", file}, {"lessons"}, {"--help"}};
  for (const auto& arguments : all) {
    SCOPED_TRACE(arguments.front());
    const Said closed = run_program(arguments, {.input = "", .environment = {}, .closed = {1}});
    EXPECT_EQ(closed.status, 2);
    EXPECT_EQ(closed.err, "epollscope: stdout: Bad file descriptor\n");
    const Said full =
        run_program(arguments, {.input = "", .environment = {}, .output = "/dev/full"});
    EXPECT_EQ(full.status, 2);
    EXPECT_EQ(full.err, "epollscope: stdout: No space left on device\n");
  }
}

TEST(Streams, WithoutStderrOrStdinNothingIsLost) {
  const std::string good = source_path("tests/scenarios/holds/first.epoll");
  const std::string bad = source_path("tests/scenarios/bad/flag.epoll");
  const Said whole = run_program({"run", good});
  const Said deaf = run_program({"run", good}, {.input = "", .environment = {}, .closed = {0, 2}});
  EXPECT_EQ(deaf.status, 0);
  EXPECT_EQ(deaf.out, whole.out);
  EXPECT_EQ(run_program({"run", bad}, {.input = "", .environment = {}, .closed = {2}}).status, 2);
  const Said none = run_program({"run", "-"}, {.input = "", .environment = {}, .closed = {0}});
  EXPECT_EQ(none.status, 2);
  EXPECT_EQ(none.err, "epollscope: stdin: Bad file descriptor\n");
}

TEST(Arguments, XrayOnIsServedOrSaysWhatIsMissing) {
  const std::string file = source_path("tests/scenarios/holds/first.epoll");
  const Said said = run_program({"run", "--xray", "on", file});
  if (const XrayAvailability xray = xray_availability(); !xray.available) {
    EXPECT_EQ(said.status, 3);
    EXPECT_THAT(said.err, HasSubstr(xray.what));
    EXPECT_THAT(said.err, HasSubstr(xray.remedy));
  } else if (said.status == 3) {
    EXPECT_THAT(said.err, HasSubstr("the kernel does not"));  // though capabilities are there
  } else {
    EXPECT_EQ(said.status, 0);
    EXPECT_EQ(said.out, run_program({"run", "--xray", "off", file}).out);
  }
  EXPECT_EQ(run_program({"run", "--xray", "auto", file}).status, 0);
  EXPECT_EQ(run_program({"run", "--xray", "off", file}).status, 0);
  expect_bad_usage({"run", "--xray", "on", "--tree", "created", file}, "exclude each other");
}

TEST(Arguments, CommonOptionsMayStandBeforeTheSubcommand) {
  const std::string file = source_path("tests/scenarios/holds/first.epoll");
  EXPECT_EQ(run_program({"--model-only", "--seed", "7", "--no-motion", "run", file}).status, 0);
}

TEST(Arguments, TheWindowNeedsADisplay) {
  const Setting none{.input = "", .environment = {{"DISPLAY", ""}, {"WAYLAND_DISPLAY", ""}}};
  const Said said = run_program({source_path("tests/scenarios/holds/first.epoll")}, none);
  EXPECT_EQ(said.status, 3);
  EXPECT_THAT(said.err, HasSubstr("no display"));
  EXPECT_THAT(said.err, HasSubstr("epollscope run"));
  EXPECT_EQ(run_program({}, none).status, 3);
  EXPECT_EQ(run_program({"/nowhere/x.epoll"}, none).status, 2);
  EXPECT_EQ(run_program({"-"}, none).status, 2);
}

TEST(Lessons, AreListedAndTheirFilesRun) {
  const Said list = run_program({"lessons"});
  EXPECT_EQ(list.status, 0);
  const Said paths = run_program({"lessons", "--paths"});
  EXPECT_EQ(paths.status, 0);
  const auto files = lines_of(paths.out);
  EXPECT_EQ(files.size(), files_in("assets/lessons/en", ".md").size());
  EXPECT_EQ(files.size(), lines_of(list.out).size());
  ASSERT_FALSE(files.empty());
  std::vector<std::string> arguments{"run"};
  arguments.insert(arguments.end(), files.begin(), files.end());
  const Said run = run_program(arguments);
  EXPECT_EQ(run.status, 0) << run.out << run.err;
}

TEST(Doctor, NamesWhatItLooksAt) {
  const Said said = run_program({"doctor"});
  EXPECT_TRUE(said.status == 0 || said.status == 3) << said.err;
  for (const char* word : {"kernel", "pipe_wakes_on_every_write", "has_epoll_pwait2", "watches",
                           "descriptors of a process", "lab", "/proc", "kcmp", "GL renderer",
                           "display", "font", "X-ray"}) {
    EXPECT_THAT(said.out, HasSubstr(word));
  }
  EXPECT_EQ(said.status == 3, said.out.find("\nlacks ") != std::string::npos) << said.out;
}

}  // namespace
}  // namespace epollscope::test
