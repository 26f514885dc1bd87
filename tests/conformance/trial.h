// The trial of the model: random programs on the real kernel and on the model, compared after every
// step. A difference is shrunk to the shortest program that still shows it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/script/program.h"
#include "core/session/session.h"

namespace epollscope::trial {

struct Options {
  SessionOptions session;
  int threads = 1;                                             // that a program may use
  int length = 2000;                                           // statements of a program
  bool calm = false;                                           // see Generator
  bool sockets = false, processes = false, terminals = false;  // see Generator
};

struct Difference {
  Program program;    // up to and including the step that differs
  std::string what;   // one sentence
  std::string steps;  // the last ones, as they went
};

struct Tally {
  std::int64_t steps = 0;
  std::int64_t programs = 0;
  std::int64_t woken = 0;  // steps in which sleeping threads returned
  std::int64_t raced = 0;  // steps in which several threads returned
  Program program;         // the last
  std::optional<Difference> difference;
};

// From now on this process, and the labs that it starts: a step is then a switch of context.
void stay_on_one_cpu();

// One program. Errors: the environment lacks something (the lab does not start).
Result<Tally> run_random(std::uint64_t seed, const Options& options);

// Runs a program; the first difference between kernel and model, if it shows one.
Result<std::optional<Difference>> run_program(const Program& program,
                                              const SessionOptions& options);

// The shortest program found that still differs; `tries` runs show a difference that needs luck.
Program shrink(const Difference& difference, const SessionOptions& options, int tries);

}  // namespace epollscope::trial
