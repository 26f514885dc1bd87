#include "tests/gui/driver.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace epollscope::test {
namespace {

namespace fs = std::filesystem;

constexpr int kPatienceMs = 60'000;  // for something that should come at once

void exec(const std::vector<std::string>& command) {
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  execvp(argv[0], argv.data());
  _exit(127);
}

std::string read_all(int fd) {
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(fd, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(n));
  }
  return text;
}

std::string ids_of(const Frame& frame) {
  std::string ids;
  for (const Frame& h : frame.value("hits", Frame::array()))
    ids += h["id"].get<std::string>() + " ";
  return ids;
}

}  // namespace

const Frame* hit(const Frame& frame, const std::string& id) {
  const Frame* found = nullptr;
  for (const Frame& h : frame.at("hits")) {
    if (h.at("id") == id) found = &h;
  }
  return found;
}

Ended run_to_end(const std::vector<std::string>& command, const std::string& display) {
  int out[2], err[2];
  if (pipe(out) != 0 || pipe(err) != 0) throw std::runtime_error("pipe failed");
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(out[1], 1);
    dup2(err[1], 2);
    for (const int fd : {out[0], out[1], err[0], err[1]}) close(fd);
    unsetenv("WAYLAND_DISPLAY");
    unsetenv("DISPLAY");
    if (!display.empty()) setenv("DISPLAY", display.c_str(), 1);
    exec(command);
  }
  close(out[1]);
  close(err[1]);
  Ended ended;
  ended.output = read_all(out[0]);
  ended.errors = read_all(err[0]);
  close(out[0]);
  close(err[0]);
  int status = 0;
  waitpid(pid, &status, 0);
  ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ended;
}

Driver::Driver(const Screen& screen, const std::vector<std::string>& arguments, std::string size)
    : display_(screen.display()), size_(std::move(size)) {
  std::string pattern = (fs::temp_directory_path() / "epollscope-gui-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no folder for the test");
  folder_ = pattern;
  const std::string fifo = folder_ + "/frames";
  if (mkfifo(fifo.c_str(), 0600) != 0) throw std::runtime_error("mkfifo failed");
  // Open for writing too, so that neither end waits for the other to open.
  log_ = open(fifo.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  start(arguments);
}

void Driver::start(const std::vector<std::string>& arguments) {
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setenv("DISPLAY", display_.c_str(), 1);
    unsetenv("WAYLAND_DISPLAY");
    setenv("XDG_STATE_HOME", folder_.c_str(), 1);
    setenv("XDG_CONFIG_HOME", (folder_ + "/config").c_str(), 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("EPOLLSCOPE_FRAME_LOG", (folder_ + "/frames").c_str(), 1);
    // The GL driver's own leaks are not ours to report.
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
    if (chdir(folder_.c_str()) != 0) _exit(126);
    std::vector<std::string> command{EPOLLSCOPE_PROGRAM};
    command.insert(command.end(), arguments.begin(), arguments.end());
    exec(command);
  }
  until("the first frame", [](const Frame&) { return true; });
  const Ended found = run_to_end({"xdotool", "search", "--class", "epollscope"}, display_);
  window_ = found.output.substr(0, found.output.find('\n'));
  if (window_.empty()) throw std::runtime_error("xdotool does not find the window");
  if (!size_.empty()) {
    const std::size_t x = size_.find('x');
    const std::string width = size_.substr(0, x);
    const std::string height = size_.substr(x + 1);
    xdotool({"windowsize", "--sync", window_, width, height});
    // Until then things stand where they stood in the window's first size.
    until("its size", [&](const Frame& f) {
      return f["width"] == std::stoi(width) && f["height"] == std::stoi(height);
    });
  }
  // Without a window manager nobody gives the window the keyboard.
  xdotool({"windowfocus", "--sync", window_});
}

Driver::~Driver() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(log_);
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void Driver::restart() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  while (read_frame(0)) {
  }
  unread_.clear();
  newest_ = Frame();
  start({});
}

bool Driver::read_frame(int milliseconds) {
  for (;;) {
    if (const std::size_t end = unread_.find('\n'); end != std::string::npos) {
      newest_ = Frame::parse(unread_.substr(0, end));
      unread_.erase(0, end + 1);
      return true;
    }
    pollfd p{.fd = log_, .events = POLLIN, .revents = 0};
    if (poll(&p, 1, milliseconds) <= 0) return false;
    unread_ += read_all(log_);
  }
}

