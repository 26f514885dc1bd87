#include "core/model/regular.h"

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "core/model/files.h"
#include "core/model/signals.h"
#include "core/model/wait_queue.h"

namespace epollscope {

Index make_regular(Run& run) {
  World& w = run.w;
  const Index regular = w.regulars.take();
  // As open() gives them, with O_LARGEFILE where the kernel adds it.
  const Index file = make_file(w, FileKind::regular, FileEnd::whole, w.inputs.null_flags);
  w.regulars[regular].wait = make_queue(w, file);
  w.files[file].object = regular;
  w.files[file].object_id = ObjectId{w.next_object_id++};
  w.files[file].label_number = ++w.made[static_cast<int>(FileKind::regular)];
  return file;
}

void regular_release(World& w, Index regular) {
  free_queue(w, w.regulars[regular].wait);
  w.regulars.give_back(regular);
}

Answer regular_write(Run& run, Index file, WriteCall& call) {
  Regular& regular = run.w.regulars[run.w.files[file].object];
  if (call.size == 0) return 0;
  if (regular.size >= kMostFileBytes) {
    send_sig(run, task_of(run.w, run.actor), SIGXFSZ);
    return -EFBIG;
  }
  const std::uint64_t taken = std::min(call.size, kMostFileBytes - regular.size);
  regular.size += taken;
  touch(run.w, file);
  say_moved(run, file, "generic_perform_write", Why::moved_in, taken);
  return static_cast<std::int64_t>(taken);
}

}  // namespace epollscope
