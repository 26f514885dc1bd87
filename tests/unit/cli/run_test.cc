// `epollscope run`: what it prints and how it ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/unit/cli/program.h"
#include "tests/unit/export/without_chance.h"

namespace epollscope::test {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Said run_text(const std::string& scenario, std::vector<std::string> options = {}) {
  options.insert(options.begin(), "run");
  options.emplace_back("-");
  return run_program(options, {.input = scenario, .environment = {}});
}

TEST(Run, PrintsWhatStraceWouldPrint) {
  const Said said = run_text(
      "ep = epoll_create1(0)\na, w = pipe()\nepoll_ctl(ep, ADD, a, IN|ET)\nwrite(w, \"hello\")\n"
      "T2: epoll_wait(ep, 8, -1)\nepoll_ctl(ep, ADD, a, IN)\nT2: epoll_wait(ep, 8, -1)\n"
      "write(w, \"x\")\nread(a, 99)\n");
  EXPECT_EQ(said.out,
            "ep   = epoll_create1(0) = 3\n"
            "a, w = pipe() = 0 [4, 5]\n"
            "epoll_ctl(ep, EPOLL_CTL_ADD, a, EPOLLIN|EPOLLET) = 0\n"
            "write(w, \"hello\") = 5\n"
            "T2: epoll_wait(ep, 8, -1) = 1 [{events=EPOLLIN, data=a}]\n"
            "epoll_ctl(ep, EPOLL_CTL_ADD, a, EPOLLIN) = -1 EEXIST\n"
            "T2: epoll_wait(ep, 8, -1) <unfinished ...>\n"
            "write(w, \"x\") = 1\n"
            "T2: <... epoll_wait resumed> = 1 [{events=EPOLLIN, data=a}]\n"
            "read(a, 99) = 6 \"hellox\"\n"
            "# 9 steps, 0 expectations failed, 0 model differences\n");
  EXPECT_EQ(said.err, "");
  EXPECT_EQ(said.status, 0);
}

TEST(Run, TheModelAloneGivesTheSameTranscript) {
  for (const std::string& file : files_in("tests/scenarios/holds", ".epoll")) {
    const Said kernel = run_program({"run", file});
    const Said model = run_program({"run", "--model-only", file});
    EXPECT_EQ(model.status, 0) << file << "\n" << model.out << model.err;
    if (file.ends_with("chance.epoll")) continue;
    EXPECT_EQ(without_count(kernel.out), without_count(model.out)) << file;
  }
}

TEST(Run, WhatOnlyTheKernelSaysHoldsAgainAndTheModelAloneSaysThatItCannot) {
  for (const std::string& file : files_in("tests/scenarios/kernel", ".epoll")) {
    const Said kernel = run_program({"run", file});
    EXPECT_EQ(kernel.status, 0) << file << "\n" << kernel.out << kernel.err;
    EXPECT_THAT(kernel.out, Not(HasSubstr("not modelled"))) << file;
    const Said again = run_text(kernel.out);
    EXPECT_EQ(again.status, 0) << again.out << again.err;
    const Said model = run_program({"run", "--model-only", file});
    EXPECT_THAT(model.err, HasSubstr("run it without --model-only")) << file;
  }
}

TEST(Run, AFailedExpectationSaysWhatCameAndExits1) {
  const Said said = run_program({"run", source_path("tests/scenarios/fails/expectation.epoll")});
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.out,
              HasSubstr("epoll_ctl(ep, EPOLL_CTL_ADD, a, EPOLLIN) = 0\n# does not hold: "));
  EXPECT_THAT(said.out, HasSubstr("write(w, \"x\") = 1\n# does not hold: "));
  EXPECT_THAT(said.out, EndsWith("# 6 steps, 4 expectations failed, 0 model differences\n"));
}

TEST(Run, WhatFailsBeforeTheFirstStepIsToldAsWell) {
  const std::string text = "T2: <... epoll_wait resumed> = 0 []\nep = epoll_create1(0)\n";
  const std::string why = "T2 has no epoll_wait that returned here";
  const Said said = run_text(text);
  EXPECT_EQ(said.status, 1);
  EXPECT_EQ(said.out, "# does not hold: " + why +
                          "\nep = epoll_create1(0) = 3\n"
                          "# 1 step, 1 expectation failed, 0 model differences\n");
  EXPECT_EQ(run_text(text, {"--json"}).err, "stdin: " + why + "\n");
}

