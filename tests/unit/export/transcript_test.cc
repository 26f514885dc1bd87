#include "core/export/transcript.h"

#include <cerrno>

#include "tests/unit/export/records.h"
#include "tests/unit/session/run.h"

namespace epollscope {
namespace {

constexpr std::uint32_t kIn = 1;

// Prints steps as they come, and knows the ready list by heart.
struct Printed {
  explicit Printed(const Lesson& lesson, TranscriptOptions options = {})
      : transcript(lesson, options, [this](const std::string&) { return ready; }, text) {}
  std::vector<std::string> ready;
  std::string text;
  Transcript transcript;
};

TEST(Transcript, LinesUpCreationsAndPrintsWhatTheyGave) {
  const Lesson lesson = lesson_of("ep = epoll_create1(0)\na, w = pipe()\nwrite(w, \"hello\")\n");
  Printed p(lesson);
  p.transcript.begin(0);
  p.transcript.step(step_of(lesson, 0, creates({Fd{3}}), 1), 1);
  p.transcript.step(step_of(lesson, 1, creates({Fd{4}, Fd{5}}), 2), 2);
  p.transcript.step(step_of(lesson, 2, returns(5), 3), 3);
  EXPECT_EQ(p.text,
            "ep   = epoll_create1(0) = 3\n"
            "a, w = pipe() = 0 [4, 5]\n"
            "write(w, \"hello\") = 5\n");
}

TEST(Transcript, PrintsErrorsByName) {
  const Lesson lesson = lesson_of("close(77)\n");
  Printed p(lesson);
  p.transcript.begin(0);
  p.transcript.step(step_of(lesson, 0, fails(EBADF), 1), 1);
  EXPECT_EQ(p.text, "close(77) = -1 EBADF\n");
}

TEST(Transcript, PrintsPayloads) {
  const Lesson lesson = lesson_of("read(4, 8)\nread(5, 8)\nread(4, 1000)\n");
  Printed p(lesson);
  p.transcript.begin(0);
  Outcome text = returns(5);
  text.bytes = "he\nlo";
  p.transcript.step(step_of(lesson, 0, text, 1), 1);
  Outcome counter = returns(8);
  counter.value = 3;
  p.transcript.step(step_of(lesson, 1, counter, 2), 2);
  Outcome large = returns(257);
  large.bytes = std::string(257, 'x');
  p.transcript.step(step_of(lesson, 2, large, 3), 3);
  EXPECT_EQ(p.text,
            "read(4, 8) = 5 \"he\\nlo\"\n"
            "read(5, 8) = 8 {value=3}\n"
            "read(4, 1000) = 257\n");
}

TEST(Transcript, SleepingCallIsHeldBackAndPrintsAsOneLineWhenItReturnsFirst) {
  const Lesson lesson = lesson_of("ep = epoll_create1(0)\nT2: epoll_wait(ep, 8, 20)\n");
  Printed p(lesson);
  p.transcript.begin(0);
  p.transcript.step(step_of(lesson, 0, creates({Fd{3}}), 1), 1);
  const std::string before = p.text;
  StepRecord asleep = sleep_of(lesson, 1, 2);
  p.transcript.step(asleep, 2);
  EXPECT_EQ(p.text, before);
  StepRecord back = asleep;
  back.n = 3;
  back.statement = -1;
  back.is_resume = back.returned = true;
  back.outcome = returns(0);
  p.transcript.step(back, 2);
  EXPECT_EQ(p.text, before + "T2: epoll_wait(ep, 8, 20) = 0 []\n");
}

TEST(Transcript, AnotherActorsLineMakesItUnfinishedAndResumed) {
  const Lesson lesson = lesson_of(
      "ep = epoll_create1(0)\na, w = pipe()\nT2: epoll_wait(ep, 8, -1)\nwrite(w, \"x\")\n");
  Printed p(lesson);
  p.transcript.begin(0);
  p.transcript.step(step_of(lesson, 0, creates({Fd{3}}), 1), 1);
  p.transcript.step(step_of(lesson, 1, creates({Fd{4}, Fd{5}}), 2), 2);
  p.text.clear();
  const StepRecord asleep = sleep_of(lesson, 2, 3);
  p.transcript.step(asleep, 3);
  StepRecord write = step_of(lesson, 3, returns(1), 4);
  write.resumed.push_back(resumed_of(asleep, {{kIn, 4, "a"}}));
  p.transcript.step(write, 4);
  EXPECT_EQ(p.text,
            "T2: epoll_wait(ep, 8, -1) <unfinished ...>\n"
            "write(w, \"x\") = 1\n"
            "T2: <... epoll_wait resumed> = 1 [{events=EPOLLIN, data=a}]\n");
}

TEST(Transcript, ACallThatNeverReturnsStaysUnfinished) {
  const Lesson lesson = lesson_of("T2: read(4, 1)\n");
  Printed p(lesson);
  p.transcript.begin(0);
  p.transcript.step(sleep_of(lesson, 0, 1), 1);
  p.transcript.end({.steps = 1});
  EXPECT_EQ(p.text,
            "T2: read(4, 1) <unfinished ...>\n"
            "# 1 step, 0 expectations failed, 0 model differences\n");
}

// The scheduler chose who returns: T2 slept again, T3 returned; next time it may be T2.
TEST(Transcript, ChanceIsWrittenAsAlternatives) {
  const Lesson lesson = lesson_of("T2: read(4, 1)\nT3: read(4, 1)\nwrite(5, \"x\")\n");
  Printed p(lesson);
  p.transcript.begin(0);
  p.transcript.step(sleep_of(lesson, 0, 1), 1);
  const StepRecord asleep = sleep_of(lesson, 1, 2);
  p.transcript.step(asleep, 2);
  StepRecord write = step_of(lesson, 2, returns(1), 3);
  Resumed back = resumed_of(asleep, {});
  back.outcome.returned = 1;
  back.outcome.bytes = "x";
  back.chance.actors = {{'T', 2}, {'T', 3}};
  write.resumed.push_back(back);
  p.transcript.step(write, 3);
  EXPECT_TRUE(p.text.ends_with("T2|T3: <... read resumed> = 1 \"x\"\n")) << p.text;
}

// Each of two returned something else: the text is the same whoever got what.
TEST(Transcript, WhatSeveralGotDoesNotTellWhoGotIt) {
  const Lesson lesson = lesson_of("T2: read(4, 1)\nT3: read(4, 1)\nwrite(5, \"x\")\n");
  const auto text = [&](std::int64_t second, std::int64_t third) {
    Printed p(lesson);
    p.transcript.begin(0);
    StepRecord write = step_of(lesson, 2, returns(1), 3);
    int n = 0;
    for (const std::int64_t got : {second, third}) {
      const StepRecord asleep = sleep_of(lesson, n, n + 1);
      p.transcript.step(asleep, ++n);
      Resumed back = resumed_of(asleep, {});
      back.outcome = got == 0 ? fails(EAGAIN) : returns(got);
      back.chance.actors = {{'T', 2}, {'T', 3}};
      write.resumed.push_back(back);
    }
    p.transcript.step(write, 3);
    return p.text;
  };
  EXPECT_EQ(text(0, 16), text(16, 0));
  EXPECT_NE(text(0, 16), text(16, 16));
}

// Next time it may not return at all, so the transcript must not ask for it.
TEST(Transcript, WhatNeedNotComeIsAComment) {
  const Lesson lesson = lesson_of("T2: read(4, 1)\nwrite(5, \"x\")\n");
  Printed p(lesson);
  p.transcript.begin(0);
  const StepRecord asleep = sleep_of(lesson, 0, 1);
  p.transcript.step(asleep, 1);
  StepRecord write = step_of(lesson, 1, returns(1), 2);
  Resumed back = resumed_of(asleep, {});
  back.outcome.returned = 1;
  back.outcome.bytes = "x";
  back.chance.by_chance = true;
  write.resumed.push_back(back);
  p.transcript.step(write, 2);
  EXPECT_TRUE(p.text.ends_with("# by chance: T2: <... read resumed> = 1 \"x\"\n")) << p.text;
}

TEST(Transcript, WhatOthersChangedOnTheWayIsNotCompared) {
  const Lesson lesson = lesson_of("write(4, 1)\n");
  Printed p(lesson);
  p.transcript.begin(0);
  StepRecord write = step_of(lesson, 0, returns(1), 1);
  write.chance.by_chance = true;
  p.transcript.step(write, 1);
  EXPECT_TRUE(p.text.ends_with("write(4, 1) = 1?\n")) << p.text;
}

// A failure found when its step has been printed already follows it.
TEST(Transcript, ALateFailureIsToldOnce) {
  const Lesson lesson = lesson_of("close(7)\nclose(8)\n");
  Printed p(lesson);
  p.transcript.begin(0);
  StepRecord record = step_of(lesson, 0, returns(0), 1);
  p.transcript.step(record, 1);
  record.expectation_failure = "T2 cannot go on";
  p.transcript.late(record);
  p.transcript.late(record);
  EXPECT_EQ(p.text, "close(7) = 0\n# does not hold: T2 cannot go on\n");
  record.expectation_failure += "; nor can T3";
  p.transcript.late(record);
  EXPECT_EQ(p.text,
            "close(7) = 0\n# does not hold: T2 cannot go on\n# does not hold: nor can T3\n");
}

TEST(Transcript, CommentsProseGroupsAndTheirPlaces) {
  const Lesson lesson = lesson_of(
      "# Title\n\nSome prose.\n\n```epoll\n# first\n{\n  close(7)  # inside\n  "
      "close(8)\n}\nclose(9)\n```\n");
  ASSERT_TRUE(lesson.markdown);
  Printed p(lesson);
  const auto& all = lesson.program.statements;
  std::vector<int> calls;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (std::holds_alternative<CallStatement>(all[i].what)) calls.push_back(static_cast<int>(i));
  }
  ASSERT_EQ(calls.size(), 3U);
  p.transcript.begin(calls[0]);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const int next = i + 1 < calls.size() ? calls[i + 1] : static_cast<int>(all.size());
    p.transcript.step(step_of(lesson, calls[i], fails(EBADF), static_cast<int>(i) + 1), next);
  }
  EXPECT_NE(p.text.find("# Some prose.\n"), std::string::npos) << p.text;
  EXPECT_NE(p.text.find("# first\n{\n  close(7) = -1 EBADF  # inside\n  close(8) = -1 EBADF\n}\n"
                        "close(9) = -1 EBADF\n"),
            std::string::npos)
      << p.text;
}

