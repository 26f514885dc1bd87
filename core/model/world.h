// Everything the model kernel holds, as plain values: tables of slots that refer to each other by
// index. Copying a World is a checkpoint of the machine.
//
// Slots are used again; the ids (FileId, EpitemId, ObjectId) that the outside sees are not.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/call/request.h"
#include "core/call/state.h"
#include "core/model/byte_queue.h"
#include "core/model/index_list.h"
#include "core/model/machine.h"
#include "core/model/misconception.h"
#include "core/model/names.h"
#include "core/model/rbtree.h"

namespace epollscope {

// ---- wait queues -------------------------------------------------------------------------

// wait_queue_entry: the hook of an epitem (struct eppoll_entry), a task that sleeps, or the relay
// of a socket (unix_sock.peer_wake).
struct WaitEntry {
  Link link;
  Index queue = kNone;  // kNone: not queued
  Index item = kNone;   // a hook, or …
  Index task = kNone;   // … a task, or …
  Index sock = kNone;   // … whose relay it is
  bool exclusive = false;
  std::uint32_t wants = 0;  // a task that only a key with one of these wakes; 0: any
};

struct WaitQueue {  // wait_queue_head
  IndexList entries;
  Index file = kNone;   // whose queue it is, for micro-steps
  bool walked = false;  // somebody holds its lock
};

// ---- files -------------------------------------------------------------------------------

enum class FileKind : std::uint8_t {
  pipe,
  unix_stream,
  unix_dgram,
  unix_seqpacket,
  eventfd,
  timerfd,
  signalfd,
  pidfd,
  epoll,
  null_device,
  inotify,
  pty,
  regular,
  tcp,
  udp,
  other
};
inline constexpr std::size_t kFileKinds = static_cast<std::size_t>(FileKind::other) + 1;

struct File {  // struct file
  FileId id;   // invalid: the slot is free
  FileKind kind = FileKind::other;
  FileEnd end = FileEnd::whole;
  Index object = kNone;     // slot of the pipe, the socket, the counter or the instance
  Index peer = kNone;       // file slot of the pipe's other end or of the paired socket
  std::uint32_t flags = 0;  // f_flags
  std::int32_t refs = 0;    // descriptors, and calls that sleep
  IndexList items;          // f_ep, head first
  IndexList fds;            // its descriptors, of all processes, newest first
  NameId name = kNone;      // the first it was given
  ObjectId object_id;
  std::int32_t label_number = 0;  // the 1 of "pipe:1"
  std::uint64_t touched = 0;      // number of the call that last touched its level
};

struct Descriptor {
  Fd fd;               // the number; invalid: the slot is free
  Index file = kNone;  // kNone: reserved by a call that sleeps before it has the file
  Link link;           // of the descriptors of the same file
  NameId name = kNone;
  bool cloexec = false;
};

struct PipeSlot {  // pipe_buffer
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  bool packet = false;
};

struct Pipe {  // pipe_inode_info
  Fifo<PipeSlot> slots;
  ByteQueue bytes;
  std::uint32_t max_usage = 0;  // slots it may use
  bool readers = true;
  bool writers = true;
  bool poll_usage = false;  // somebody polled it once: then every write wakes
  Index rd_wait = kNone;
  Index wr_wait = kNone;
};

struct Skb {
  std::uint32_t length = 0;  // not read yet
  std::uint32_t truesize = 0;
  Index sender = kNone;  // of a datagram, and held; else it is the peer
};

struct SocketOptions {
  bool reuseaddr = false, keepalive = false, oobinline = false;
  std::int32_t linger = -1;  // seconds; -1: off
  std::uint32_t lowat = 1;   // SO_RCVLOWAT
};

struct Sock {  // unix_sock
  Fifo<Skb> receive_queue;
  ByteQueue bytes;
  std::uint64_t wmem = 0;  // truesize of what it sent and nobody has read
  std::uint8_t shutdown = 0;
  bool dead = false;
  bool hears_of_peer = true;  // of its shutdown and close; a datagram socket does not
  bool connected = true;
  int error = 0;  // sk_err
  // Until its release is over, and for who has it as peer, for a message that it sent and for a
  // write that waits for it.
  std::int32_t refs = 1;
  Index peer = kNone;
  Index wait = kNone;       // kNone: not accepted yet
  Index peer_wait = kNone;  // who waits for a place in its queue; kNone: nobody ever did
  Index relay = kNone;  // peer_wake: its WaitEntry in the peer_wait of its peer, if it waits there
  // Of a socket that was not made as one of a pair:
  bool single = false;
  bool listening = false;
  bool owns_name = false;  // what it accepts has the same
  std::int32_t name = 0;   // no two that were bound have the same; 0: none
  Fifo<Index> accept_queue;
  std::uint32_t backlog = 0;
  SocketOptions options;
  // SO_SNDBUF and SO_RCVBUF as they were set; 0: not. The second is told and decides nothing.
  std::uint32_t sndbuf = 0, rcvbuf = 0;
};

// The states of a TCP socket between two calls: on the loopback a handshake is over, and a FIN
// acknowledged, before the next one.
enum class TcpState : std::uint8_t { close, listen, established, fin_wait, close_wait };
enum class SocketState : std::uint8_t { unconnected, connecting, connected, disconnecting };  // SS_
enum class Urgent : std::uint8_t { none, waiting, read };  // urg_data

struct InetSock {  // of both families
  bool v6 = false;
  bool nodelay = false;
  SocketOptions options;
  std::uint8_t shutdown = 0;  // sk_shutdown
  bool done = false;          // SOCK_DONE: the peer's FIN has come
  bool bound = false;         // by bind(), whose address outlives a connection; its port does not
  bool has_port = false;      // inet_num; `port` is still told after it is given back
  bool addressed = false;     // of the loopback, and not of every network
  TcpState state = TcpState::close;
  SocketState socket_state = SocketState::unconnected;
  int error = 0;                 // sk_err
  std::int32_t port = 0;         // no two that were bound have the same; 0: none
  std::int32_t peer_port = 0;    // UDP: of whom it sends to; 0: nobody
  Index peer = kNone;            // TCP: the other end; kNone: it is gone
  Index file = kNone;            // kNone: not accepted yet
  Index wait = kNone;            // kNone as well
  ByteQueue bytes;               // receive queue
  ByteQueue coming;              // that its peer wrote and has not sent yet
  bool crowded = false;          // what comes to it is as it was seen, until it is empty again
  bool writable = true;          // sk_stream_is_writeable
  bool wants_room = false;       // SOCK_NOSPACE
  std::uint64_t segments = 0;    // that came since it was empty
  Fifo<std::uint32_t> messages;  // UDP: lengths
  std::uint64_t urgent_in = 0;   // bytes in front of the urgent one
  Urgent urgent = Urgent::none;
  Fifo<Index> accept_queue;
  std::uint32_t backlog = 0;
};

struct EventFdCtx {
  std::uint64_t count = 0;
  bool semaphore = false;
  Index wqh = kNone;
};

struct TimerfdCtx {
  std::int64_t value_ns = 0;  // as settime() was given them
  std::int64_t interval_ns = 0;
  bool armed = false;       // it will expire, or has and was not read since
  bool raced = false;       // was set while it was about to expire, and did not since
  std::uint64_t ticks = 0;  // what a read gives; 0: not expired
  std::uint32_t settimes = 0;
  std::uint32_t reads = 0;
  Index wqh = kNone;
};

struct Inotifier {            // fsnotify_group
  Fifo<std::int32_t> events;  // which scratch file each is about
  Index wait = kNone;
};

struct Tty {           // tty_struct, one end of a pseudoterminal, and its n_tty_data
  Index file = kNone;  // kNone: closed
  bool gone = false;   // and its release is over
  Index link = kNone;  // the other end
  bool master = false;
  bool other_closed = false;  // TTY_OTHER_CLOSED
  bool hung_up = false;       // its file has other operations
  bool write_locked = false;  // atomic_write_lock
  Index reader = kNone;       // the task that holds atomic_read_lock
  std::string flip;           // written at the other end, and not in the line discipline yet
  bool queued = false;        // the work that takes it there is to run …
  bool working = false;       // … or runs
  std::string line;           // typed, without an end yet
  std::string input;          // that a read can take
  Index read_wait = kNone;
  Index write_wait = kNone;
  Index read_lock = kNone;  // who waits for atomic_read_lock
};

struct Regular {
  std::uint64_t size = 0;
  Index wait = kNone;  // nobody ever waits there
};

struct SignalfdCtx {
  std::uint64_t mask = 0;    // bit n-1: it reads signal n
  std::int32_t process = 0;  // whose; no other has it
};

struct Pidfd {
  std::int32_t process = 0;
};

// ---- epoll -------------------------------------------------------------------------------

struct Epitem {
  EpitemId id;  // invalid: the slot is free
  Index ep = kNone;
  Index file = kNone;
  Fd fd;                     // of process 0: by this number alone the item is found
  std::int32_t process = 0;  // who added it
  std::uint32_t events = 0;
  std::uint64_t data = 0;
  Link rdllink;
  bool linked = false;  // on rdllist or txlist
  Link file_link;       // of the file's list of items
  Index ovf_next = kNone;
  bool on_ovflist = false;
  std::array<Index, 2> hooks = {kNone, kNone};  // its WaitEntries, one in each queue of the file
  bool ranked = true;                           // it is in the tree
  std::int32_t place = 0;                       // in the order learned last
  NameId name = kNone;
  Link name_link;                // of the items with that name
  std::int32_t name_number = 1;  // the 2 of `a#2`

