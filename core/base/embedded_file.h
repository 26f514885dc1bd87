// A file whose bytes are part of the program: see embed_files() in cmake/Embed.cmake.
#pragma once

#include <string_view>

namespace epollscope {

struct EmbeddedFile {
  std::string_view name;   // path below the folder it was embedded from: "en/01-first.md"
  std::string_view bytes;  // lives as long as the program
};

}  // namespace epollscope
