// What connected pairs of unix sockets of every type have in common (net/unix/af_unix.c).
//
//   What was sent and not read is charged to the sender (wmem), by the true size of its skbs.
//   OUT means 4 * wmem <= SO_SNDBUF.
//   A read that frees an skb wakes the sender when it has OUT then.
#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <string_view>

#include "core/model/run.h"

namespace epollscope {

inline constexpr std::uint8_t kReceiveShutdown = 1;  // RCV_SHUTDOWN
inline constexpr std::uint8_t kSendShutdown = 2;     // SEND_SHUTDOWN
inline constexpr std::uint8_t kShutdownMask = kReceiveShutdown | kSendShutdown;

inline constexpr std::uint32_t kSharedInfo = 320;  // skb_shared_info, aligned, on 64 bits

inline bool is_unix(FileKind kind) {
  return kind == FileKind::unix_stream || kind == FileKind::unix_dgram ||
         kind == FileKind::unix_seqpacket;
}

inline Sock& sock_of(World& w, Index file) { return w.socks[w.files[file].object]; }

struct SocketEnds {
  Index first = kNone;
  Index second = kNone;
};
// `kind` is one of the three.
SocketEnds make_unix_pair(Run& run, FileKind kind, std::uint32_t flags);
// A socket that is connected to nothing.
Index make_unix_socket(Run& run, FileKind kind, std::uint32_t flags);
// A file for the socket in this slot, which has none yet.
Index make_unix_file(Run& run, FileKind kind, Index sock, std::uint32_t flags);
void unix_release(Run& run, Index file);

// SO_SNDBUF, and SO_RCVBUF.
std::uint64_t send_buffer(const World& w, const Sock& sock);
std::uint64_t receive_buffer(const World& w, const Sock& sock);
// setsockopt(2) of either, by the number that it was given. Who can write now is woken.
void set_send_buffer(Run& run, Index file, std::int32_t bytes);
void set_receive_buffer(Run& run, Index file, std::int32_t bytes);

std::uint32_t unix_level(const World& w, Index sock);
bool has_room(const World& w, const Sock& sock);  // unix_writable

// shutdown(2) of one socket: 0 or an errno.
int unix_shutdown(Run& run, Index file, std::int32_t how);

// sock_def_readable: somebody sent something.
void wake_receiver(Run& run, const Sock& receiver);
// An skb of that size is freed: the sender's account shrinks, and it may write again.
void free_skb(Run& run, Index sender, std::uint32_t truesize);
// The same of a message that was received, whoever sent it; `peer`: of its receiver.
void free_message(Run& run, Index peer, const Skb& skb);
// All that was not read is gone.
void purge_receive_queue(Run& run, Index sock);

// A reference to a socket goes; with the last one its slot is free.
void put_sock(World& w, Index sock);
// Whom it sends to, which is held; kNone: nobody.
void set_peer(World& w, Index sock, Index peer);
// touch() of its file, if it has one; of those of all who send to it.
void touch_sock(World& w, Index sock);
void touch_senders(World& w, Index sock);

// peer_wait, where those wait for whom its queue has no place: of messages, or of connections.
Index queue_for_place(World& w, Index sock);
// Tells them of one, `most` of those that sleep; nothing where nobody waits.
void wake_place(Run& run, Index sock, std::string_view function, std::uint32_t key, int most);
// It waits for no place any more (unix_dgram_peer_wake_disconnect).
void forget_place(Run& run, Index sock);

// Whole pages for `bytes`, in bytes.
std::uint32_t whole_pages(const MachineInputs& inputs, std::uint32_t bytes);
// The memory an skb is charged for, of whose bytes `paged` lie in pages beside its head.
std::uint32_t skb_truesize(const MachineInputs& inputs, std::uint32_t length, std::uint32_t paged);

// __skb_wait_for_more_packets: where a task sleeps for a message or a connection, of UDP as well.
void wait_for_more_packets(Run& run, Index task, Index queue, Why why);

}  // namespace epollscope