  // For beliefs only (believed.h):
  std::int32_t owed = 0;           // events that one_event_per_write still expects
  std::uint32_t level_before = 0;  // what the file answered before this call: et_on_change
};

struct Eventpoll {
  Index file = kNone;
  Index root = kNone;  // rbr
  IndexList rdllist;
  IndexList txlist;
  Index ovflist = kNone;
  bool scanning = false;  // ovflist is not EP_UNACTIVE_PTR
  bool locked = false;    // mtx, while several tasks run
  Index wq = kNone;
  Index poll_wait = kNone;
  std::int32_t count = 0;       // items
  std::vector<Index> unranked;  // not in the tree yet, in the order of their ADDs
  bool shape_guessed = false;   // see EventpollState
};

// ---- tasks -------------------------------------------------------------------------------

struct SleepCall {};
struct WaitCall {
  Index ep = kNone;
  std::int32_t maxevents = 0;
  bool at_once = false;  // it does not wait
  bool null_buffer = false;
  EpollWait::Form form = EpollWait::Form::wait;
};
struct ReadCall {
  std::uint64_t count = 0;
  bool discard = false;  // the bytes are counted and not kept
  bool slept = false;
  std::int32_t flags = 0;  // of recv
  bool recv = false;
  std::string got = {};    // before it slept for more, …
  std::uint64_t done = 0;  // … and how much
};
struct WriteCall {
  std::string text;
  std::uint64_t size = 0;  // of filler, where text is empty; an eventfd's value is in `value`
  std::uint64_t done = 0;
  std::uint64_t value = 0;
  bool slept = false;
  std::int32_t flags = 0;  // of send
  bool send = false;
  Index to = kNone;  // the socket for whose queue the message waits, and holds
};
struct AcceptCall {
  std::int32_t flags = 0;
  Index fd = kNone;  // reserved for what it accepts
  bool slept = false;
};
struct ConnectCall {      // of AF_UNIX, to who listens
  std::int32_t name = 0;  // looked up again after each sleep
  std::int32_t flags = 0;
  bool slept = false;
};
struct WaitpidCall {
  std::int32_t process = 0;
};
using Frame =
    std::variant<SleepCall, WaitCall, ReadCall, WriteCall, AcceptCall, ConnectCall, WaitpidCall>;

struct Task {
  ActorId actor;
  TaskState state = TaskState::idle;
  Frame frame;          // what it does, unless it is idle
  Index file = kNone;   // that the call works on, and holds while it sleeps
  Index on_fd = kNone;  // the number the call was made with
  std::optional<std::int64_t> timeout_ns;
  Index entry = kNone;      // its WaitEntry
  std::vector<Index> owed;  // files whose last reference it let go; released when its call ends
  bool rising = false;      // by itself: a wakeup takes its entry away and does not count it
  bool ended = false;       // with its process

