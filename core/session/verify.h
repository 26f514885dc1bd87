// Compares what the kernel shows of a lab with what the model says: interest lists (masks, data
// and order) and readiness levels. Reads only; every difference is one sentence.
#pragma once

#include <string>
#include <vector>

#include "core/call/kernel.h"
#include "core/model/machine.h"
#include "core/observe/observe.h"

namespace epollscope {

std::vector<Machine::Row> to_rows(const std::vector<InterestRow>& list);

// The kernel's list against the model's, `name` being the instance's. Order is compared only
// where the model claims it: not with TreeOrder::created, not before it was learned.
void verify_interest(const Machine& machine, TreeOrder order, Fd epfd,
                     const Result<std::vector<InterestRow>>& list, const std::string& name,
                     std::vector<std::string>& differences);

void verify_levels(const Machine& machine, const std::vector<Level>& levels,
                   std::vector<std::string>& differences);

}  // namespace epollscope
