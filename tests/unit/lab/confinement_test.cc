// What a scenario cannot do, tried from inside the lab or read from /proc.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/unit/lab/driver.h"

namespace epollscope {
namespace {

std::map<std::string, std::string> status_of(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  std::map<std::string, std::string> fields;
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(':');
    const auto value = line.find_first_not_of(" \t", colon + 1);
    if (value != std::string::npos) fields[line.substr(0, colon)] = line.substr(value);
  }
  return fields;
}

TEST(LabConfinement, ForbiddenCallsAreRefusedFromInside) {
  Driver d;
  const auto tries = d.lab().try_forbidden_calls();
  ASSERT_TRUE(tries) << tries.error().what;
  EXPECT_GE(tries->size(), 15U);
  for (const ForbiddenCall& t : *tries) EXPECT_EQ(t.error, EPERM) << t.name;
  EXPECT_EQ(d.call(EpollCreate1{0}).returned, 3) << "trying changed nothing";
}

TEST(LabConfinement, NoCapabilityAndNoWayToOne) {
  Driver d;
  auto status = status_of(d.lab().pid());
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"}) {
    EXPECT_EQ(status[set].find_first_not_of('0'), std::string::npos) << set << " " << status[set];
  }
  EXPECT_EQ(status["NoNewPrivs"], "1");
  EXPECT_EQ(status["Seccomp"], "2");
}

TEST(LabConfinement, TheTableHoldsNothingOfTheParents) {
  int leaked[2];
  ASSERT_EQ(pipe(leaked), 0);  // without O_CLOEXEC, as a careless library would
  Driver d;
  int low = 0, high = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/" + std::to_string(d.lab().pid()) + "/fd")) {
    const int fd = std::stoi(entry.path().filename());
    if (fd > 2) {
      ++high;
      continue;
    }
    ++low;
    EXPECT_EQ(std::filesystem::read_symlink(entry), "/dev/null");
  }
  EXPECT_EQ(low, 3);
  EXPECT_EQ(high, 2) << "the control channel";
  close(leaked[0]);
  close(leaked[1]);
}

}  // namespace
}  // namespace epollscope