  // Signals; bit n-1 of a mask is signal n.
  bool inside = false;     // of a call: signals are handled when it leaves it
  bool signalled = false;  // TIF_SIGPENDING
  std::uint64_t blocked = 0;
  std::optional<std::uint64_t> saved_mask;  // while epoll_pwait's own one is in place
  std::vector<std::uint8_t> pending;        // in the order in which they were sent
  Request request;                          // what it sleeps in, should it be made again
};

// ---- signals -----------------------------------------------------------------------------

inline constexpr int kSignals = 64;  // _NSIG

struct Disposition {  // struct sigaction
  SignalAction action = signal_default;
  std::int32_t flags = 0;
};

// ---- processes ---------------------------------------------------------------------------

// What the threads of a process share: files_struct, sighand_struct, signal_struct.
struct Process {
  enum class State : std::uint8_t { none, running, zombie, reaped };
  State state = State::none;
  std::vector<Index> table;  // descriptors by number; kNone: free
  Index lowest_free_fd = 0;  // no free number is below it
  int descriptor_limit = 0;  // the soft one; that of `inputs` is the hard one

  std::array<Disposition, kSignals + 1> dispositions;  // by signal number
  Index signalfd_wqh = kNone;                          // one queue for all signalfds
  bool siglock = false;                                // held, while several tasks run
  std::optional<int> killed_by;                        // the signal that ended it

