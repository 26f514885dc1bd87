#include "app/cli/commands.h"
#include "core/lab/lab.h"
#include "core/meter/meter.h"

int main(int argc, char** argv) {
  epollscope::run_lab_if_asked(argc, argv);
  epollscope::run_meter_if_asked(argc, argv);
  return epollscope::cli::main_of(argc, argv);
}
