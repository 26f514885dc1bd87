// Compares what an X-ray shows of the lab's epoll instances with what the model says: trees with
// shape and colours, ready lists, scans, and who sleeps in what order. Pure functions.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/call/state.h"
#include "core/model/machine.h"
#include "core/observe/xray.h"

namespace epollscope {

// What the X-ray showed of every instance just as the model has it.
struct XrayConfirms {
  bool tree = false;  // only where the model claims to know the kernel's order of all items
  bool ready = false;
  bool ovflist = false;  // and that no scan runs, where none does
  bool waiters = false;
};

// Every difference is one sentence. `actors` says which thread, as the X-ray numbers it, is whose.
// Instances without a descriptor in the lab's own process are passed over: an X-ray of descriptors
// need not see them. A sleeper whose deadline may have passed since the model ran is not missed,
// nor is a timer that may have expired since on a list where it is not expected. Requires: at rest,
// but for those who wait in the instances in `moving`: of these, and of those that they watch,
// lists and sleepers are neither compared nor confirmed.
XrayConfirms verify_xray(const State& model, TreeOrder order,
                         const std::vector<XrayEventpoll>& kernel,
                         const std::map<int, ActorId>& actors, const std::set<FileId>& moving,
                         std::vector<std::string>& differences);

// The interest list as Machine::learn_order() takes it.
std::vector<Machine::Row> to_rows(const XrayEventpoll& ep);

// The instance a descriptor refers to; nullptr: none.
const XrayEventpoll* find_instance(const std::vector<XrayEventpoll>& all, Fd fd);

}  // namespace epollscope
