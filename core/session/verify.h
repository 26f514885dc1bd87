// Compares what the kernel shows of a lab with what the model says: interest lists (masks, data
// and order) and readiness levels. Reads only; every difference is one sentence.
#pragma once

#include <string>
#include <vector>

#include "core/call/kernel.h"
#include "core/model/machine.h"

namespace epollscope {

std::vector<Machine::Row> to_rows(int pid, Fd epfd, std::string& error);

// The kernel's list against the model's, `name` being the instance's. An order that the model
// was not told yet is not compared.
void verify_interest(const Machine& machine, int pid, Fd epfd, const std::string& name,
                     std::vector<std::string>& differences);

void verify_levels(const Machine& machine, const std::vector<Level>& levels,
                   std::vector<std::string>& differences);

}  // namespace epollscope
