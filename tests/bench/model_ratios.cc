// Prints how long a call takes in the model beside the same call of the raw kernel, and its tree
// beside std::set. It asserts nothing: a ratio is for people to judge.
#include "tests/bench/mixes.h"
#include "tests/bench/table.h"
#include "tests/bench/trees.h"

int main() {
  using namespace epollscope::bench;
  print_header("kernel", "model");
  for (const Mix& mix : all_mixes()) {
    print_row(mix.name, kernel_and_model(mix), kNanoseconds, "aim: at most 1");
  }
  print_header("std::set", "model");
  print_row("100,000 items in and out", set_and_tree(100'000), kNanoseconds, "aim: at most 1.5");
}
