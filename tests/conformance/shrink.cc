// Shortening a program that shows a difference: whole runs of statements are left out first, then
// single ones, then arguments are made simpler; whatever still differs is kept.
#include <algorithm>

#include "tests/conformance/trial.h"

namespace epollscope::trial {
namespace {

constexpr int kMostRuns = 3000;

class Shrinker {
 public:
  Shrinker(Program program, const SessionOptions& options, int tries)
      : best_(std::move(program)), options_(options), tries_(tries) {}

  Program run() {
    while (leave_out() || simplify()) {
    }
    return best_;
  }

 private:
  bool differs(const Program& program) {
    for (int i = 0; i < tries_ && runs_ < kMostRuns; ++i) {
      ++runs_;
      const auto result = run_program(program, options_);
      if (!result || !*result) continue;
      return true;
    }
    return false;
  }

  bool keep(Program program) {
    if (!differs(program)) return false;
    best_ = std::move(program);
    return true;
  }

  bool leave_out() {
    bool shorter = false;
    for (std::size_t n = std::max<std::size_t>(best_.statements.size() / 2, 1); n > 0; n /= 2) {
      for (std::size_t at = best_.statements.size(); at > 0;) {
        at -= std::min(at, n);
        Program less = best_;
        const auto from = less.statements.begin() + static_cast<std::ptrdiff_t>(at);
        const std::size_t end = std::min(at + n, less.statements.size());
        less.statements.erase(from, less.statements.begin() + static_cast<std::ptrdiff_t>(end));
        shorter = keep(std::move(less)) || shorter;
      }
    }
    return shorter;
  }

  bool simplify() {
    bool simpler = false;
    for (std::size_t i = 0; i < best_.statements.size(); ++i) {
      const auto* call = std::get_if<CallStatement>(&best_.statements[i].what);
      const std::size_t args = call == nullptr ? 0 : call->call.args.size();
      for (std::size_t a = 0; a < args; ++a) simpler = simplify_value(i, a) || simpler;
    }
    return simpler;
  }

  bool replace(std::size_t statement, std::size_t arg, Value value) {
    Program other = best_;
    std::get<CallStatement>(other.statements[statement].what).call.args[arg] = std::move(value);
    return keep(std::move(other));
  }

  bool simplify_value(std::size_t statement, std::size_t arg) {
    const Value value = std::get<CallStatement>(best_.statements[statement].what).call.args[arg];
    if (const auto* mask = std::get_if<Mask>(&value.v)) {
      for (std::uint64_t bit = 1; bit != 0; bit <<= 1) {
        if ((mask->bits & bit) == 0 || mask->bits == bit) continue;
        if (replace(statement, arg, {.v = Mask{mask->set, mask->bits & ~bit}})) return true;
      }
    }
    if (const auto* n = std::get_if<Integer>(&value.v)) {
      for (const std::uint64_t less : {std::uint64_t{1}, n->magnitude / 2}) {
        if (n->negative || n->magnitude <= less || less == 0) continue;
        if (replace(statement, arg, {.v = Integer{less, false}})) return true;
      }
    }
    return false;
  }

  Program best_;
  const SessionOptions& options_;
  int tries_;
  int runs_ = 0;
};

}  // namespace

Program shrink(const Difference& difference, const SessionOptions& options, int tries) {
  return Shrinker(difference.program, options, tries).run();
}

}  // namespace epollscope::trial
