#include "core/model/socket_calls.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/model/answers.h"
#include "core/model/descriptors.h"
#include "core/model/files.h"
#include "core/model/tcp.h"
#include "core/model/udp.h"
#include "core/model/unix_dgram.h"
#include "core/model/unix_listen.h"

namespace epollscope {
namespace {

constexpr int kTypeMask = 0xf;  // SOCK_TYPE_MASK

// An address, as getsockname() gives it to a connect().
struct Address {
  int family = AF_UNIX;
  std::int32_t port = 0;
};

Address address_of(const World& w, Index file) {
  if (!is_inet(w.files[file].kind)) return {};
  const InetSock& s = inet_of(w, file);
  return {s.v6 ? AF_INET6 : AF_INET, s.port};
}

// The address is too short, or of the wrong family. One of IPv6 is longer than one of IPv4, and
// both than the one of an AF_UNIX socket that the lab gave a name.
int unfit(bool v6, const Address& to) {
  const int own = v6 ? AF_INET6 : AF_INET;
  if (to.family == own) return 0;
  return v6 || to.family == AF_UNIX ? EINVAL : EAFNOSUPPORT;
}

SocketOptions& options_of(World& w, Index file) {
  const File& f = w.files[file];
  return is_inet(f.kind) ? w.inets[f.object].options : w.socks[f.object].options;
}

// One that is there or not; nullptr: it is none of those.
bool* flag_of(World& w, Index file, int option) {
  SocketOptions& options = options_of(w, file);
  if (option == socket_option(SOL_SOCKET, SO_OOBINLINE)) return &options.oobinline;
  if (option == socket_option(SOL_SOCKET, SO_REUSEADDR)) return &options.reuseaddr;
  if (option == socket_option(SOL_SOCKET, SO_KEEPALIVE)) return &options.keepalive;
  const bool nodelay = option == socket_option(IPPROTO_TCP, TCP_NODELAY);
  return nodelay ? &inet_of(w, file).nodelay : nullptr;
}

int type_of(FileKind kind) {
  switch (kind) {
    case FileKind::unix_dgram:
    case FileKind::udp:
      return SOCK_DGRAM;
    case FileKind::unix_seqpacket:
      return SOCK_SEQPACKET;
    default:
      return SOCK_STREAM;
  }
}

// Takes the error away.
int take_error(World& w, Index file) {
  touch(w, file);
  if (is_inet(w.files[file].kind)) return std::exchange(inet_of(w, file).error, 0);
  return std::exchange(w.socks[w.files[file].object].error, 0);
}

}  // namespace

Index socket_of(const World& w, Fd fd, int& error) {
  const Index file = file_of(w, fd);
  error = file == kNone ? EBADF : is_socket(w.files[file].kind) ? 0 : ENOTSOCK;
  return error == 0 ? file : kNone;
}

std::optional<FileKind> unix_kind(int type) {
  if (type == SOCK_STREAM) return FileKind::unix_stream;
  if (type == SOCK_DGRAM || type == SOCK_RAW) return FileKind::unix_dgram;
  if (type == SOCK_SEQPACKET) return FileKind::unix_seqpacket;
  return std::nullopt;
}

int socket_refused(World& w, const Socket& op) {
  const int type = op.type & kTypeMask;
  constexpr int kFamilies = 46;      // AF_MAX
  constexpr int kHighestAsked = 63;  // the lab lets the kernel refuse families beyond it
  const bool known = op.domain == AF_UNIX || op.domain == AF_INET || op.domain == AF_INET6;
  if (!known && op.domain > 0 && op.domain <= kHighestAsked) return EPERM;  // of the lab
  if ((op.type & ~kTypeMask & ~(SOCK_CLOEXEC | SOCK_NONBLOCK)) != 0) return EINVAL;
  if (op.domain < 0 || op.domain >= kFamilies) return EAFNOSUPPORT;
  if (type > SOCK_PACKET) return EINVAL;
  if (!known) return EAFNOSUPPORT;
  if (op.domain == AF_UNIX) return unix_kind(type) ? 0 : ESOCKTNOSUPPORT;
  if (type == SOCK_STREAM || type == SOCK_DGRAM) return 0;
  if (type == SOCK_PACKET && op.domain == AF_INET) not_modelled(w, "packet sockets");
  return type == SOCK_RAW ? EPROTONOSUPPORT : ESOCKTNOSUPPORT;
}

Index make_socket(Run& run, const Socket& op) {
  World& w = run.w;
  const auto flags = static_cast<std::uint32_t>(op.type & SOCK_NONBLOCK);
  if (op.domain == AF_UNIX) {
    return make_unix_socket(run, *unix_kind(op.type & kTypeMask), flags);
  }
  const Index sock = w.inets.take();
  w.inets[sock].v6 = op.domain == AF_INET6;
  const bool stream = (op.type & kTypeMask) == SOCK_STREAM;
  return make_inet_file(run, stream ? FileKind::tcp : FileKind::udp, sock, flags);
}

int socket_bind(Run& run, const Bind& op) {
  World& w = run.w;
  int error = 0;
  const Index file = socket_of(w, op.fd, error);
  if (error != 0) return error;
  if (is_unix(w.files[file].kind)) {
    unix_bind(w, file);
    return 0;
  }
  InetSock& s = inet_of(w, file);
  if (s.state != TcpState::close || s.has_port) return EINVAL;
  autobind(w, s);
  s.bound = s.addressed = true;
  return 0;
}

int socket_listen(Run& run, const Listen& op) {
  World& w = run.w;
  int error = 0;
  const Index file = socket_of(w, op.fd, error);
  if (error != 0) return error;
  const FileKind kind = w.files[file].kind;
  if (is_unix(kind)) return unix_listen(run, file, op.backlog);
  if (kind == FileKind::udp) return EOPNOTSUPP;
  const InetSock& s = inet_of(w, file);
  if (s.port == 0 || !s.addressed) error = socket_bind(run, {op.fd});
  return error != 0 ? error : tcp_listen(run, file, op.backlog);
}

int check_connect(Run& run, const Connect& op, std::optional<ConnectCall>& call) {
  World& w = run.w;
  int error = 0;
  const Index to = socket_of(w, op.to, error);
  if (error != 0) return error;
  const Index file = socket_of(w, op.fd, error);
  if (error != 0) return error;
  const FileKind kind = w.files[file].kind;
  const Address address = address_of(w, to);
  if (is_unix(kind)) {
    const std::int32_t name = is_unix(w.files[to].kind) ? sock_of(w, to).name : 0;
    if (name == 0) return EINVAL;
    if (w.files[to].kind != kind) return ECONNREFUSED;
    if (kind == FileKind::unix_dgram) return unix_dgram_connect(run, file, to);
    call.emplace(name);
    return 0;
  }
  const InetSock& s = inet_of(w, file);
  const int wrong = unfit(s.v6, address);
  if (kind == FileKind::tcp) return tcp_connect(run, file, address.port, wrong);
  if (s.v6 && address.family == AF_INET) not_modelled(w, "IPv4 through a socket of IPv6");
  return udp_connect(run, file, address.port, wrong);
}

std::optional<Outcome> do_connect(Run& run, Index task) {
  Task& t = run.w.tasks[at(task)];
  const Answer answer = unix_stream_connect(run, task, t.file, std::get<ConnectCall>(t.frame));
  if (!answer) return std::nullopt;
  return *answer < 0 ? failure(static_cast<int>(-*answer)) : success(0);
}

int socket_shutdown(Run& run, const Shutdown& op) {
  int error = 0;
  const Index file = socket_of(run.w, op.fd, error);
  if (error != 0) return error;
  switch (run.w.files[file].kind) {
    case FileKind::tcp:
      return tcp_shutdown(run, file, op.how);
    case FileKind::udp:
      return udp_shutdown(run, file, op.how);
    default:
      return unix_shutdown(run, file, op.how);
  }
}

int socket_setsockopt(Run& run, const Setsockopt& op) {
  World& w = run.w;
  int error = 0;
  const Index file = socket_of(w, op.fd, error);
  if (error != 0) return error;
  const FileKind kind = w.files[file].kind;
  if (op.option == socket_option(SOL_SOCKET, SO_ERROR) ||
      op.option == socket_option(SOL_SOCKET, SO_TYPE) ||
      op.option == socket_option(SOL_SOCKET, SO_ACCEPTCONN)) {
    return ENOPROTOOPT;
  }
  if (option_level(op.option) == IPPROTO_TCP && kind != FileKind::tcp) {
    return is_unix(kind) ? EOPNOTSUPP : ENOPROTOOPT;
  }
  if (bool* flag = flag_of(w, file, op.option); flag != nullptr) {
    *flag = op.value != 0;
    touch(w, file);
    return 0;
  }
  SocketOptions& options = options_of(w, file);
  if (op.option == socket_option(SOL_SOCKET, SO_LINGER)) {
    options.linger = std::max(op.value, -1);
    return 0;
  }
  constexpr std::int32_t kMostAwaited = 1 << 20;  // less than half of any sane tcp_rmem
  if (op.option == socket_option(SOL_SOCKET, SO_RCVLOWAT) && op.value >= 0 &&
      op.value <= kMostAwaited) {
    options.lowat = std::max(static_cast<std::uint32_t>(op.value), 1U);
    if (kind == FileKind::tcp) tcp_lowat_changed(run, file);
    return 0;
  }
  if (is_unix(kind) && op.option == socket_option(SOL_SOCKET, SO_SNDBUF)) {
    set_send_buffer(run, file, op.value);
  } else if (is_unix(kind) && op.option == socket_option(SOL_SOCKET, SO_RCVBUF)) {
    set_receive_buffer(run, file, op.value);
  } else {
    const bool lowat = op.option == socket_option(SOL_SOCKET, SO_RCVLOWAT);
    not_modelled(w, lowat ? "SO_RCVLOWAT of such a size" : "sizes of socket buffers");
  }
  return 0;
}

Outcome socket_getsockopt(Run& run, const Getsockopt& op) {
  World& w = run.w;
  int error = 0;
  const Index file = socket_of(w, op.fd, error);
  if (error != 0) return failure(error);
  const FileKind kind = w.files[file].kind;
  Outcome out;
  out.value_kind = ValueKind::option;
  const auto say = [&](std::int32_t value) {
    out.value = static_cast<std::uint64_t>(std::int64_t{value});
    return out;
  };
  if (op.option == socket_option(SOL_SOCKET, SO_ERROR)) {
    out.value_kind = ValueKind::error;
    return say(take_error(w, file));
  }
  if (op.option == socket_option(SOL_SOCKET, SO_TYPE)) return say(type_of(kind));
  if (option_level(op.option) == IPPROTO_TCP && kind != FileKind::tcp) {
    const bool v6 = is_inet(kind) && inet_of(w, file).v6;
    return failure(v6 ? ENOPROTOOPT : EOPNOTSUPP);
  }
  const Index object = w.files[file].object;
  const bool listens =
      is_inet(kind) ? w.inets[object].state == TcpState::listen : w.socks[object].listening;
  if (op.option == socket_option(SOL_SOCKET, SO_ACCEPTCONN)) return say(listens ? 1 : 0);
  if (const bool* flag = flag_of(w, file, op.option); flag != nullptr) return say(*flag ? 1 : 0);
  const SocketOptions& options = options_of(w, file);
  if (op.option == socket_option(SOL_SOCKET, SO_LINGER)) return say(options.linger);
  if (op.option == socket_option(SOL_SOCKET, SO_RCVLOWAT)) {
    return say(static_cast<std::int32_t>(options.lowat));
  }
  if (is_unix(kind) && op.option == socket_option(SOL_SOCKET, SO_SNDBUF)) {
    return say(static_cast<std::int32_t>(send_buffer(w, w.socks[object])));
  }
  if (is_unix(kind) && op.option == socket_option(SOL_SOCKET, SO_RCVBUF)) {
    return say(static_cast<std::int32_t>(receive_buffer(w, w.socks[object])));
  }
  not_modelled(w, "sizes of socket buffers");
  return out;
}

int check_accept(Run& run, const Accept4& op, AcceptCall& call) {
  World& w = run.w;
  const Index file = file_of(w, op.fd);
  if (file == kNone) return EBADF;
  if ((op.flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK)) != 0) return EINVAL;
  const Index fd = lowest_free(w);
  if (fd == kNone) return EMFILE;
  const FileKind kind = w.files[file].kind;
  if (!is_socket(kind)) return ENOTSOCK;
  if (kind == FileKind::udp || kind == FileKind::unix_dgram) return EOPNOTSUPP;
  call = {.flags = op.flags, .fd = fd};
  reserve(w, fd);
  return 0;
}

