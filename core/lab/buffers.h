// User memory for calls whose sizes a scenario chooses freely: read(fd, 2147483647) and
// epoll_wait(ep, 178956970, 0) must reach the kernel with the number that was written, without
// two gigabytes being touched.
#pragma once

#include <cstddef>
#include <cstdint>

namespace epollscope::lab {

// The most one read(2), write(2) or events[] can cover: the kernel cuts or refuses more.
inline constexpr std::size_t kMostBytes = std::size_t{1} << 31;
// No range so long ends before the address space does, where buffers commonly lie: the kernel
// gives EFAULT (access_ok), and any buffer will do to ask it.
inline constexpr std::uint64_t kPastUserSpace = std::uint64_t{1} << 40;
// Filler of write(fd, n): any printable byte would do.
inline constexpr std::size_t kFillerBytes = std::size_t{1} << 20;

// A range of kMostBytes addresses of which the first kWritable bytes are memory: the kernel
// stores there what it has to give (pipes and sockets hold less) and faults behind it.
class Window {
 public:
  static constexpr std::size_t kWritable = std::size_t{8} << 20;
  Window() = default;
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;
  ~Window();
  std::byte* get();  // nullptr when there is no memory

 private:
  std::byte* base_ = nullptr;
};

// kFillerBytes of filler, and longer ranges that show the same pages again and again.
class Filler {
 public:
  Filler() = default;
  Filler(const Filler&) = delete;
  Filler& operator=(const Filler&) = delete;
  bool make();  // once, before any other call; false when there is no memory
  [[nodiscard]] const std::byte* bytes() const { return base_; }

  // min(n, kMostBytes) bytes of filler until release(), where n is at most kPastUserSpace;
  // nullptr: no memory.
  [[nodiscard]] const std::byte* lease(std::uint64_t n) const;
  void release(const std::byte* leased, std::uint64_t n) const;

 private:
  std::byte* base_ = nullptr;
};

}  // namespace epollscope::lab
