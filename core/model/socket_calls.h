// The calls that only sockets take: which file they may be made on, in the kernel's order of
// checks, and what each kind of socket makes of them.
#pragma once

#include <cstdint>
#include <optional>

#include "core/call/outcome.h"
#include "core/call/request.h"
#include "core/model/inet_sock.h"
#include "core/model/pipe.h"
#include "core/model/run.h"
#include "core/model/unix_sock.h"

namespace epollscope {

inline bool is_socket(FileKind kind) { return is_inet(kind) || is_unix(kind); }

// The socket behind a number, or an errno in `error` and kNone.
Index socket_of(const World& w, Fd fd, int& error);

// AF_UNIX takes SOCK_RAW for SOCK_DGRAM.
std::optional<FileKind> unix_kind(int type);

// 0 or the errno that socket() gives for these.
int socket_refused(World& w, const Socket& op);
Index make_socket(Run& run, const Socket& op);
// The internet has no pairs, and says so once it knows the type.
int inet_pair_refused(int type);

// 0 or an errno.
int socket_bind(Run& run, const Bind& op);
int socket_listen(Run& run, const Listen& op);
int socket_shutdown(Run& run, const Shutdown& op);
int socket_setsockopt(Run& run, const Setsockopt& op);
Outcome socket_getsockopt(Run& run, const Getsockopt& op);

// connect() up to what may sleep: 0 or an errno. Where it gives a `call`, do_connect() is the rest.
int check_connect(Run& run, const Connect& op, std::optional<ConnectCall>& call);
std::optional<Outcome> do_connect(Run& run, Index task);

// accept4() up to what may sleep: 0 or an errno; do_accept() is the rest.
int check_accept(Run& run, const Accept4& op, AcceptCall& call);
std::optional<Outcome> do_accept(Run& run, Index task);

// Flags of send() and recv() that change what a call does, where there are no rules for them.
void check_message_flags(World& w, Index file, std::int32_t flags);

}  // namespace epollscope
