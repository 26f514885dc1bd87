// What was measured: the time of a call on n descriptors, and the lines in which the process that
// measures tells it:
//
//   point poll 300 9871.5     a call, n, nanoseconds
//   limit 4096                no larger n: a process may have this many descriptors here
//   failed WORDS              it ends here, and why
//   done                      all of it is there
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace epollscope {

enum class MeteredCall : std::uint8_t { poll, select, epoll_wait };
inline constexpr std::array kMeteredCalls{MeteredCall::poll, MeteredCall::select,
                                          MeteredCall::epoll_wait};
std::string_view name_of(MeteredCall call);  // "epoll_wait"

// How many descriptors are watched, one after the other.
inline constexpr std::array kMeterCounts{10, 30, 100, 300, 1000, 3000, 10000};

// Each point is the median of so many batches of calls.
inline constexpr int kMeterBatches = 101;

struct MeterPoint {
  MeteredCall call = MeteredCall::poll;
  int descriptors = 0;
  double ns = 0;  // of one call
  friend bool operator==(const MeterPoint&, const MeterPoint&) = default;
};

struct MeterReadings {
  std::vector<MeterPoint> points;  // in the order of measuring
  int descriptor_limit = 0;        // the hard limit, if that left out some n; else 0
  bool done = false;               // nothing more comes
  std::string trouble;             // done, but not whole: one sentence says why

  // Takes a line, without its end. One that is none of those above is trouble.
  void take(std::string_view line);
  [[nodiscard]] std::optional<double> ns_of(MeteredCall call, int descriptors) const;
};

}  // namespace epollscope
