// The lab's own side: what the program does when it was executed to be a lab.
#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/lab/confine.h"
#include "core/lab/execute.h"
#include "core/lab/forbidden.h"
#include "core/lab/lab.h"
#include "core/lab/levels.h"
#include "core/lab/network.h"
#include "core/lab/shared.h"
#include "core/lab/start.h"
#include "core/lab/terminals.h"

namespace epollscope {
namespace lab {
namespace {

constexpr std::size_t kStack = std::size_t{1} << 20;

// Ends the lab; its parent reads why.
[[noreturn]] void die(Header& header, const std::string& why) {
  auto& words = header.last_words;
  const std::size_t n = std::min(why.size(), words.size() - 1);
  std::copy_n(why.begin(), n, words.begin());
  words[n] = '\0';
  _exit(1);
}

class Child {
 public:
  using Scratch = std::array<std::int32_t, kScratchFiles>;

  Child(Area area, int channel, int returns, int first_own, const Scratch& scratch,
        const char* terminal_path)
      : area_(area),
        channel_(channel),
        returns_(returns),
        descriptors_(first_own),
        shop_{area.header(), descriptors_,
              filler_,       area,
              scratch,       terminal_path,
              getpid(),      [this](std::size_t slot) { be_process(slot); }} {}

  // Serves until the channel ends.
  [[noreturn]] void run() {
    if (!filler_.make()) die(area_.header(), "it has no memory for filler bytes");
    make_actors();
    while (area_.slot(1).tid == 0) futex_wait(area_.slot(1).tid, 0);
    answer(0);  // ready
    for (;;) {
      Order order{};
      const ssize_t got = read(channel_, &order, sizeof order);
      if (got == -1 && errno == EINTR) continue;
      if (got != sizeof order) _exit(0);  // the parent is gone
      serve(order);
    }
  }

 private:
  void answer(std::uint8_t ticket) {
    if (write(channel_, &ticket, 1) != 1) _exit(0);
  }

  void serve(Order order) {
    switch (order.job) {
      case Job::make_actors:
        make_actors();
        break;
      case Job::levels: {
        const std::span list(reinterpret_cast<ServiceLevel*>(area_.payload(0)),
                             area_.header().job_count);
        for (ServiceLevel& level : list) look_at(descriptors_, area_.header(), level);
        answer(order.ticket);
        break;
      }
      case Job::forbidden: {
        const std::span list(reinterpret_cast<ForbiddenTry*>(area_.payload(0)), 64);
        area_.header().job_count = static_cast<std::uint32_t>(try_forbidden(list));
        answer(order.ticket);
        break;
      }
      case Job::carriers: {
        Header& header = area_.header();
        const std::uint32_t end = header.carriers_end;
        header.under_way = segments_under_way(descriptors_, end);
        add_terminals_under_way(descriptors_, header, end, header.under_way);
        answer(order.ticket);
        break;
      }
    }
  }

  struct Start {
    Child* child;
    std::size_t index;
  };

  void make_actors() {
    const std::uint32_t wanted = area_.header().wanted.load(std::memory_order_acquire);
    for (; made_ < wanted; ++made_) {
      if (area_.slot(made_ + 1).process) continue;
      pthread_attr_t attr;
      pthread_attr_init(&attr);
      pthread_attr_setstacksize(&attr, kStack);
      pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
      auto* const start = std::make_unique<Start>(this, made_ + 1).release();  // the thread's
      pthread_t thread{};
      const int error = pthread_create(&thread, &attr, actor_main, start);
      pthread_attr_destroy(&attr);
      if (error != 0) {
        die(area_.header(), fmt::format("it cannot start its thread number {}: {}", made_ + 1,
                                        std::strerror(error)));
      }
    }
  }

  static void* actor_main(void* argument) {
    const std::unique_ptr<Start> start(static_cast<Start*>(argument));
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, nullptr);
    start->child->act(start->index);
  }

  // The child of fork(): one thread, whose actor has that slot.
  [[noreturn]] void be_process(std::size_t index) {
    die_with(shop_.lab);
    close(channel_);
    act(index);
  }

  [[noreturn]] void act(std::size_t index) {
    Slot& slot = area_.slot(index);
    Window window;
    slot.tid.store(static_cast<std::uint32_t>(syscall(SYS_gettid)), std::memory_order_release);
    futex_wake(slot.tid);
    for (;;) {
      const std::uint32_t phase = slot.phase.load(std::memory_order_acquire);
      if (phase != asked) {
        futex_wait(slot.phase, phase);
        continue;
      }
      const std::uint64_t number = execute(shop_, slot, area_.payload(index), window);
      slot.phase.store(returned, std::memory_order_release);
      area_.header().ring[number % kRing].store(static_cast<std::uint32_t>(index),
                                                std::memory_order_release);
      eventfd_write(returns_, 1);
      if (slot.reply.ended) _exit(std::get<Exit>(slot.operation).status);
    }
  }

  Area area_;
  int channel_, returns_;
  Filler filler_;
  Descriptors descriptors_;
  Workshop shop_;
  std::uint32_t made_ = 0;
};

// Moves a descriptor to the given number and leaves its old one to close_all_but().
int move_to(int fd, int number) { return dup3(fd, number, O_CLOEXEC) == number ? number : -1; }

// An empty file that has no name, for inotify to watch, under the given number.
int scratch_file(int number) {
  const int file = memfd_create("scratch", MFD_CLOEXEC);
  return file < 0 ? -1 : move_to(file, number);
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return n;
}

void block_signals() {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  struct sigaction ignore{};
  ignore.sa_handler = SIG_IGN;
  for (const int signal : {SIGPIPE, SIGXFSZ})
    sigaction(signal, &ignore, nullptr);  // errors instead
}

[[noreturn]] void live(std::int64_t parent, std::uint32_t actors) {
  die_with(static_cast<pid_t>(parent));
  block_signals();
  auto area = Area::map(kMemoryFd, actors);
  if (!area) _exit(2);
  const int top = raise_descriptor_limit();
  const int channel = move_to(kChannelFd, top - 1);
  const int returns = move_to(kReturnsFd, top - 2);
  mallopt(M_ARENA_MAX, 1);  // its threads allocate next to nothing
  Header& header = area->header();
  Child::Scratch scratch{};
  int first_own = returns;
  for (std::int32_t& file : scratch) file = first_own = scratch_file(first_own - 1);
  if (channel < 0 || first_own <= kChannelFd || !lower_descriptor_limit(first_own)) {
    die(header, "its descriptor limit is too low");
  }
  if (!open_null_as_standard()) die(header, "/dev/null cannot be opened");
  syscall(SYS_close_range, 3U, static_cast<unsigned>(first_own) - 1, 0U);
  syscall(SYS_close_range, static_cast<unsigned>(top), ~0U, 0U);
  const char* const terminal = seal_terminal_path();
  if (const std::string why = confine(terminal); !why.empty()) die(header, why);
  const auto child = std::make_unique<Child>(*area, channel, returns, first_own, scratch, terminal);
  child->run();
}

}  // namespace
}  // namespace lab

void run_lab_if_asked(int argc, char** argv) {
  if (argc != 4 || argv[0] != std::string_view(lab::kArgv0) ||
      argv[1] != std::string_view(lab::kArgv1)) {
    return;
  }
  const auto parent = lab::number(argv[2]);
  const auto actors = lab::number(argv[3]);
  if (!parent || !actors || *actors < 1 || *actors > lab::kMostActors) _exit(2);
  lab::live(*parent, static_cast<std::uint32_t>(*actors));
}

}  // namespace epollscope
