// One moment of a kernel, as plain data: what the window draws, the JSON prints and the
// verification compares. The model makes a complete State; observation fills in or confirms
// parts of it. Every list is in the kernel's own order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"

namespace epollscope {

enum class ObjectKind : std::uint8_t {
  pipe,
  unix_stream,
  unix_dgram,
  unix_seqpacket,
  eventfd,
  timerfd,
  inotify,
  pty,
  regular,
  signalfd,
  pidfd,
  epoll,
  tcp,
  udp,
  unix_socket,  // one that was not made as one of a pair
  listener,     // a socket that takes connections in
  other
};
inline bool is_socket_pair(ObjectKind kind) {
  return kind == ObjectKind::unix_stream || kind == ObjectKind::unix_dgram ||
         kind == ObjectKind::unix_seqpacket;
}
// Two files that read what the other wrote: ObjectState::fill has one number for each.
inline bool is_pair(ObjectKind kind) { return is_socket_pair(kind) || kind == ObjectKind::pty; }
// Made by socket() or accept(), and no listener: an object of one file.
inline bool is_single_socket(ObjectKind kind) {
  return kind == ObjectKind::tcp || kind == ObjectKind::udp || kind == ObjectKind::unix_socket;
}
inline bool is_socket(ObjectKind kind) {
  return is_socket_pair(kind) || is_single_socket(kind) || kind == ObjectKind::listener;
}
// A number and not bytes: ObjectState::fill is what a read gives.
inline bool is_counter(ObjectKind kind) {
  return kind == ObjectKind::eventfd || kind == ObjectKind::timerfd ||
         kind == ObjectKind::inotify || kind == ObjectKind::signalfd || kind == ObjectKind::pidfd;
}
enum class FileEnd : std::uint8_t { whole, read, write, master, slave };

struct ItemState {  // struct epitem
  EpitemId id;
  std::string name;  // of its descriptor at ADD time: `a`, `a#2`, `fd#7`
  Fd fd;  // the number at ADD time, of who added it; the kernel looks at the number alone
  FileId file;
  std::uint32_t mask = 0;  // interest as the kernel stores it (ERR and HUP included)
  std::uint64_t data = 0;
  std::string data_name;    // as the program wrote it: a name, or the integer
  std::uint32_t level = 0;  // what the file would answer now, whatever the mask
  bool armed = true;        // false: ONESHOT has fired
  bool ready = false;       // level & mask is not empty (and armed)
  bool queued = false;      // on the ready list, or in the scan batch
  bool ghost = false;       // its number is closed or means another file, in every process
  bool timing = false;      // a timer, or above one, that may have expired and was not seen to
  bool red = false;
  std::int32_t left = -1, right = -1, parent = -1;  // indexes into EventpollState::items
};

struct WaiterState {
  ActorId actor;
  std::optional<std::int64_t> timeout_ns;  // as asked; nullopt: for ever
};

struct EventpollState {
  FileId file;
  std::string name;
  Fd fd;                         // one of `fds`; invalid: closed while somebody waits
  std::vector<Fd> fds;           // all its descriptors, of all processes
  std::vector<ItemState> items;  // in tree order; rank of items[i] is i + 1
  std::vector<EpitemId>
      unranked;  // added, place in the tree not learned yet (not in `items` order)
  // An item came and went before its place was known: colours and links may be others. The order is
  // not touched.
  bool shape_guessed = false;
  std::int32_t root = -1;
  std::vector<EpitemId> ready;  // head first
  bool scanning = false;
  std::vector<EpitemId> scan_batch;  // during a scan
  std::vector<EpitemId> ovflist;     // during a scan, head first
  std::vector<WaiterState> waiters;  // head (next to be woken) first
};

struct FileState {  // struct file
  FileId id;
  ObjectId object;
  std::string label;  // "pipe:1"
  FileEnd end = FileEnd::whole;
  std::vector<Fd> fds;                    // descriptors that refer to it, of all processes
  std::vector<std::string> names;         // of those, in the same order; empty: none is bound to it
  std::uint32_t level = 0;                // what poll() answers now
  std::vector<EpitemId> hooks;            // entries of its wait queue, head first
  std::vector<EpitemId> write_hooks;      // of an end of a terminal: those of its second queue
  std::vector<ActorId> readers, writers;  // actors asleep in read() or write()
  bool nonblocking = false;
};

// The first name that a descriptor of the file has; else what it is.
inline std::string name_of(const FileState& file) {
  for (const std::string& name : file.names) {
    if (!name.empty()) return name;
  }
  return file.fds.empty() ? file.label : "fd#" + std::to_string(file.fds.front().value);
}

struct PendingSignal {
  ActorId actor;  // the thread that it was sent to, and the only one that can read it
  std::int32_t signal = 0;
};

struct ObjectState {
  ObjectId id;
  ObjectKind kind = ObjectKind::other;
  std::string label;                // "pipe:1"
  std::vector<FileId> files;        // pipe: read end, write end; pair: first, second
  std::vector<std::uint64_t> fill;  // bytes unread: pipe 1 buffer, pair one per file (what that
                                    // file can read), eventfd the counter; pidfd: 0 its process
                                    // runs, 1 it has ended, 2 and somebody has waited for it
  std::vector<std::uint64_t>
      capacity;                  // same order; eventfd: the greatest counter; empty: not known
  std::optional<ObjectId> peer;  // a connection's other end, once it was accepted
  // Of a socket with a box of its own:
  bool connected = false;     // what it is given has somewhere to go
  bool local = false;         // of AF_UNIX
  bool datagrams = false;     // for datagrams
  bool named = false;         // has an address, which others can connect to
  std::uint64_t unsent = 0;   // TCP: bytes it took that the other end has no room for yet
  std::uint32_t waiting = 0;  // listener: connections that nobody has accepted yet
  std::uint32_t typed = 0;    // a terminal: bytes at the slave of a line that has not ended
  // A unix socket for datagrams of many: those unread, and how many of them fit; 0: no such socket.
  std::uint32_t messages = 0, places = 0;
  std::vector<PendingSignal> signals;  // signalfd: those of its mask; `fill` is how many
};

// zombie: its process has ended, and nobody has waited for it yet.
enum class TaskState : std::uint8_t { idle, blocked, runnable, zombie };

struct ThreadState {
  ActorId actor;
  TaskState state = TaskState::idle;
  std::string call;      // name of the call it is in: "epoll_wait"
  std::string on;        // name of the descriptor it sleeps on
  std::string waits_at;  // name of the unix socket whose queue has no place for what it sends
  std::optional<std::int64_t> timeout_ns;
  std::uint64_t blocked_signals = 0, pending_signals = 0;  // bit n-1: signal n
};

struct State {
  std::vector<EventpollState> eventpolls;
  std::vector<FileState> files;      // without epoll instances' own files
  std::vector<ObjectState> objects;  // without epoll instances
  std::vector<ThreadState> threads;
};

}  // namespace epollscope
