// Decides whether the lab is at rest: every actor idle or asleep inside its call.
//
// One pass over the threads proves nothing: while it looks at the last, the first may have been
// woken by one in between. Two passes that agree do: a thread that slept, off its CPU, with n
// voluntary switches in both cannot have run between its two looks, because to sleep again it
// would have had to switch, so at the instant between the passes all of them slept at once. A pass
// made long ago serves as the first one just as well; that is why a thread that has slept since
// the last rest costs a single look.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/lab/shared.h"
#include "core/lab/task_look.h"

namespace epollscope::lab {

class RestDetector {
 public:
  RestDetector(Area area, pid_t pid) : area_(area), pid_(pid) {}

  // The actor in `slot` is given a call, or its call was taken back: forget how it slept.
  void forget(std::size_t slot);

  // True when all of `busy` (slots whose calls are under way) sleep in them. Never waits for a
  // thread that runs; false means: ask again.
  bool all_asleep(const std::vector<std::size_t>& busy);
  // Whether an actor that slept in its call when all_asleep() was true last has slept ever since.
  bool still_sleeps(std::size_t slot);
  // Whether an actor that makes no call sleeps: then it has handled what was sent to it.
  bool is_asleep(std::size_t slot);
  // Whether the actor's process has ended. Requires: it had one.
  bool has_ended(std::size_t slot);

 private:
  struct Watched {
    TaskEyes eyes;
    std::optional<TaskLook> last;  // of the previous pass; asleep in its call then
  };
  enum class Pass : std::uint8_t { awake, fell_asleep, agrees };
  // `agrees`: every actor sleeps, and slept just so in the previous pass.
  Pass pass(const std::vector<std::size_t>& busy);
  std::optional<TaskLook> look(std::size_t slot, Watched& w);
  bool has_eyes(std::size_t slot, Watched& w);

  Area area_;
  pid_t pid_;
  std::vector<Watched> watched_;
};

}  // namespace epollscope::lab
