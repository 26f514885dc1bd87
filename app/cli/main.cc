#include "app/cli/commands.h"
#include "core/lab/lab.h"

int main(int argc, char** argv) {
  epollscope::run_lab_if_asked(argc, argv);
  return epollscope::cli::main_of(argc, argv);
}
