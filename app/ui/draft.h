// The call builder without its widgets: a call being put together by choices, and the line of
// the scenario language it stands for. The line is the truth: what runs is what it parses to.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "core/call/call.h"
#include "core/script/program.h"
#include "core/session/session.h"

namespace epollscope::ui {

// Threads T1 … that the builder offers.
inline constexpr int kActorsOffered = 4;

// A name the program has bound, and what it means at one moment.
struct KnownName {
  std::string name;
  Fd fd;
  bool open = false;  // the number still is what the name was bound to
  bool epoll = false;
  FileEnd end = FileEnd::whole;
  bool watched = false;  // some instance has it in its interest list
  ObjectKind kind = ObjectKind::other;
  bool connected = false;  // a socket: what is written has somewhere to go
  bool local = false, datagrams = false, named = false;  // see ObjectState
};
// Whether the kernel lets this call do something on it: a read of a pipe's write end, say, it does
// not. Of epoll's own calls and of descriptors every one is let through.
bool makes_sense(const KnownName& on, CallName call);
// Of the process's, in the order in which they were bound.
std::vector<KnownName> known_names(const Session& session, int step, std::int32_t process = 0);

struct ArgDraft {
  bool present = true;     // false: an optional argument left out
  bool null = false;       // event: NULL
  std::string text;        // fd, integer, timeout, timespec, signals, duration, data
  std::uint64_t bits = 0;  // flags, event
  std::string data;        // event: data=…; empty: the descriptor itself
};

struct Draft {
  enum class Place : std::uint8_t { run, insert, replace };
  Place place = Place::run;  // what becomes of the line
  int statement = -1;        // insert before, or replace, this one
  ActorId actor;
  std::vector<ActorId> processes;  // that fork() has made and that run
  int forked = 0;                  // the last number that fork() took
  CallName call = CallName::epoll_create1;
  std::vector<ArgDraft> args;
  std::vector<std::string> names;
  std::string line;  // composed by the functions below, or typed
};

// Who else there is at that moment; an actor that is no more gives way to T1.
void know_processes(Draft& draft, const Session& session, int step);
// A fresh draft of a call: every argument has a value that makes sense now.
void choose_call(Draft& draft, CallName call, const std::vector<KnownName>& names);
// The same for a statement that exists: its own arguments.
void take_statement(Draft& draft, const Statement& statement);
// Lets the other arguments follow the one just chosen: DEL takes no event and, like MOD, a
// descriptor that is watched; an eventfd is written a number.
void suit(Draft& draft, const std::vector<KnownName>& names);
// Makes `line` again from the choices (and drops an fcntl argument its command does not take).
void compose(Draft& draft);
// The statement the line stands for, or why it does not parse.
std::expected<Statement, ParseFailure> statement_of(const Draft& draft);

// Values offered for one click, as texts of the scenario language.
std::vector<std::string> presets(const Draft& draft, const Param& param);
// The names of an argument that may stand several times: `a, b`.
std::vector<std::string> listed(std::string_view text);
// Flags an fcntl argument may have, given the command chosen before it.
FlagSet fcntl_flags(const Draft& draft);

}  // namespace epollscope::ui
