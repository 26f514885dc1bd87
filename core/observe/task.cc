// Format: proc(5), /proc/PID/task/TID/stat and status.
#include <fmt/format.h>

#include <charconv>

#include "core/observe/observe.h"
#include "core/observe/read_file.h"

namespace epollscope {

Result<TaskLook> read_task(int pid, int tid) {
  const std::string folder = fmt::format("/proc/{}/task/{}", pid, tid);
  const auto unknown = [&](const char* file) {
    return fail(fmt::format("{}/{} is not understood", folder, file),
                "the kernel writes it in a form that this version does not know");
  };
  // State first, switches after it: a thread that slept again in between shows by its count.
  const auto stat = read_proc_file(folder + "/stat");
  if (!stat) return std::unexpected(stat.error());
  const auto name_end = stat->rfind(')');  // a thread's name may hold spaces and parentheses
  if (name_end == std::string::npos || name_end + 2 >= stat->size()) return unknown("stat");
  TaskLook look{.state = (*stat)[name_end + 2]};

  const auto status = read_proc_file(folder + "/status");
  if (!status) return std::unexpected(status.error());
  constexpr std::string_view kKey = "\nvoluntary_ctxt_switches:";
  const auto at = status->find(kKey);
  if (at == std::string::npos) return unknown("status");
  const auto digits = status->find_first_not_of(" \t", at + kKey.size());
  if (digits == std::string::npos) return unknown("status");
  const auto [end, error] = std::from_chars(
      status->data() + digits, status->data() + status->size(), look.voluntary_switches);
  if (error != std::errc{} || end == status->data() + digits) return unknown("status");
  return look;
}

}  // namespace epollscope