  std::int32_t parent = 0;
  Index parent_task = kNone;    // who forked it
  std::int32_t status = 0;      // of exit()
  Index wait_pidfd = kNone;     // pid->wait_pidfd
  Index wait_chldexit = kNone;  // those of its threads that wait for a child
  bool shared_signal = false;   // one may be pending for the process, whichever its threads
};

// ---- the whole ---------------------------------------------------------------------------

using DataNameRow = std::pair<std::uint64_t, NameId>;  // an event's data, and how it was written

class World {
 public:
  MachineInputs inputs;
  TreeOrder order = TreeOrder::created;
  std::optional<Misconception> belief;

  Pool<WaitEntry> entries;
  Pool<WaitQueue> queues;
  Pool<File> files;
  Pool<Pipe> pipes;
  Pool<Sock> socks;
  Pool<InetSock> inets;
  Pool<EventFdCtx> eventfds;
  Pool<TimerfdCtx> timers;
  Pool<Inotifier> inotifiers;
  Pool<Tty> ttys;
  Pool<Regular> regulars;
  Pool<SignalfdCtx> signalfds;
  Pool<Pidfd> pidfds;
  Pool<Eventpoll> eps;
  Pool<Epitem> items;
  std::vector<RbNode> nodes;  // of items, by the same index
  Pool<Descriptor> descriptors;
  std::vector<Process> processes;  // 0: the lab's own; n: Pn
  std::int32_t current = 0;        // the process whose task runs
  std::vector<Task> tasks;
  std::vector<Index> runnable;  // woken, in the order in which they were
  std::vector<Index> works;     // ttys whose work is to run, the first queued first
  bool worked = false;          // in this call there was one

  Names names;
  std::vector<IndexList> named;         // items by NameId
  std::vector<DataNameRow> data_names;  // sorted
  std::optional<std::string> not_modelled;
  std::optional<std::uint64_t> moved;  // by the next call, or the one under way, as was seen
  std::optional<int> quota_met;        // at the next call, or the one under way: errno, as was seen

  std::int32_t next_file_id = 0;
  std::int32_t next_item_id = 0;
  std::int32_t next_object_id = 0;
  std::int32_t next_port = 0;
  std::uint32_t terminals_made = 0;
  std::array<std::int32_t, kFileKinds> made = {};  // objects by FileKind, for labels
  std::uint64_t pipe_pages = 0;                    // user->pipe_bufs
  std::uint64_t calls = 0;
  std::vector<Index> touched;  // files

  Links<WaitEntry> entry_links() { return {entries.all, &WaitEntry::link}; }
  Links<Epitem> ready_links() { return {items.all, &Epitem::rdllink}; }
  Links<Descriptor> fd_links() { return {descriptors.all, &Descriptor::link}; }

  Process& process(std::int32_t number) { return processes[at(number)]; }
  [[nodiscard]] const Process& process(std::int32_t number) const { return processes[at(number)]; }
  Process& process_of(const Task& task) { return process(task.actor.process()); }
  [[nodiscard]] const Process& process_of(const Task& task) const {
    return process(task.actor.process());
  }
  Links<Epitem> name_links() { return {items.all, &Epitem::name_link}; }
  Links<Epitem> file_links() { return {items.all, &Epitem::file_link}; }
};

// Whether the rule that stands here is turned wrong.
inline bool believes(const World& w, Misconception rule) { return w.belief == rule; }

}  // namespace epollscope
