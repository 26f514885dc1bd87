// A queue in one vector: cheap to copy, and no allocation while it is empty.
#pragma once

#include <cstddef>
#include <vector>

namespace epollscope {

template <class T>
class Fifo {
 public:
  [[nodiscard]] bool empty() const { return begin_ == all_.size(); }
  [[nodiscard]] std::size_t size() const { return all_.size() - begin_; }
  T& front() { return all_[begin_]; }
  [[nodiscard]] const T& front() const { return all_[begin_]; }
  T& back() { return all_.back(); }
  [[nodiscard]] const T& back() const { return all_.back(); }

  void push(const T& value) { all_.push_back(value); }

  void pop() {
    if (++begin_ == all_.size()) {
      all_.clear();
      begin_ = 0;
    } else if (begin_ > 64 && begin_ > all_.size() / 2) {
      all_.erase(all_.begin(), all_.begin() + static_cast<std::ptrdiff_t>(begin_));
      begin_ = 0;
    }
  }

 private:
  std::vector<T> all_;
  std::size_t begin_ = 0;
};

}  // namespace epollscope
