// Room in a vector that goes on growing for as long as a session does.
#pragma once

#include <vector>

namespace epollscope {

// Grows it by an eighth where it is full, and not to twice its size: most of that stays empty.
template <class T>
void make_room(std::vector<T>& list) {
  constexpr std::size_t kLeast = 16;
  if (list.size() == list.capacity()) list.reserve(list.size() + list.size() / 8 + kLeast);
}

}  // namespace epollscope
