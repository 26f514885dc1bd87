#include "core/model/fiber.h"

#include <ucontext.h>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <utility>

// A sanitizer keeps a picture of the stack and has to be told when it changes.
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace epollscope {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kStack = std::size_t{512} << 10;
#else
constexpr std::size_t kStack = std::size_t{64} << 10;  // the model's deepest call needs a tenth
#endif

}  // namespace

struct Fiber::Impl {
  std::function<void()> body;
  std::unique_ptr<std::byte[]> stack;
  ucontext_t inside{};
  ucontext_t outside{};
  bool done = false;
#if defined(__SANITIZE_ADDRESS__)
  void* own_fake_stack = nullptr;
  void* other_fake_stack = nullptr;
  const void* other_stack = nullptr;
  std::size_t other_size = 0;
#endif
#if defined(__SANITIZE_THREAD__)
  void* own_fiber = __tsan_create_fiber(0);
  void* other_fiber = nullptr;
  ~Impl() { __tsan_destroy_fiber(own_fiber); }
#endif

  void enter() {
#if defined(__SANITIZE_THREAD__)
    other_fiber = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(own_fiber, 0);
#endif
#if defined(__SANITIZE_ADDRESS__)
    void* mine = nullptr;
    __sanitizer_start_switch_fiber(&mine, stack.get(), kStack);
#endif
    swapcontext(&outside, &inside);
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(mine, nullptr, nullptr);
#endif
  }

  void entered() {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(own_fake_stack, &other_stack, &other_size);
#endif
  }

  void leave() {
#if defined(__SANITIZE_THREAD__)
    __tsan_switch_to_fiber(other_fiber, 0);
#endif
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(done ? nullptr : &own_fake_stack, other_stack, other_size);
#endif
    swapcontext(&inside, &outside);
  }

  // makecontext() hands over integers only: the pointer in two halves.
  static void begin(unsigned high, unsigned low) {
    const std::uintptr_t bits = (static_cast<std::uintptr_t>(high) << 32) | low;
    auto* me = reinterpret_cast<Impl*>(bits);  // NOLINT(performance-no-int-to-ptr)
    me->entered();
    me->body();
    me->body = nullptr;  // what it holds ends here, not with the fiber
    me->done = true;
    me->leave();
  }
};

Fiber::Fiber(std::function<void()> body) : impl_(std::make_unique<Impl>()) {
  impl_->body = std::move(body);
}

Fiber::~Fiber() { assert(!impl_->stack || impl_->done); }

void Fiber::resume() {
  Impl& f = *impl_;
  assert(!f.done);
  if (!f.stack) {
    f.stack = std::make_unique_for_overwrite<std::byte[]>(kStack);
    getcontext(&f.inside);
    f.inside.uc_stack.ss_sp = f.stack.get();
    f.inside.uc_stack.ss_size = kStack;
    f.inside.uc_link = nullptr;
    const auto bits = reinterpret_cast<std::uintptr_t>(impl_.get());
    makecontext(&f.inside, reinterpret_cast<void (*)()>(&Impl::begin), 2,
                static_cast<unsigned>(bits >> 32), static_cast<unsigned>(bits));
  }
  f.enter();
}

void Fiber::stop() {
  impl_->leave();
  impl_->entered();
}

bool Fiber::done() const { return impl_->done; }

}  // namespace epollscope