TEST(Run, EveryFailingScenarioExits1AndItsTranscriptHolds) {
  for (const std::string& file : files_in("tests/scenarios/fails", ".epoll")) {
    const Said said = run_program({"run", file});
    EXPECT_EQ(said.status, 1) << file << "\n" << said.out;
    EXPECT_THAT(said.out, HasSubstr("# does not hold: ")) << file;
    const Said again = run_text(said.out);
    EXPECT_EQ(again.status, 0) << file << "\n" << said.out << "----\n" << again.out << again.err;
  }
}

TEST(Run, WhoeverWaitsForNothingIsNamedAtOnce) {
  const Said said = run_program({"run", source_path("tests/scenarios/fails/stuck.epoll")});
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.out, HasSubstr("read(a, 1) <unfinished ...>\n"));
  EXPECT_THAT(said.out, HasSubstr("# not made: write(w, \"x\")\n"));
  EXPECT_THAT(said.out, HasSubstr("# T1 waits in read(a, 1)\n"));
}

TEST(Run, BadInputIsDiagnosedAndNothingRuns) {
  for (const std::string& file : files_in("tests/scenarios/bad", ".epoll")) {
    const Said said = run_program({"run", file});
    EXPECT_EQ(said.status, 2) << file;
    EXPECT_EQ(said.out, "") << file;
    EXPECT_THAT(said.err, StartsWith(file + ":")) << file;
    EXPECT_THAT(said.err, HasSubstr(": error: ")) << file;
  }
  EXPECT_THAT(run_program({"run", source_path("tests/scenarios/bad/flag.epoll")}).err,
              HasSubstr("flag.epoll:2:23: error: unknown flag EPOLLINN; did you mean EPOLLIN?"));
}

TEST(Run, CheckOnlyParses) {
  const Said good = run_text("a, w = pipe()\nread(a, 1) = 7\nwrite(w, 1)\n", {"--check"});
  EXPECT_EQ(good.status, 0);
  EXPECT_EQ(good.out, "# stdin: no errors, 3 calls\n");
  EXPECT_EQ(run_text("nonsense(\n", {"--check"}).status, 2);
}

TEST(Run, AMissingFileSuggestsAnother) {
  const Said near = run_program({"run", source_path("tests/scenarios/holds/frist.epoll")});
  EXPECT_EQ(near.status, 2);
  EXPECT_THAT(near.err, HasSubstr("no such file; did you mean "));
  EXPECT_THAT(near.err, HasSubstr("holds/first.epoll?"));
  const Said far = run_program({"run", "/nowhere/at-all"});
  EXPECT_EQ(far.status, 2);
  EXPECT_THAT(far.err, HasSubstr("epollscope lessons"));
  EXPECT_EQ(lines_of(far.err).size(), 1U);
}

TEST(Run, AFolderIsNoScenario) {
  const Said said = run_program({"run", source_path("tests/scenarios")});
  EXPECT_EQ(said.status, 2);
  EXPECT_EQ(lines_of(said.err).size(), 1U) << said.err;
}

TEST(Run, AFileOver32MiBIsRefused) {
  const Folder folder;
  const std::string file = folder.write("huge.epoll", std::string((32U << 20) + 1, '\n'));
  const Said said = run_program({"run", file});
  EXPECT_EQ(said.status, 2);
  EXPECT_THAT(said.err, HasSubstr("32 MiB"));
}

TEST(Run, MoreThanAMillionStepsAreRefused) {
  const Said said = run_text("repeat 1000001 {\nepoll_create1(0)\n}\n");
  EXPECT_EQ(said.status, 2);
  EXPECT_THAT(said.err, HasSubstr("1000000 steps at most"));
}

TEST(Run, SeveralFilesRunEachInAFreshLabAndTheWorstDecides) {
  const std::string good = source_path("tests/scenarios/holds/first.epoll");
  const std::string fails = source_path("tests/scenarios/fails/expectation.epoll");
  const std::string bad = source_path("tests/scenarios/bad/flag.epoll");
  const Said two = run_program({"run", good, fails, good});
  EXPECT_EQ(two.status, 1);
  EXPECT_THAT(two.out, StartsWith("# file " + good + "\n"));
  EXPECT_THAT(two.out, HasSubstr("# file " + fails + "\nep   = epoll_create1(0) = 3\n"));
  EXPECT_EQ(run_program({"run", good, bad, fails}).status, 2);
}

TEST(Run, OnlyAFileThatRunsIsAnnounced) {
  const std::string good = source_path("tests/scenarios/holds/first.epoll");
  const std::string bad = source_path("tests/scenarios/bad/flag.epoll");
  const Said said = run_program({"run", bad, good});
  EXPECT_EQ(said.status, 2);
  EXPECT_THAT(said.out, StartsWith("# file " + good + "\n"));
}

