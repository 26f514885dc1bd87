#include "tests/unit/cli/program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "core/lab/lab.h"

namespace epollscope::test {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> environment_with(const std::map<std::string, std::string>& changes) {
  std::vector<std::string> result;
  for (char** e = environ; *e != nullptr; ++e) {
    const std::string entry = *e;
    if (!changes.contains(entry.substr(0, entry.find('=')))) result.push_back(entry);
  }
  for (const auto& [name, value] : changes) {
    if (!value.empty()) result.push_back(fmt::format("{}={}", name, value));
  }
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& t : texts) result.push_back(t.data());
  result.push_back(nullptr);
  return result;
}

pid_t spawn(const std::vector<std::string>& arguments, const Setting& setting, const int fds[3]) {
  std::vector<std::string> args;
  if (setting.descriptors > 0) {
    const std::string limited =
        "ulimit -n " + std::to_string(setting.descriptors) + "; exec \"$0\" \"$@\"";
    args = {"/bin/sh", "-c", limited};
  }
  args.emplace_back(EPOLLSCOPE_PROGRAM);
  args.insert(args.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment = environment_with(setting.environment);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (int i = 0; i < 3; ++i) posix_spawn_file_actions_adddup2(&actions, fds[i], i);
  for (const int fd : setting.closed) posix_spawn_file_actions_addclose(&actions, fd);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t pid = -1;
  posix_spawn(&pid, args.front().c_str(), &actions, &attributes, pointers(args).data(),
              pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return pid;
}

int status_of(pid_t pid) {
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Said run_program(const std::vector<std::string>& arguments, const Setting& setting) {
  const Folder folder;
  const std::string in = folder.write("in", setting.input);
  const std::string out = setting.output.empty() ? folder.path("out") : setting.output;
  const int fds[3] = {open(in.c_str(), O_RDONLY | O_CLOEXEC),
                      open(out.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600),
                      open(folder.path("err").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
  const pid_t pid = spawn(arguments, setting, fds);
  for (const int fd : fds) close(fd);
  Said said;
  said.status = status_of(pid);
  if (setting.output.empty()) said.out = read_file(out);
  said.err = read_file(folder.path("err"));
  return said;
}

Running::Running(const std::vector<std::string>& arguments) {
  int in[2];
  int out[2];
  int err[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) return;
  const int fds[3] = {in[0], out[1], err[1]};
  pid_ = spawn(arguments, {}, fds);
  for (const int fd : fds) close(fd);
  in_ = in[1];
  out_ = out[0];
  err_ = err[0];
}

Running::~Running() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    status_of(pid_);
  }
  for (const int fd : {in_, out_, err_}) {
    if (fd >= 0) close(fd);
  }
}

// false: both outputs have ended.
bool Running::read_some() {
  pollfd fds[2] = {{.fd = out_, .events = POLLIN, .revents = 0},
                   {.fd = err_, .events = POLLIN, .revents = 0}};
  if (out_ < 0 && err_ < 0) return false;
  poll(fds, 2, -1);
  for (pollfd& p : fds) {
    if (p.fd < 0 || p.revents == 0) continue;
    char piece[4096];
    const ssize_t n = read(p.fd, piece, sizeof piece);
    int& fd = p.fd == out_ ? out_ : err_;
    if (n > 0) {
      (p.fd == out_ ? said_.out : said_.err).append(piece, static_cast<std::size_t>(n));
    } else {
      close(fd);
      fd = -1;
    }
  }
  return true;
}

bool Running::wait_for(const std::string& text) {
  const auto there = [&] {
    return said_.out.find(text) != std::string::npos || said_.err.find(text) != std::string::npos;
  };
  while (!there()) {
    if (!read_some()) return false;
  }
  return true;
}

void Running::signal(int number) const { kill(pid_, number); }

void Running::type(const std::string& text) const { (void)!write(in_, text.data(), text.size()); }

void Running::close_output() {
  close(out_);
  out_ = -1;
}

Said Running::wait() {
  while (read_some()) {
  }
  said_.status = status_of(pid_);
  pid_ = -1;
  return said_;
}

Folder::Folder() {
  std::string name = (fs::temp_directory_path() / "epollscope-test-XXXXXX").string();
  folder_ = mkdtemp(name.data());
}

Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string Folder::write(const std::string& name, const std::string& text) const {
  std::ofstream(folder_ / name, std::ios::binary) << text;
  return path(name);
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string source_path(const std::string& path) {
  return std::string(EPOLLSCOPE_SOURCE_DIR) + "/" + path;
}

std::vector<std::string> files_in(const std::string& folder, const std::string& extension) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(source_path(folder))) {
    if (entry.path().extension() != extension) continue;
    if (entry.path().stem() == "terminal" && !lab_offers_terminals()) continue;
    files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace epollscope::test
