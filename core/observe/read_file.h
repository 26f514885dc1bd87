// Reads one of /proc's files as a whole, however long it is.
#pragma once

#include <string>

#include "core/base/result.h"

namespace epollscope {

// The whole file. Read in large pieces: the kernel makes the text anew for every piece, and
// while one is made nothing can change it. Errors: it cannot be opened or read; the error says
// what may be the matter with /proc.
Result<std::string> read_proc_file(const std::string& path);

}  // namespace epollscope
