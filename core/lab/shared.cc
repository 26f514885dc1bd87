#include "core/lab/shared.h"

#include <fmt/format.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace epollscope::lab {
namespace {

constexpr std::size_t kAlign = std::size_t{1} << 16;  // a page on every machine

std::size_t round_up(std::size_t n) { return (n + kAlign - 1) / kAlign * kAlign; }

}  // namespace

std::size_t Area::payload_offset(std::uint32_t actors) {
  return round_up(kSlots + (actors + std::size_t{1}) * sizeof(Slot));
}

std::size_t Area::bytes_for(std::uint32_t actors) {
  return payload_offset(actors) + (actors + std::size_t{1}) * kPayload;
}

Result<Area> Area::map(int memfd, std::uint32_t actors) {
  void* p = mmap(nullptr, bytes_for(actors), PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);
  if (p == MAP_FAILED) {
    return fail(fmt::format("the lab's shared memory cannot be mapped: {}", std::strerror(errno)),
                "raise the limit on address space (ulimit -v)");
  }
  Area area;
  area.base_ = static_cast<std::byte*>(p);
  area.actors_ = actors;
  return area;
}

void Area::unmap() {
  if (base_ != nullptr) munmap(base_, bytes_for(actors_));
  base_ = nullptr;
}

void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t while_it_is) {
  syscall(SYS_futex, &word, FUTEX_WAIT, while_it_is, nullptr, nullptr, 0);
}

void futex_wake(std::atomic<std::uint32_t>& word) {
  syscall(SYS_futex, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

}  // namespace epollscope::lab
