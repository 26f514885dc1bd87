// Looks at descriptors from inside the lab, changing nothing: level polls and queue sizes.
#pragma once

#include "core/lab/execute.h"
#include "core/lab/shared.h"

namespace epollscope::lab {

// Fills all fields of `level` but fd. An epoll instance is left alone (poll(2) on one drops
// stale entries of its ready list): no events, nothing known.
void look_at(const Descriptors& descriptors, const Header& header, ServiceLevel& level);

}  // namespace epollscope::lab
