// What parent and child of a meter agree on. Private to the room.
#pragma once

namespace epollscope::meter {

inline constexpr const char* kArgv0 = "epollscope-meter";
inline constexpr const char* kArgv1 = "--be-a-meter";  // then: parent's pid, the most descriptors
inline constexpr int kPipeFd = 3;                      // takes the lines of readings.h

}  // namespace epollscope::meter
