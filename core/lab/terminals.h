// Pseudoterminals of a lab. What is written at one end the kernel carries to the other in a work
// queue of its own, some microseconds later, and what the master writes comes back to it as an
// echo. So it is counted what each master is to get: the kernel rests once it has that.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/lab/descriptors.h"
#include "core/lab/shared.h"

namespace epollscope::lab {

// The one path that a lab may open. The filter of system calls knows its address, at which nothing
// else can be put where the kernel has mseal(2). nullptr: there is no memory.
const char* seal_terminal_path();

// As openpty(3): master and slave, the lowest free numbers. false: errno says why.
bool open_terminal(const char* path, std::array<int, 2>& fds);

// Of a terminal that `known` is an end of: so much was written there, text or filler, or read.
void count_written(Header& header, Known known, std::span<const std::byte> text);
void count_written(Header& header, Known known, std::uint64_t filler);
void count_read(Header& header, Known known, std::uint64_t bytes);

// Masters with numbers below `end` that have not got all yet; what reached a terminal has woken
// whom it wakes when this returns.
void add_terminals_under_way(const Descriptors& descriptors, const Header& header,
                             std::uint32_t end, UnderWay& all);

}  // namespace epollscope::lab
