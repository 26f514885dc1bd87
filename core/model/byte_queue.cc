#include "core/model/byte_queue.h"

#include <algorithm>

#include "core/call/request.h"

namespace epollscope {

void ByteQueue::push(const Source& source, std::uint64_t from, std::uint64_t count) {
  if (count == 0) return;
  size_ += count;
  if (!spans_.empty() && spans_.back().filler == source.filler()) {
    spans_.back().length += count;
  } else {
    spans_.push({count, source.filler()});
  }
  if (!source.filler()) text_.append(source.text, from, count);
}

void ByteQueue::pop(std::uint64_t count, std::string* out) {
  size_ -= count;
  popped_ += count;
  while (!ends_.empty() && ends_.front() <= popped_) ends_.pop();
  while (count > 0) {
    Span& span = spans_.front();
    const std::uint64_t part = std::min(count, span.length);
    if (span.filler) {
      if (out != nullptr) out->append(part, kFillerByte);
    } else {
      if (out != nullptr) out->append(text_, text_begin_, part);
      text_begin_ += part;
    }
    count -= part;
    span.length -= part;
    if (span.length == 0) spans_.pop();
  }
  if (text_begin_ == text_.size()) {
    text_.clear();
    text_begin_ = 0;
  } else if (text_begin_ > 4096 && text_begin_ > text_.size() / 2) {
    text_.erase(0, text_begin_);
    text_begin_ = 0;
  }
}

void ByteQueue::take_from(ByteQueue& other, std::uint64_t count) {
  while (count > 0) {
    const Span& span = other.spans_.front();
    const std::uint64_t part = std::min(count, span.length);
    if (span.filler) {
      push({{}, part}, 0, part);
      other.pop(part, nullptr);
    } else {
      std::string text;
      other.pop(part, &text);
      push({text, part}, 0, part);
    }
    count -= part;
  }
}

void ByteQueue::end_message() {
  if (size_ > 0) ends_.push(popped_ + size_);
}

std::uint64_t ByteQueue::within_message(std::uint64_t count) const {
  return ends_.empty() ? count : std::min(count, ends_.front() - popped_);
}

}  // namespace epollscope
