// capabilities(7); /proc/thread-self/status, proc(5).
#include <unistd.h>

#include <fstream>
#include <string>

#include "core/observe/xray.h"

namespace epollscope {
namespace {

constexpr const char* kKernelTypes = "/sys/kernel/btf/vmlinux";

// <linux/capability.h>
constexpr int kSysAdmin = 21, kPerfmon = 38, kBpf = 39;

// The effective capabilities of this thread; 0 where they cannot be read.
std::uint64_t capabilities() {
  std::ifstream status("/proc/thread-self/status");
  for (std::string word; status >> word;) {
    std::uint64_t bits = 0;
    if (word == "CapEff:" && status >> std::hex >> bits) return bits;
  }
  return 0;
}

std::string missing_capabilities() {
  const std::uint64_t have = capabilities();
  const auto has = [&](int which) { return (have >> which & 1) != 0; };
  if (has(kSysAdmin)) return {};
  if (!has(kBpf)) return has(kPerfmon) ? "CAP_BPF" : "CAP_BPF and CAP_PERFMON";
  return has(kPerfmon) ? "" : "CAP_PERFMON";
}

}  // namespace

XrayAvailability xray_availability() {
  XrayAvailability a;
#ifdef EPOLLSCOPE_HAS_XRAY
  a.built_in = true;
#endif
  if (!a.built_in) {
    a.what = "the X-ray is not built in";
    a.remedy = "build epollscope with libbpf-dev, bpftool and clang installed";
  } else if (access(kKernelTypes, R_OK) != 0) {
    a.what = "the kernel does not describe its types: ";
    a.what += kKernelTypes;
    a.what += " cannot be read";
    a.remedy = "use a kernel built with CONFIG_DEBUG_INFO_BTF, and a container that shows /sys";
  } else if (const std::string missing = missing_capabilities(); !missing.empty()) {
    a.what = missing + (missing.find(' ') == std::string::npos ? " is missing" : " are missing");
    a.remedy = "run epollscope as root, or in a container started with --cap-add for each";
  } else {
    a.available = true;
  }
  return a;
}

}  // namespace epollscope