TEST(Transcript, FailuresAndDifferencesAreComments) {
  const Lesson lesson = lesson_of("close(7) = 0\nclose(8)\n");
  Printed p(lesson);
  p.transcript.begin(0);
  StepRecord record = step_of(lesson, 0, fails(EBADF), 1);
  record.held = false;
  record.expectation_failure = "expected 0, got -1 EBADF";
  record.differences = {"T1: the kernel's call returned -1 EBADF, the model's returned 0"};
  p.transcript.step(record, 1);
  p.transcript.end({.steps = 1,
                    .expectations_failed = 1,
                    .model_differences = 1,
                    .last_failure = record.expectation_failure,
                    .died = "the lab was killed by signal 9"});
  EXPECT_EQ(p.text,
            "close(7) = -1 EBADF\n"
            "# does not hold: expected 0, got -1 EBADF\n"
            "# model differs: T1: the kernel's call returned -1 EBADF, the model's returned 0\n"
            "# not made: close(8)\n"
            "# the lab was killed by signal 9\n"
            "# 1 step, 1 expectation failed, 1 model difference\n");
}

TEST(Transcript, PrintsTheObservedReadyList) {
  const Lesson lesson = lesson_of("ep = epoll_create1(0)\nexpect ready(ep) = []\n");
  Printed p(lesson);
  p.ready = {"a", "b"};
  p.transcript.begin(0);
  p.transcript.step(step_of(lesson, 0, creates({Fd{3}}), 1), 2);
  EXPECT_EQ(p.text, "ep = epoll_create1(0) = 3\nexpect ready(ep) = [a, b]\n");
}

