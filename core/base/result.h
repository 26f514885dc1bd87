// Errors as values. A function that can fail returns Result<T>; the error says what
// happened and what the reader can do about it, and is handled exactly once.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace epollscope {

struct Error {
  std::string what;    // one clear sentence: what failed, and where
  std::string remedy;  // what to do about it; may be empty
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(std::string what, std::string remedy = {}) {
  return std::unexpected(Error{std::move(what), std::move(remedy)});
}

}  // namespace epollscope
