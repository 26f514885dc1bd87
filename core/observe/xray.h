// The X-ray: what the epoll instances of a process hold, read from the kernel's memory while the
// process goes on. A BPF iterator over its open files (xray.bpf.c) does the reading; it changes
// nothing, wakes nobody and takes no lock of epoll's.
//
// A reading is of one moment only while the process is at rest. Where it was not, read() either
// gives what it saw, which may mix moments, or says that the lists changed under it.
//
// Needs CAP_BPF and CAP_PERFMON (or CAP_SYS_ADMIN) in the initial user namespace and a kernel that
// describes its own types (BTF), Linux 5.15 or later. Optional at build time: without libbpf, clang
// and bpftool everything here exists and says that it is not built in.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace epollscope {

// struct epitem. Items of one instance refer to each other by their index in
// XrayEventpoll::items, -1 meaning none.
struct XrayItem {
  int fd = -1;               // the number at ADD time
  std::uint64_t file = 0;    // which open file: equal numbers, same file; nothing else is meant
  std::uint32_t events = 0;  // the mask as the kernel keeps it, ERR and HUP included
  std::uint64_t data = 0;
  bool red = false;
  int left = -1, right = -1, parent = -1;
  bool linked = false;       // on rdllist, or on the private list of a scan
  bool overflowed = false;   // on ovflist
  std::uint64_t nested = 0;  // XrayEventpoll::id of the instance it watches; 0: another file
  friend bool operator==(const XrayItem&, const XrayItem&) = default;
};

// struct eventpoll.
struct XrayEventpoll {
  std::uint64_t id = 0;         // which instance; like XrayItem::file
  int fd = -1;                  // its lowest descriptor in this process; -1: it has none here
  std::vector<int> fds;         // all its descriptors in this process, rising
  std::uint64_t file = 0;       // its own open file; 0 without a descriptor
  std::vector<XrayItem> items;  // the interest list in tree order
  int root = -1;
  std::vector<int> ready;       // rdllist, head first
  bool scanning = false;        // ovflist is not EP_UNACTIVE_PTR: somebody collects events
  std::vector<int> scan_batch;  // while scanning: what is left of the scan's list, head first
  std::vector<int> ovflist;     // while scanning: head (came last) first
  std::vector<int> waiters;     // thread ids in wq, as this process numbers them; head first
  int poll_waiters = 0;         // entries of poll_wait: instances above, and poll(2) callers
  friend bool operator==(const XrayEventpoll&, const XrayEventpoll&) = default;
};

// Not thread-safe; one owner. Holds a loaded BPF program (0.1 MB of kernel memory).
class Xray {
 public:
  virtual ~Xray() = default;
  Xray() = default;
  Xray(const Xray&) = delete;
  Xray& operator=(const Xray&) = delete;

  // Gets ready to look at a process, a number of this process's pid namespace. Takes tens of
  // milliseconds, once. Errors: xray_availability()'s, or the kernel refuses the program.
  static Result<std::unique_ptr<Xray>> open(int pid);

  // Turns to another process, far cheaper than open(); to the same one: does nothing.
  virtual Result<void> look_at(int pid) = 0;

  // All instances that have a descriptor in the process, by lowest descriptor; then those that
  // only items of these watch. Descriptors of the main thread are meant, should threads differ.
  // Errors: the process is gone; the lists changed while they were read.
  virtual Result<std::vector<XrayEventpoll>> read() = 0;
};

// What stands between this process and an X-ray; `what` empty: nothing that can be told without
// loading the program.
struct XrayAvailability {
  bool built_in = false;
  bool available = false;
  std::string what;    // "CAP_BPF and CAP_PERFMON are missing"
  std::string remedy;  // one sentence
};
XrayAvailability xray_availability();

}  // namespace epollscope