TEST(Transcript, MicroStepsAreComments) {
  const Lesson lesson = lesson_of("close(7)\n");
  Printed p(lesson, {.micro = true});
  p.transcript.begin(0);
  StepRecord record = step_of(lesson, 0, returns(0), 1);
  MicroStep m = micro_of("ep_send_events", MicroStep::What::requeued);
  m.subject = "a";
  record.micro.push_back(m);
  p.transcript.step(record, 1);
  EXPECT_EQ(p.text, "close(7) = 0\n#   ep_send_events: a requeued\n");
}

TEST(Transcript, KeepsQuestionMarksOfTheProgram) {
  const Lesson lesson = lesson_of(
      "ep = epoll_create1(0)\na, w = pipe()\n"
      "epoll_wait(ep, 8, 0) = 1 [{events=EPOLLIN?, data=a}]\nwrite(w, \"xy\") = 1?\n");
  Printed p(lesson);
  p.transcript.begin(0);
  p.transcript.step(step_of(lesson, 0, creates({Fd{3}}), 1), 1);
  p.transcript.step(step_of(lesson, 1, creates({Fd{4}, Fd{5}}), 2), 2);
  p.text.clear();
  p.transcript.step(with_events(step_of(lesson, 2, {}, 3), {{0x11, 4, "a"}}), 3);
  p.transcript.step(step_of(lesson, 3, returns(2), 4), 4);
  EXPECT_EQ(p.text,
            "epoll_wait(ep, 8, 0) = 1 [{events=EPOLLIN|EPOLLHUP?, data=a}]\n"
            "write(w, \"xy\") = 2?\n");
}

