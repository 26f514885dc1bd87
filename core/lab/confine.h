// Takes away from this process, for good, whatever a lab does not need.
#pragma once

#include <fcntl.h>

#include <string>

namespace epollscope::lab {

// Raises the soft limit on descriptors to 65,536 and room for those of the control channel, or
// to the hard limit where that is lower; returns it.
int raise_descriptor_limit();

// Sets the soft limit, so that the control channel lies above everything a scenario can reach:
// what is open stays open. false: refused.
bool lower_descriptor_limit(int limit);

// What a terminal is made from, and the flags with which both its ends are opened.
inline constexpr char kTerminalPath[] = "/dev/ptmx";
inline constexpr int kTerminalFlags = O_RDWR | O_NOCTTY;

// Capabilities, new privileges, limits, files, system calls: in this order. Returns an empty text,
// or what failed. `terminal_path`: where kTerminalPath stands. Requires: no thread but the caller's
// (those a sanitizer started excepted).
std::string confine(const char* terminal_path);

}  // namespace epollscope::lab
