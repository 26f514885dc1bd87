// read and write of any file, and the loops drain and fill that are made of them.
#pragma once

#include <optional>

#include "core/call/outcome.h"
#include "core/call/request.h"
#include "core/model/run.h"

namespace epollscope {

// Tasks whose frame is a ReadCall or a WriteCall; nullopt: asleep.
std::optional<Outcome> do_read(Run& run, Index task);
std::optional<Outcome> do_write(Run& run, Index task);

// Errors that do not depend on what the file holds: 0 or an errno.
int check_read(const World& w, Index file, std::uint64_t count);
int check_write(const World& w, Index file, std::uint64_t count);

// The frame of a write: text, or an amount of filler, which is the value for an eventfd.
WriteCall write_frame(const World& w, Index file, const std::string& text);
WriteCall write_frame(const World& w, Index file, std::uint64_t amount);

Outcome drain(Run& run, Index task, Index file);
Outcome fill(Run& run, Index task, Index file);

}  // namespace epollscope
