// One call of a scenario as the line of C that makes it.
#pragma once

#include <string>

#include "core/script/program.h"

namespace epollscope {

// `counter`: the descriptor written to is an eventfd, whose write takes a number. What a line takes
// for granted: int variables of the names, char buffer[65536], struct epoll_event events[…], int
// fds[2], int value, sigset_t mask, socket addresses loopback and of_NAME, int scratch1 and
// scratch2, void handler(int), a pthread_t for each thread.
std::string c_line(const CallStatement& statement, bool counter = false);

}  // namespace epollscope
