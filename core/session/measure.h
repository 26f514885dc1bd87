// What a model of this machine must know of it: sizes, limits and traits that differ between
// machines are measured on the running kernel, never assumed. Reads /proc/sys and makes a few
// descriptors for a moment; far below a millisecond.
#pragma once

#include "core/model/machine.h"

namespace epollscope {

MachineInputs measure_inputs();

}  // namespace epollscope
