#include "tests/gui/screen.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

namespace epollscope::test {

Screen::Screen(const std::string& size) {
  // The server chooses the number itself and tells it when it is ready: no race, no waiting.
  int ready[2];
  if (pipe(ready) != 0) throw std::runtime_error("pipe failed");
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(ready[0]);
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(null, 2);
    const std::string fd = std::to_string(ready[1]);
    execlp("Xvfb", "Xvfb", "-displayfd", fd.c_str(), "-screen", "0", (size + "x24").c_str(),
           "-nolisten", "tcp", nullptr);
    _exit(127);
  }
  close(ready[1]);
  char c = 0;
  std::string number;
  while (read(ready[0], &c, 1) == 1 && c != '\n') number += c;
  close(ready[0]);
  if (number.empty())
    throw std::runtime_error("Xvfb did not start; is the package xvfb installed?");
  display_ = ":" + number;
}

Screen::~Screen() {
  if (pid_ <= 0) return;
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
}

}  // namespace epollscope::test
