// Every call of the table as a line of C that a compiler takes.
#include "core/export/c_line.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <set>

namespace epollscope {
namespace {

std::string line(const std::string& text, bool counter = false) {
  const auto statement = parse_statement(text);
  if (!statement) return "does not parse: " + text;
  return c_line(std::get<CallStatement>(statement->what), counter);
}

TEST(CLine, IsWhatAProgramWouldWrite) {
  EXPECT_EQ(line("epoll_ctl(ep, ADD, a, IN|ET)"),
            "epoll_ctl(ep, EPOLL_CTL_ADD, a, &(struct epoll_event){.events = EPOLLIN | EPOLLET, "
            ".data.fd = a});");
  EXPECT_EQ(line("epoll_ctl(ep, MOD, a, {events=IN, data=7})"),
            "epoll_ctl(ep, EPOLL_CTL_MOD, a, &(struct epoll_event){.events = EPOLLIN, .data.u64 = "
            "7});");
  EXPECT_EQ(line("epoll_wait(ep, 8, 20us)"), "epoll_wait(ep, events, 8, 1);");
  EXPECT_EQ(line("a, w = pipe()"), "pipe(fds); a = fds[0]; w = fds[1];");
  EXPECT_EQ(line("a[3] = dup(b)"), "a_3_ = dup(b);");
  EXPECT_EQ(line("write(v, 3)", true), "eventfd_write(v, 3);");
  EXPECT_EQ(line("write(w, \"a\\n\")"), "write(w, \"a\\n\", 2);");
  EXPECT_EQ(line("setsockopt(s, SO_LINGER, 0)"),
            "setsockopt(s, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));");
}

// Nothing here may be left out: a call without a line in this list fails the test.
TEST(CLine, IsTakenByTheCompilerForEveryCall) {
  const std::vector<std::string> lines{"ep = epoll_create(1)",
                                       "ep = epoll_create1(EPOLL_CLOEXEC)",
                                       "epoll_ctl(ep, DEL, a, NULL)",
                                       "epoll_ctl(ep, ADD, a, {events=IN|ONESHOT, data=b})",
                                       "epoll_wait(ep, 8, -1)",
                                       "epoll_wait(ep, 8, 0, events=NULL)",
                                       "epoll_pwait(ep, 8, 5, [SIGUSR1, SIGINT])",
                                       "epoll_pwait2(ep, 8, 1500ms, NULL)",
                                       "epoll_pwait2(ep, 8, -1, [])",
                                       "a, b = pipe()",
                                       "a, b = pipe2(O_NONBLOCK|O_CLOEXEC)",
                                       "a, b = socketpair(AF_UNIX, SOCK_STREAM|SOCK_NONBLOCK)",
                                       "s = socket(AF_INET, SOCK_STREAM)",
                                       "bind(s)",
                                       "listen(s, 8)",
                                       "connect(a, s)",
                                       "a = accept(s)",
                                       "a = accept4(s, SOCK_NONBLOCK)",
                                       "shutdown(a, SHUT_WR)",
                                       "setsockopt(a, TCP_NODELAY, 1)",
                                       "setsockopt(a, SO_LINGER, -1)",
                                       "getsockopt(a, SO_ERROR)",
                                       "v = eventfd(0, EFD_SEMAPHORE)",
                                       "t = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK)",
                                       "timerfd_settime(t, 1500ms, 2s)",
                                       "v = signalfd([SIGUSR1], SFD_NONBLOCK)",
                                       "m, s = openpty()",
                                       "a = inotify()",
                                       "inotify_touch(a)",
                                       "inotify_touch(a, 2)",
                                       "a = memfd_create()",
                                       "read(a, 8)",
                                       "write(a, \"text\")",
                                       "write(a, 4k)",
                                       "send(a, \"x\", MSG_OOB|MSG_DONTWAIT)",
                                       "recv(a, 8, 0)",
                                       "close(a)",
                                       "b = dup(a)",
                                       "dup2(a, b)",
                                       "fcntl(a, F_SETFL, O_NONBLOCK)",
                                       "fcntl(a, F_GETFL)",
                                       "setrlimit(NOFILE, 8)",
                                       "P1 = fork()",
                                       "P1: exit(0)",
                                       "waitpid(P1)",
                                       "a = pidfd(P1)",
                                       "kill(T2, SIGUSR1)",
                                       "kill(P1, SIGTERM)",
                                       "sigaction(SIGUSR1, handler, SA_RESTART)",
                                       "sigaction(SIGUSR1, SIG_IGN)",
                                       "sigprocmask(SIG_BLOCK, [SIGUSR1])",
                                       "drain(a)",
                                       "fill(b)",
                                       "sleep(20ms)",
                                       "poll(a, b)"};
  std::set<std::string_view> covered;
  std::string body;
  for (const std::string& text : lines) {
    const auto statement = parse_statement(text);
    ASSERT_TRUE(statement) << text;
    covered.insert(spec_of(std::get<CallStatement>(statement->what).call.name).name);
    body += "  " + line(text) + "\n";
  }
  for (const CallSpec& spec : all_calls()) EXPECT_TRUE(covered.contains(spec.name)) << spec.name;

  std::string folder = testing::TempDir() + "c_line_XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const std::string file = folder + "/lines.c";
  std::ofstream(file) << R"(#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
int status;
int a, b, m, s, t, v, ep, fds[2], value, scratch1, scratch2;
char buffer[65536];
struct epoll_event events[8];
struct sockaddr_in loopback, of_s;
sigset_t mask;
pthread_t T2;
void handler(int signal);
void lines(void) {
)" << body << "}\n";
  const std::string command =
      "cc -std=gnu11 -fsyntax-only -Werror=implicit-function-declaration "
      "-Werror=incompatible-pointer-types -Werror=int-conversion " +
      file;
  EXPECT_EQ(std::system(command.c_str()), 0) << body;  // NOLINT(cert-env33-c): no input in it
  unlink(file.c_str());
  rmdir(folder.c_str());
}

}  // namespace
}  // namespace epollscope
