#include "tests/unit/script/parse.h"

namespace epollscope {
namespace {

using namespace std::string_literals;

// The one mistake in a line that follows statements which bind ep, a, w and v.
std::string mistake(std::string_view line) {
  const std::string text =
      "ep = epoll_create1(0)\na, w = pipe()\nv = eventfd(0, 0)\n" + std::string(line);
  const auto l = parse_lesson(text);
  if (l) return "";
  EXPECT_EQ(l.error().diagnostics.size(), 1U) << print(l.error(), "text");
  const Diagnostic& d = l.error().diagnostics.front();
  EXPECT_EQ(d.line, 4) << d.message;
  return std::to_string(d.column) + ": " + d.message;
}

TEST(Diagnostic, UnknownWords) {
  EXPECT_EQ(mistake("epoll_ctl(ep, ADD, a, EPOLLINN)"),
            "23: unknown flag EPOLLINN; did you mean EPOLLIN?");
  EXPECT_EQ(mistake("epoll_ctl(ep, AD, a, IN)"), "15: unknown flag AD; did you mean ADD?");
  EXPECT_EQ(mistake("epol_wait(ep, 8, 0)"), "1: unknown call epol_wait; did you mean epoll_wait?");
  EXPECT_EQ(mistake("vfork()"), "1: unknown call vfork; did you mean fork?");
  EXPECT_EQ(mistake("read(a, 1) = -1 EAGIAN"), "17: unknown errno EAGIAN; did you mean EAGAIN?");
  EXPECT_EQ(mistake("write(w, 5kb)"), "10: unknown unit kb; there are ns, us, ms, s, k and M");
  EXPECT_EQ(mistake("epoll_ctl(ep, ADD, a, {event=IN})"),
            "24: unknown field event; did you mean events?");
  EXPECT_EQ(mistake("main: close(a)"),
            "1: unknown actor main; threads are T1 to T64, processes P1 to P16");
  EXPECT_EQ(mistake("T0: close(a)"),
            "1: unknown actor T0; threads are T1 to T64, processes P1 to P16");
}

TEST(Diagnostic, Processes) {
  EXPECT_EQ(mistake("P1: close(a)"), "1: there is no P1 yet; P1 = fork() makes it");
  EXPECT_EQ(mistake("waitpid(P2)"), "9: there is no P2 yet; P2 = fork() makes it");
  EXPECT_EQ(mistake("waitpid(T2)"), "9: process must be a process such as P1, not T2");
  EXPECT_EQ(mistake("kill(P17, SIGUSR1)"),
            "6: unknown actor P17; threads are T1 to T64, processes P1 to P16");
  EXPECT_EQ(mistake("fork()"), "1: fork makes one process, and wants its name: P1 = fork()");
  EXPECT_EQ(mistake("x = fork()"), "1: fork makes a process, P1 to P16");
  EXPECT_EQ(mistake("exit(0)"),
            "1: exit would end the lab, the process of the threads; one that fork made can exit, "
            "such as P1: exit(0)");
  EXPECT_EQ(mistake("close(a) = P1"), "12: close gives back a number, not a process");
  EXPECT_EQ(first_mistake("P1 = fork()\nP1 = fork()"),
            "2:1: P1 was forked already; each process has a name of its own");
  EXPECT_EQ(first_mistake("P1 = fork()\nP1: P2 = fork()"),
            "2:10: only threads fork, so that all processes end with the lab");
}

TEST(Diagnostic, Names) {
  EXPECT_EQ(mistake("close(b)"), "7: b is not bound to anything yet");
  EXPECT_EQ(mistake("close(nowhere)"), "7: nowhere is not bound to anything yet");
  EXPECT_EQ(mistake("IN = eventfd(0, 0)"), "1: IN is a reserved word and cannot be a name");
  EXPECT_EQ(mistake("close(EAGAIN)"), "7: EAGAIN is a reserved word, not a descriptor");
  for (const char* word : {"NULL", "SIGUSR1", "T2", "P1", "EPOLLIN", "ADD", "EBADF", "expect"}) {
    EXPECT_NE(mistake(std::string(word) + " = eventfd(0, 0)"), "") << word;
  }
  EXPECT_EQ(mistake("x, y = eventfd(0, 0)"),
            "4: eventfd makes 1 descriptor, so it cannot bind 2 names");
  EXPECT_EQ(mistake("x = close(a)"), "1: close makes no descriptor, so it binds no name");
  EXPECT_EQ(mistake("x, x = pipe()"), "4: x is bound twice by one call");
}

TEST(Diagnostic, ANameThatWasProbablyMeant) {
  EXPECT_EQ(first_mistake("peer = eventfd(0, 0)\nclose(per)"),
            "2:7: per is not bound to anything yet; did you mean peer?");
}

TEST(Diagnostic, Arguments) {
  EXPECT_EQ(mistake("epoll_wait(ep, 8)"),
            "1: epoll_wait takes 3 or 4 arguments (epfd, maxevents, timeout, events), not 2");
  EXPECT_EQ(mistake("pipe(1)"), "1: pipe takes 0 arguments, not 1");
  EXPECT_EQ(mistake("close(\"a\")"), "7: fd must be a descriptor, not a string");
  EXPECT_EQ(mistake("read(a, \"x\")"), "9: count must be an integer, not a string");
  EXPECT_EQ(mistake("epoll_wait(ep, a, 0)"), "16: maxevents must be an integer, not a");
  EXPECT_EQ(mistake("sleep(20)"), "7: duration must be a duration such as 20ms, not a number");
  EXPECT_EQ(mistake("read(a, 20ms)"), "9: count must be an integer, not a duration");
  EXPECT_EQ(mistake("epoll_ctl(ep, ADD|MOD, a, IN)"), "15: op takes exactly one value");
  EXPECT_EQ(mistake("epoll_wait(ep, 8, 0, NULL)"),
            "22: the last argument of epoll_wait is written events=NULL");
  EXPECT_EQ(mistake("epoll_wait(ep, timeout=8, 0)"),
            "16: argument 2 of epoll_wait is maxevents, not timeout");
  EXPECT_EQ(mistake("epoll_wait(ep, 9999999999, 0)"), "16: 9999999999 does not fit into 32 bits");
  EXPECT_EQ(mistake("write(v, 99999999999999999999)"), "10: the number does not fit into 64 bits");
  EXPECT_EQ(mistake("epoll_ctl(ep, ADD, a, {data=a})"), "23: events= is missing");
  EXPECT_EQ(mistake("epoll_ctl(ep, ADD, a, {events=IN, events=OUT})"), "35: events is given twice");
  EXPECT_EQ(mistake("close(a?)"), "7: only an outcome may end in ?");
}

TEST(Diagnostic, Shape) {
  EXPECT_EQ(mistake("close(a"), "8: expected , or ) here");
  EXPECT_EQ(mistake("close(a,)"), "9: expected an argument after the comma");
  EXPECT_EQ(mistake("close a"), "7: expected ( or = here");
  EXPECT_EQ(mistake("write(w, \"hello)"), "10: this string has no closing quote");
  EXPECT_EQ(mistake("write(w, \"\\q\")"),
            "10: unknown escape in this string; those of C are \\n \\t \\\\ \\\" \\x41");
  EXPECT_EQ(mistake("epoll_ctl(ep, ADD, a, IN|)"), "26: expected a flag or a number after |");
  EXPECT_EQ(mistake("close(a) close(w)"), "10: expected the end of the statement");
  EXPECT_EQ(mistake("close(a) = later"),
            "12: expected an outcome: a number, -1 and an errno for a failed call, or ?");
  EXPECT_EQ(mistake("close(a[x])"), "9: expected an index, such as 7 or 1..10");
  EXPECT_EQ(mistake("12345"),
            "1: this is not a statement; expected a call such as write(w, \"hello\")");
  EXPECT_EQ(mistake("T1|T2: close(a)"),
            "4: one actor makes a call; only a resumed line may name several");
  EXPECT_EQ(mistake("expect ready(ep) = a"), "20: expected [ and the items of the ready list");
}

TEST(Diagnostic, Outcomes) {
  EXPECT_EQ(mistake("close(a) = 0 EBADF"),
            "14: an errno goes with -1, which a call that failed returns");
  EXPECT_EQ(mistake("close(a) = 0 []"), "14: close gives back a number alone");
  EXPECT_EQ(mistake("epoll_wait(ep, 8, 0) = 1 \"x\""),
            "26: epoll_wait gives back a list, such as [{events=EPOLLIN, data=a}]");
  EXPECT_EQ(mistake("epoll_wait(ep, 8, 0) = 1 [a]"),
            "27: an event is written {events=EPOLLIN, data=a}");
}

TEST(Diagnostic, OneMistakeIsToldOnce) {
  const auto l = parse_lesson("r, w = pip()\nread(r, 1)\nx = eventfd(0\nclose(x)\n");
  ASSERT_FALSE(l);
  ASSERT_EQ(l.error().diagnostics.size(), 2U) << print(l.error(), "text");
}

TEST(Diagnostic, AllMistakesAreToldAtOnce) {
  const auto l = parse_lesson("foo()\nsleep(1)\n\nclose(\n");
  ASSERT_FALSE(l);
  std::vector<int> lines;
  for (const Diagnostic& d : l.error().diagnostics) lines.push_back(d.line);
  EXPECT_EQ(lines, (std::vector<int>{1, 2, 4}));
}

TEST(Diagnostic, FilesThatAreNoScenario) {
  const std::string binary =
      "this is not a text file: a scenario or lesson is UTF-8 text, which has no byte ";
  EXPECT_EQ(first_mistake("close(1)\0"s), "1:9: " + binary + "0x00 here");
  EXPECT_EQ(first_mistake("\x7f"
                          "ELF\xff\xfe"),
            "1:5: " + binary + "0xff here");
  EXPECT_EQ(first_mistake("close(1)\n# é\xe9\n"), "2:4: " + binary + "0xe9 here");
  const std::string empty = "1:1: nothing to run: there is no statement here";
  EXPECT_EQ(first_mistake(""), empty);
  EXPECT_EQ(first_mistake("# only this\n\n"), empty);
  EXPECT_EQ(first_mistake("# Title\n\n```epoll\n# nothing\n```\n"), empty);
}

TEST(Diagnostic, LinesMayEndAsOnOtherSystemsAndBeginWithAMark) {
  EXPECT_EQ(first_mistake("\xEF\xBB\xBFsleep(1ms)\r\n\r\nsleep(2ms)  # x\r\n"), "");
}

TEST(PrintFailure, PointsAtTheColumn) {
  const auto l = parse_lesson("ep = epoll_create1(CLOEXE)\n");
  ASSERT_FALSE(l);
  EXPECT_EQ(print(l.error(), "lesson.md"),
            "lesson.md:1:20: error: unknown flag CLOEXE; did you mean CLOEXEC?\n"
            "  ep = epoll_create1(CLOEXE)\n"
            "                     ^\n");
}

TEST(PrintFailure, CountsCharactersAndKeepsTabs) {
  const auto l = parse_lesson("\twrite(1, \"就绪\", 2)  \n\tclose(\"é\", b)\n\tsleep(1ms) é\n");
  ASSERT_FALSE(l);
  const std::string text = print(l.error(), "f");
  EXPECT_NE(text.find("f:3:13: error: "), std::string::npos) << text;
  EXPECT_NE(text.find("  \tsleep(1ms) é\n  \t           ^\n"), std::string::npos) << text;
}

TEST(PrintFailure, ShowsPartOfALongLineAndNoControlCharacters) {
  const std::string text = print(
      ParseFailure{{{1, 300, "wrong", std::string(299, 'a') + "\x1b[2J" + std::string(300, 'b')}}},
      "f");
  EXPECT_LT(text.size(), 500U);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  const std::size_t shown = text.find("…");
  const std::size_t caret = text.rfind('^');
  const std::size_t line = text.rfind('\n', caret);
  ASSERT_NE(shown, std::string::npos);
  EXPECT_EQ(caret - line - 1, 2U + 1U + 80U);  // margin, …, and what stands before the mistake
}

TEST(Diagnostic, SignalMasksAndTimesOfWaits) {
  EXPECT_EQ(mistake("epoll_pwait(ep, 8, 0, SIGUSR1)"),
            "23: sigmask must be a list such as [SIGUSR1], or NULL, not SIGUSR1");
  EXPECT_EQ(mistake("epoll_pwait(ep, 8, 0, [SIGUSR3])"),
            "24: unknown flag SIGUSR3; did you mean SIGUSR1?");
  EXPECT_EQ(mistake("epoll_pwait(ep, 8, 0, [10])"), "24: sigmask holds names such as SIGUSR1");
  EXPECT_EQ(mistake("epoll_pwait2(ep, 8, 20, NULL)"),
            "21: timeout must be a duration such as 20ms or 0ns, or -1, not a number");
  EXPECT_EQ(mistake("epoll_pwait2(ep, 8, 1ms, NULL, NULL)"),
            "32: the last argument of epoll_pwait2 is written events=NULL");
}

}  // namespace
}  // namespace epollscope
