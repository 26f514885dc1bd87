#include "core/lab/reading.h"

#include <ucontext.h>

#include <array>
#include <atomic>
#include <cstring>

namespace epollscope::lab {
namespace {

struct Reading {
  const Descriptors* descriptors = nullptr;
  std::int32_t fd = -1;
  std::atomic<FdKind> kind = FdKind::other;
};
thread_local Reading reading;

}  // namespace

void begin_reading(const Descriptors& descriptors, std::int32_t fd) {
  reading.kind = descriptors.kind(fd);
  reading.fd = fd;
  reading.descriptors = &descriptors;
}

FdKind end_reading() {
  reading.descriptors = nullptr;
  return reading.kind;
}

void on_signal(int /*signal*/, siginfo_t* /*info*/, void* context) {
  if (reading.descriptors == nullptr || !is_made_again(context)) return;
  reading.kind = reading.descriptors->kind(reading.fd);
}

// The kernel turns the program back to the instruction that made the call.
bool is_made_again(const void* context) {
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  constexpr std::array<unsigned char, 2> kCall = {0x0F, 0x05};  // syscall
  const auto next = static_cast<std::uintptr_t>(machine.gregs[REG_RIP]);
#elif defined(__aarch64__)
  constexpr std::array<unsigned char, 4> kCall = {0x01, 0x00, 0x00, 0xD4};  // svc #0
  const auto next = static_cast<std::uintptr_t>(machine.pc);
#else
#error "which instruction makes a system call here?"
#endif
  // The program's own code.
  const auto* code = reinterpret_cast<const void*>(next);  // NOLINT
  return std::memcmp(code, kCall.data(), kCall.size()) == 0;
}

}  // namespace epollscope::lab
