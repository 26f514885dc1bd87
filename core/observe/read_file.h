// Reads one of /proc's files as a whole, however long it is.
#pragma once

#include <string>
#include <string_view>

#include "core/base/owned_fd.h"
#include "core/base/result.h"

namespace epollscope {

// Errors of all three say what may be the matter with /proc.
Result<OwnedFd> open_proc_file(const std::string& path);

// The whole of a file of one record, as those of a process are, from its beginning; `path` is for
// the error, `buffer` keeps the text and grows. Read in large pieces: the kernel makes the text
// anew for every piece, and while one is made nothing can change it.
Result<std::string_view> read_open_file(const OwnedFd& file, const std::string& path,
                                        std::string& buffer);

Result<std::string> read_proc_file(const std::string& path);

}  // namespace epollscope