// `a` means another descriptor by now, so the event of the first one cannot be called that.
TEST(Transcript, ANameThatWasBoundAgainIsNotUsedForOldData) {
  const Lesson lesson =
      lesson_of("ep = epoll_create1(0)\na, w = pipe()\na, w = pipe()\nepoll_wait(ep, 8, 0)\n");
  Printed p(lesson);
  p.transcript.begin(0);
  p.transcript.step(step_of(lesson, 0, creates({Fd{3}}), 1), 1);
  p.transcript.step(step_of(lesson, 1, creates({Fd{4}, Fd{5}}), 2), 2);
  p.transcript.step(step_of(lesson, 2, creates({Fd{6}, Fd{7}}), 3), 3);
  p.text.clear();
  p.transcript.step(with_events(step_of(lesson, 3, {}, 4), {{kIn, 4, "a"}, {kIn, 6, "a"}}), 4);
  EXPECT_EQ(p.text,
            "epoll_wait(ep, 8, 0) = 2 [{events=EPOLLIN, data=4}, {events=EPOLLIN, data=a}]\n");
}

TEST(Transcript, WhatFitsIntoASocketIsTheMachinesChoice) {
  const Lesson lesson =
      lesson_of("a, b = socketpair(AF_UNIX, SOCK_STREAM)\nfill(a)\nfill(b) = 7\n");
  Printed p(lesson);
  p.transcript.begin(0);
  p.transcript.step(step_of(lesson, 0, creates({Fd{3}, Fd{4}}), 1), 1);
  p.text.clear();
  StepRecord fill = step_of(lesson, 1, returns(278528), 2);
  fill.request.op = Fill{Fd{3}};
  p.transcript.step(fill, 2);
  StepRecord checked = step_of(lesson, 2, returns(7), 3);
  checked.request.op = Fill{Fd{4}};
  p.transcript.step(checked, 3);
  EXPECT_EQ(p.text, "fill(a) = 278528?\nfill(b) = 7\n");
}

// The model's list means nothing there; what was written is kept where it is to be run again.
TEST(Transcript, WhatIsNotModelledDecidesNoReadyList) {
  const auto session = test::run(
      "ep = epoll_create1(0)\nc, d = socketpair(AF_UNIX, SOCK_STREAM)\n"
      "epoll_ctl(ep, ADD, d, PRI)\nsend(c, \"ab\", MSG_OOB)\nexpect ready(ep) = [d]\n",
      {.model_only = true});
  ASSERT_NE(session, nullptr);
  const std::string told = transcript_of(*session);
  EXPECT_NE(told.find("# not decided: expect ready(ep) = [d]\n"), std::string::npos) << told;
  const std::string saved = transcript_of(*session, {.to_run = true});
  EXPECT_NE(saved.find("\nexpect ready(ep) = [d]\n"), std::string::npos) << saved;
}

}  // namespace
}  // namespace epollscope