const Frame& Driver::until(const std::string& what, const std::function<bool(const Frame&)>& seen) {
  while (read_frame(0)) {
  }
  if (!newest_.is_null() && seen(newest_)) return newest_;
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
  while (std::chrono::steady_clock::now() < end && read_frame(kPatienceMs)) {
    if (seen(newest_)) return newest_;
  }
  throw std::runtime_error(fmt::format("waited in vain for {}; toast \"{}\", {} steps, hits: {}",
                                       what, newest_.value("toast", ""), newest_.value("steps", -1),
                                       ids_of(newest_)));
}

const Frame& Driver::until_steps(int steps) {
  return until(fmt::format("step {}", steps),
               [&](const Frame& f) { return f["steps"] == steps && f["busy"] == false; });
}

std::string Driver::label(const std::string& id) {
  const Frame& frame = until("hit " + id, [&](const Frame& f) { return hit(f, id) != nullptr; });
  return hit(frame, id)->at("label");
}

std::vector<std::string> Driver::to_middle_of(const std::string& id) {
  settle();
  const Frame& frame = until("hit " + id, [&](const Frame& f) { return hit(f, id) != nullptr; });
  const Frame& h = *hit(frame, id);
  const auto middle = [&](const char* at, const char* size) {
    return std::to_string(static_cast<int>(h[at].get<double>() + h[size].get<double>() / 2));
  };
  return {"mousemove", "--window", window_, middle("x", "w"), middle("y", "h")};
}

void Driver::click(const std::string& id, int button) {
  auto arguments = to_middle_of(id);
  arguments.insert(arguments.end(), {"click", std::to_string(button)});
  press(1, arguments);
}

void Driver::drag(const std::string& id, int button, int dx, int dy,
                  const std::function<bool(const Frame&)>& seen) {
  auto arguments = to_middle_of(id);
  arguments.insert(arguments.end(), {"mousedown", std::to_string(button)});
  press(1, arguments);
  xdotool({"mousemove_relative", "--", std::to_string(dx), std::to_string(dy)});
  until("the drag", seen);
  xdotool({"mouseup", std::to_string(button)});
  settle();
}

void Driver::key(const std::string& name) {
  press(1 + std::count(name.begin(), name.end(), '+'), {"key", "--clearmodifiers", name});
}

void Driver::type(const std::string& text) {
  // GLFW takes two presses of one key within a millisecond for one; the server of a busy machine
  // may well stamp them so. No run of keys typed at once holds a key twice.
  std::string run;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (!run.empty() && (i == text.size() || run.find(text[i]) != std::string::npos)) {
      press(static_cast<long>(run.size()), {"type", "--delay", "1", run});
      run.clear();
    }
    if (i < text.size()) run += text[i];
  }
}

// Two presses that fall between two frames are one to a widget, and a person is never so quick:
// goes on when a frame has seen these, and what they brought about is drawn.
void Driver::press(long count, const std::vector<std::string>& arguments) {
  settle();
  const long seen = newest_["presses"].get<long>() + count;
  xdotool(arguments);
  until("the press", [&](const Frame& f) { return f["presses"] >= seen && f["due"] == 0; });
}

void Driver::settle() {
  until("rest", [](const Frame& f) { return f["due"] == 0; });
}

bool Driver::frame_within(int milliseconds) { return read_frame(milliseconds); }

int Driver::quit() {
  xdotool({"key", "--clearmodifiers", "ctrl+q"});
  int status = 0;
  // The window may be about to write one more frame into the log.
  while (waitpid(pid_, &status, WNOHANG) == 0) read_frame(10);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void Driver::xdotool(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "xdotool");
  const Ended ended = run_to_end(arguments, display_);
  if (ended.status != 0) throw std::runtime_error("xdotool failed: " + ended.errors);
}

std::string Driver::file(const std::string& name) const {
  std::ifstream in(folder_ + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void Driver::write_file(const std::string& name, const std::string& text) const {
  std::ofstream(folder_ + "/" + name, std::ios::binary) << text;
}

}  // namespace epollscope::test
