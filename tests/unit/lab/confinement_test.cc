// What a scenario cannot do, tried from inside the lab or read from /proc.
#include <gtest/gtest.h>
#include <sys/socket.h>
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

// The local address of a socket of the lab, as /proc/PID/net writes it; empty: none is listed.
std::string local_address(int pid, Fd fd, const char* table) {
  const std::string proc = "/proc/" + std::to_string(pid);
  const std::string link =
      std::filesystem::read_symlink(proc + "/fd/" + std::to_string(fd.value)).string();
  const std::string inode = link.substr(link.find('[') + 1, link.find(']') - link.find('[') - 1);
  std::ifstream rows(proc + "/net/" + table);
  for (std::string row; std::getline(rows, row);) {
    std::istringstream fields(row);
    std::string number, local, rest;
    fields >> number >> local;
    while (fields >> rest) {
      if (rest == inode) return local.substr(0, local.find(':'));
    }
  }
  return {};
}

// Without an address the kernel would take calls from the whole network.
TEST(LabConfinement, SocketsListenOnTheLoopbackAlone) {
  Driver d;
  const Fd bound = d.call(Socket{AF_INET, SOCK_STREAM}).created.front();
  EXPECT_EQ(d.call(Bind{bound}).error, 0);
  EXPECT_EQ(d.call(Listen{bound, 8}).error, 0);
  const Fd unbound = d.call(Socket{AF_INET, SOCK_STREAM}).created.front();
  EXPECT_EQ(d.call(Listen{unbound, 8}).error, 0);
  for (const Fd fd : {bound, unbound}) {
    EXPECT_EQ(local_address(d.lab().pid(), fd, "tcp"), "0100007F");
  }
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
  EXPECT_EQ(high, 4) << "the control channel and the scratch files";
  close(leaked[0]);
  close(leaked[1]);
}

}  // namespace
}  // namespace epollscope