// The limit is the caller's, and the model knows it.
TEST(Run, ADescriptorTooManyIsAResult) {
  const Setting few{.input = "a[1..20], w[1..20] = pipe()\nd = dup(0)\nep = epoll_create1(0)\n",
                    .environment = {},
                    .descriptors = 24};
  const Said said = run_program({"run", "-"}, few);
  EXPECT_EQ(said.status, 0) << said.out << said.err;
  EXPECT_THAT(said.out, HasSubstr(" = pipe() = 0 [17, 18]\n"));
  EXPECT_THAT(said.out, HasSubstr("a[10], w[10] = pipe() = -1 EMFILE\n"));
  EXPECT_THAT(said.out, HasSubstr(" = dup(0) = 19\n"));
  EXPECT_THAT(said.out, HasSubstr(" = epoll_create1(0) = -1 EMFILE\n"));
}

// What the model has no rules for ends what it says, and nothing that follows is held against it.
TEST(Run, WhatIsNotModelledIsNoDifference) {
  const Setting unknown{.input =
                            "ep = epoll_create1(0)\n"
                            "four = socket(AF_INET, SOCK_STREAM)\n"
                            "six = socket(AF_INET6, SOCK_DGRAM)\n"
                            "connect(six, four) = 0\n"
                            "close(ep) = 0\n",
                        .environment = {},
                        .descriptors = 0};
  const Said said = run_program({"run", "-"}, unknown);
  EXPECT_EQ(said.status, 0) << said.out << said.err;
  EXPECT_THAT(said.out, HasSubstr("# not modelled: "));
  EXPECT_THAT(said.out, HasSubstr("# 5 steps, 0 expectations failed, 0 model differences\n"));
}

