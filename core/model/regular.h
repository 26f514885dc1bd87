// A regular file as memfd_create() gives it: epoll refuses it, poll() always finds it ready. Nobody
// can seek, so what was written is behind the position.
#pragma once

#include "core/model/pipe.h"
#include "core/model/run.h"

namespace epollscope {

Index make_regular(Run& run);
void regular_release(World& w, Index regular);
Answer regular_write(Run& run, Index file, WriteCall& call);

}  // namespace epollscope
