// Runs the real program and keeps what it said.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace epollscope::test {

struct Said {
  int status = -1;  // exit status; 128 + signal when it was killed
  std::string out, err;
};

struct Setting {
  std::string input;                               // its stdin
  std::map<std::string, std::string> environment;  // added; an empty value removes the variable
  std::vector<int> closed = {};                    // of 0, 1 and 2
  std::string output = {};                         // where stdout goes instead: Said::out stays ""
  int descriptors = 0;                             // `ulimit -n`; 0: as the test has it
};

Said run_program(const std::vector<std::string>& arguments, const Setting& setting = {});

// A program that is still running; killed and reaped when this ends.
class Running {
 public:
  explicit Running(const std::vector<std::string>& arguments);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  // Waits until `text` was printed on stdout or stderr (true) or both ended (false).
  bool wait_for(const std::string& text);
  void signal(int number) const;
  void type(const std::string& text) const;  // on its stdin
  void close_output();                       // as `| head` does
  Said wait();
  [[nodiscard]] const Said& so_far() const { return said_; }  // what was read until now

 private:
  bool read_some();
  pid_t pid_ = -1;
  int in_ = -1, out_ = -1, err_ = -1;
  Said said_;
};

// A folder of its own for a test, gone afterwards.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_ / name).string();
  }
  std::string write(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path folder_;
};

std::string read_file(const std::string& path);
std::string source_path(const std::string& path);  // of the source tree
// Files of a folder of the source tree, by name, without the scenario of terminals where this
// machine offers none.
std::vector<std::string> files_in(const std::string& folder, const std::string& extension);

// Lines without the newline.
std::vector<std::string> lines_of(const std::string& text);

}  // namespace epollscope::test
