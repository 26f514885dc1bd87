#include "core/lab/buffers.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "core/call/request.h"

namespace epollscope::lab {
namespace {

// Far from the end of the address space, if that is free: the kernel refuses a range that would
// reach over it (access_ok), and a scenario may ask for terabytes.
std::byte* reserve(std::size_t bytes) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): an address to ask for, not one to reach through
  void* const low = reinterpret_cast<void*>(std::uintptr_t{1} << 45);
  void* p = mmap(low, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return p == MAP_FAILED ? nullptr : static_cast<std::byte*>(p);
}

std::size_t tiles(std::uint64_t n) {
  return (std::min<std::uint64_t>(n, kMostBytes) + kFillerBytes - 1) / kFillerBytes;
}

}  // namespace

Window::~Window() {
  if (base_ != nullptr) munmap(base_, kMostBytes);
}

std::byte* Window::get() {
  if (base_ != nullptr) return base_;
  std::byte* p = reserve(kMostBytes);
  if (p == nullptr) return nullptr;
  if (mprotect(p, kWritable, PROT_READ | PROT_WRITE) != 0) {
    munmap(p, kMostBytes);
    return nullptr;
  }
  base_ = p;
  return base_;
}

bool Filler::make() {
  // Shared, because only a shared mapping can be shown at a second address.
  constexpr int kHow = MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE;
  void* p = mmap(nullptr, kFillerBytes, PROT_READ | PROT_WRITE, kHow, -1, 0);
  if (p == MAP_FAILED) return false;
  base_ = static_cast<std::byte*>(p);
  std::memset(base_, kFillerByte, kFillerBytes);
  return true;
}

const std::byte* Filler::lease(std::uint64_t n) const {
  if (n <= kFillerBytes || n > kPastUserSpace) return base_;
  const std::size_t count = tiles(n);
  std::byte* range = reserve(count * kFillerBytes);
  if (range == nullptr) return nullptr;
  for (std::size_t i = 0; i < count; ++i) {
    // An old size of 0 leaves the old mapping and makes another of the same pages: mremap(2).
    if (mremap(base_, 0, kFillerBytes, MREMAP_MAYMOVE | MREMAP_FIXED, range + i * kFillerBytes) ==
        MAP_FAILED) {
      munmap(range, count * kFillerBytes);
      return nullptr;
    }
  }
  return range;
}

void Filler::release(const std::byte* leased, std::uint64_t n) const {
  if (leased == base_ || leased == nullptr) return;
  munmap(const_cast<std::byte*>(leased), tiles(n) * kFillerBytes);
}

}  // namespace epollscope::lab