std::optional<Outcome> do_accept(Run& run, Index task) {
  World& w = run.w;
  const Task& t = w.tasks[at(task)];
  const AcceptCall call = std::get<AcceptCall>(t.frame);
  const Answer answer = w.files[t.file].kind == FileKind::tcp
                            ? tcp_accept(run, task, t.file, call.flags)
                            : unix_accept(run, task, t.file, call.flags);
  if (!answer) return std::nullopt;
  if (*answer < 0) {
    free_reserved(w, call.fd);
    return failure(static_cast<int>(-*answer));
  }
  const auto file = static_cast<Index>(*answer);
  install(w, call.fd, file, (call.flags & SOCK_CLOEXEC) != 0);
  touch(w, file);
  note(run, {.function = "do_accept",
             .what = MicroStep::What::created,
             .why = Why::accepted,
             .file = file});
  Outcome out = success(call.fd);
  out.created.push_back({call.fd, w.current});
  return out;
}

void check_message_flags(World& w, Index file, std::int32_t flags) {
  const FileKind kind = w.files[file].kind;
  if ((flags & (MSG_TRUNC | MSG_MORE)) != 0) not_modelled(w, "MSG_TRUNC and MSG_MORE");
  if ((flags & MSG_WAITALL) != 0 && kind == FileKind::unix_stream) {
    not_modelled(w, "MSG_WAITALL on AF_UNIX sockets");
  }
  if ((flags & MSG_OOB) != 0 && kind == FileKind::unix_stream) {
    not_modelled(w, "MSG_OOB on AF_UNIX sockets");
  }
}

int inet_pair_refused(int type) {
  if (type == SOCK_STREAM || type == SOCK_DGRAM) return EOPNOTSUPP;
  return type == SOCK_RAW ? EPROTONOSUPPORT : ESOCKTNOSUPPORT;
}

}  // namespace epollscope