TEST(Run, ManyCommentsArePrintedAsFastAsFew) {
  // Quadratic work would take minutes here, and the test's own time limit ends it.
  std::string text;
  for (int i = 0; i < 400'000; ++i) text += "# a comment\n";
  const Said said = run_text(text + "ep = epoll_create1(0)\n");
  EXPECT_EQ(said.status, 0);
  EXPECT_EQ(lines_of(said.out).size(), 400'002U);
}

TEST(Run, AScenarioCannotSteerTheTerminal) {
  const Said said = run_text(
      "# \x1b[31mred\x07\r\nclose(3)  # \xc2\x9b"
      "31m\n");
  EXPECT_EQ(said.status, 0);
  EXPECT_THAT(said.out, StartsWith("# ?[31mred?\nclose(3) = -1 EBADF  # ?31m\n"));
}

TEST(Run, ItemsAndDataAreCalledWhatTheProgramCalledThem) {
  const Said said = run_program({"run", source_path("tests/scenarios/holds/spelling.epoll")});
  EXPECT_EQ(said.status, 0) << said.out;
  EXPECT_THAT(said.out, HasSubstr("= 2 [{events=EPOLLIN, data=a}, {events=EPOLLIN, data=6}]\n"));
}

TEST(Run, MicroStepsAreComments) {
  const Said said = run_text(
      "ep = epoll_create1(0)\na, w = pipe()\nepoll_ctl(ep, ADD, a, IN)\nwrite(w, \"x\")\n"
      "epoll_wait(ep, 8, 0)\n",
      {"--micro"});
  EXPECT_EQ(said.status, 0);
  EXPECT_THAT(said.out, HasSubstr("#   ep_send_events: a requeued: "));
  const Said again = run_text(said.out);
  EXPECT_EQ(again.status, 0) << again.out << again.err;
}

TEST(Run, MicroStepsSayWhyThisCallFailedHere) {
  const Said said = run_text(
      "ep = epoll_create1(0)\na, w = pipe()\nepoll_ctl(ep, ADD, a, IN)\nepoll_ctl(ep, ADD, a, IN)\n"
      "epoll_wait(w, 8, 0)\nread(w, 1)\n",
      {"--micro"});
  EXPECT_THAT(said.out,
              HasSubstr("failed: EEXIST: a (fd 4) is in the interest list of ep already"));
  EXPECT_THAT(said.out, HasSubstr("failed: EINVAL: w (fd 5) is not an epoll instance"));
  EXPECT_THAT(said.out, HasSubstr("failed: EBADF: that number is not an open descriptor"))
      << "of other calls what their errno says";
}

TEST(Run, TheTimeLimitEndsARunAndSaysWhoWaits) {
  const Said said =
      run_text("ep = epoll_create1(0)\nepoll_wait(ep, 8, 60000) = 0\n", {"--timeout", "1s"});
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.out, HasSubstr("time limit"));
  EXPECT_THAT(said.out, HasSubstr("# T1 waits in epoll_wait(ep, 8, 60000)"));
  const Said at_end =
      run_text("ep = epoll_create1(0)\nT2: epoll_wait(ep, 8, 60000)\n", {"--timeout", "1s"});
  EXPECT_EQ(at_end.status, 1);
  EXPECT_THAT(at_end.out, HasSubstr("# T2 waits in epoll_wait(ep, 8, 60000)"));
}

TEST(Run, CtrlCPrintsTheSummaryAndExits130) {
  const Folder folder;
  const std::string file =
      folder.write("long.epoll", "a, w = pipe()\nsleep(3600s) = 0\nwrite(w, 1)\n");
  Running program({"run", "--timeout", "2m", file});
  ASSERT_TRUE(program.wait_for("pipe()"));  // printed when the sleep takes its time
  program.signal(SIGINT);
  const Said said = program.wait();
  EXPECT_EQ(said.status, 130);
  EXPECT_THAT(said.out, HasSubstr("# not finished: sleep(3600s)\n# not made: write(w, 1)\n"));
  EXPECT_THAT(said.out, EndsWith("# 1 step, 0 expectations failed, 0 model differences\n"));
  EXPECT_EQ(said.err, "");
}

TEST(Run, AReaderThatLeavesIsNoError) {
  const Folder folder;
  const std::string file =
      folder.write("long.epoll", "a, w = pipe()\nrepeat 20000 {\nwrite(w, 1)\nread(a, 1)\n}\n");
  Running program({"run", file});
  ASSERT_TRUE(program.wait_for("pipe()"));
  program.close_output();
  const Said said = program.wait();
  EXPECT_EQ(said.err, "");
  EXPECT_LT(said.status, 128);
  EXPECT_EQ(said.status, 0);
}

TEST(Run, PauseAfterNamesTheLabAndWaitsForEnter) {
  const Folder folder;
  const std::string file = folder.write("two.epoll", "a, w = pipe()\nwrite(w, 1)\n");
  Running program({"run", "--pause-after", "1", file});
  ASSERT_TRUE(program.wait_for("press Enter"));
  program.type("\n");
  const Said said = program.wait();
  EXPECT_EQ(said.status, 0);
  EXPECT_THAT(said.err, HasSubstr("the lab is process "));
  EXPECT_THAT(said.out, HasSubstr("write(w, 1) = 1\n"));
}

// The CPUs that the lab of a paused run may use, as /proc/PID/status lists them.
std::string cpus_of_lab(const std::string& text) {
  const Folder folder;
  Running program({"run", "--pause-after", "1", folder.write("paused.epoll", text)});
  EXPECT_TRUE(program.wait_for("press Enter"));
  const std::string& err = program.so_far().err;
  const std::string pid = std::to_string(std::stoi(err.substr(err.find("process ") + 8)));
  std::string cpus;
  for (const std::string& line : lines_of(read_file("/proc/" + pid + "/status"))) {
    if (line.starts_with("Cpus_allowed_list:")) cpus = line.substr(line.find('\t') + 1);
  }
  program.type("\n");
  EXPECT_EQ(program.wait().status, 0);
  return cpus;
}

TEST(Run, OneThreadStaysOnOneCpuAndSeveralDoNot) {
  EXPECT_EQ(cpus_of_lab("a, w = pipe()\n").find_first_of(",-"), std::string::npos);
  std::string own;
  for (const std::string& line : lines_of(read_file("/proc/self/status"))) {
    if (line.starts_with("Cpus_allowed_list:")) own = line.substr(line.find('\t') + 1);
  }
  EXPECT_EQ(cpus_of_lab("a, w = pipe()\nT2: write(w, 1)\n"), own);
}

TEST(Run, CtrlCEndsAPause) {
  const Folder folder;
  const std::string file = folder.write("two.epoll", "a, w = pipe()\nwrite(w, 1)\n");
  Running program({"run", "--pause-after", "1", file});
  ASSERT_TRUE(program.wait_for("press Enter"));
  program.signal(SIGINT);
  const Said said = program.wait();
  EXPECT_EQ(said.status, 130);
  EXPECT_THAT(said.out, HasSubstr("# not made: write(w, 1)\n"));
  EXPECT_THAT(said.out, EndsWith("# 1 step, 0 expectations failed, 0 model differences\n"));
}

TEST(Run, ALongRunStreamsAndCounts) {
  const Said said = run_text("a, w = pipe()\nrepeat 5000 {\nwrite(w, 1)\nread(a, 1)\n}\n");
  EXPECT_EQ(said.status, 0);
  EXPECT_EQ(lines_of(said.out).size(), 10002U);
  EXPECT_THAT(said.out, EndsWith("# 10001 steps, 0 expectations failed, 0 model differences\n"));
}

}  // namespace
}  // namespace epollscope::test
