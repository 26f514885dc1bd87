// How long the model takes for a call, without lab or session.
#include <benchmark/benchmark.h>

#include <sys/epoll.h>

#include "core/model/machine.h"

namespace {

using namespace epollscope;

// A machine that watches the read ends of `pipes` pipes, level-triggered. The instance is 3,
// the pipes are 4 and 5, 6 and 7, …
Machine watching(int pipes) {
  Machine machine;
  const ActorId t1{};
  machine.call(t1, {EpollCreate1{0}, {}});
  for (int i = 0; i < pipes; ++i) {
    machine.call(t1, {Pipe2{0}, {}});
    const Fd reader{4 + 2 * i};
    machine.call(t1, {EpollCtl{Fd{3}, EPOLL_CTL_ADD, reader, EventArg{EPOLLIN, 0}}, {}});
  }
  return machine;
}

void write_wait_read(benchmark::State& state) {
  Machine machine = watching(static_cast<int>(state.range(0)));
  const ActorId t1{};
  for ([[maybe_unused]] const auto _ : state) {
    machine.call(t1, {WriteAmount{Fd{5}, 1}, {}});
    machine.call(t1, {EpollWait{Fd{3}, 8, 0}, {}});
    machine.call(t1, {Read{Fd{4}, 1}, {}});
  }
}
BENCHMARK(write_wait_read)->Arg(1)->Arg(100)->Arg(10'000);

void checkpoint(benchmark::State& state) {
  const Machine machine = watching(static_cast<int>(state.range(0)));
  for ([[maybe_unused]] const auto _ : state) {
    Machine copy = machine;
    benchmark::DoNotOptimize(copy);
  }
}
BENCHMARK(checkpoint)->Arg(1)->Arg(100)->Arg(10'000);

}  // namespace
