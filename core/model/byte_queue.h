// Bytes in the order in which they were written. Filler is counted and not stored, so that a
// full buffer costs no more memory than an empty one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/model/fifo.h"

namespace epollscope {

// What a write brings: text, or `size` bytes of filler where there is none.
struct Source {
  std::string_view text;
  std::uint64_t size = 0;
  [[nodiscard]] bool filler() const { return text.empty(); }
};

class ByteQueue {
 public:
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  // Bytes [from, from + count) of the source.
  void push(const Source& source, std::uint64_t from, std::uint64_t count);
  // Takes `count` bytes off the front, which holds that many; appends them to `out` unless it is
  // null.
  void pop(std::uint64_t count, std::string* out);

  // The first `count` bytes of another queue, which holds that many, are moved behind its own.
  void take_from(ByteQueue& other, std::uint64_t count);

  // A message ends with what was pushed last: for those who believe in
  // Misconception::whole_messages.
  void end_message();
  // As much of `count` as belongs to the message at the front; all of it where none ends.
  [[nodiscard]] std::uint64_t within_message(std::uint64_t count) const;

 private:
  struct Span {
    std::uint64_t length = 0;
    bool filler = false;
  };
  Fifo<Span> spans_;
  std::string text_;
  std::size_t text_begin_ = 0;
  std::uint64_t size_ = 0;
  std::uint64_t popped_ = 0;  // since the queue was made, as are …
  Fifo<std::uint64_t> ends_;  // … the places where messages end
};

}  // namespace epollscope
