// Transcripts without what a timer leaves to chance.
#pragma once

#include <regex>
#include <string>

namespace epollscope::test {

// Without how often timers had expired, which is marked as chance.
inline std::string without_ticks(const std::string& transcript) {
  return std::regex_replace(transcript, std::regex("value=[0-9]+\\?"), "value=?");
}

}  // namespace epollscope::test
