// Why CLI11 refused a command line, in one sentence for a person.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace epollscope::cli {

// `file`: the FILE of the window's command line, where a mistyped subcommand ends up.
std::string why_refused(const CLI::App& app, const std::string& file, const CLI::ParseError& error);

// `--tree=` and the like: an option without the value that it announces; empty: none. CLI11 would
// take the next word for the value.
std::string option_without_value(int argc, const char* const* argv);

}  // namespace epollscope::cli
