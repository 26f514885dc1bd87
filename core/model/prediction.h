// What a call will give, and what those expect who believe a misconception: the choices of a
// question about the next step.
#pragma once

#include <span>
#include <vector>

#include "core/model/machine.h"
#include "core/model/misconception.h"

namespace epollscope {

struct Prediction {
  Machine::Result result;               // of the call alone, before anybody it woke has run
  std::vector<Misconception> believed;  // who expects it; empty: what the kernel gives
};

// First the true prediction, then every other answer once, in the order of its first believer.
// A believer for whom `actor` is still asleep expects nothing, nor does one who expects the truth.
//
// `truth` believes nothing; each of `believers` believes something and has lived through the same
// history: a belief about the ready list is one about how it came to be. None is changed.
// Requires: the actor is idle in `truth`.
std::vector<Prediction> predictions(const Machine& truth, std::span<const Machine> believers,
                                    ActorId actor, const Request& request);

}  // namespace epollscope
