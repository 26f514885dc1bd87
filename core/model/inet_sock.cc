#include "core/model/inet_sock.h"

#include <fcntl.h>
#include <sys/socket.h>

#include "core/model/files.h"
#include "core/model/wait_queue.h"

namespace epollscope {

Index make_inet_file(Run& run, FileKind kind, Index sock, std::uint32_t flags) {
  World& w = run.w;
  const Index file = make_file(w, kind, FileEnd::whole, O_RDWR | flags);
  File& f = w.files[file];
  f.object = sock;
  f.object_id = ObjectId{w.next_object_id++};
  f.label_number = ++w.made[static_cast<std::size_t>(kind)];
  w.inets[sock].file = file;
  w.inets[sock].wait = make_queue(w, file);
  return file;
}

void free_inet(World& w, Index sock) {
  const InetSock& s = w.inets[sock];
  if (s.peer != kNone) w.inets[s.peer].peer = kNone;
  if (s.wait != kNone) free_queue(w, s.wait);
  w.inets.give_back(sock);
}

void state_change(Run& run, const InetSock& s) {
  if (s.wait == kNone) return;
  wake_up(run, s.wait,
          {.function = "sock_def_wakeup", .why = Why::wakeup_state, .exclusive = kAll});
}

void data_ready(Run& run, const InetSock& s) {
  if (s.wait == kNone) return;
  wake_up(run, s.wait,
          {.function = "sock_def_readable",
           .why = s.state == TcpState::listen ? Why::wakeup_connection : Why::wakeup_data,
           .key = EPOLLIN | EPOLLPRI | EPOLLRDNORM | EPOLLRDBAND});
}

void error_report(Run& run, const InetSock& s) {
  if (s.wait == kNone) return;
  wake_up(run, s.wait,
          {.function = "sock_def_error_report", .why = Why::wakeup_error, .key = EPOLLERR});
}

void touch_sock(World& w, const InetSock& s) {
  if (s.file != kNone) touch(w, s.file);
}

void autobind(World& w, InetSock& s) {
  if (s.has_port) return;
  s.port = ++w.next_port;
  s.has_port = true;
}

std::uint8_t shutdown_mode(std::int32_t how) {
  return how < SHUT_RD || how > SHUT_RDWR ? 0 : static_cast<std::uint8_t>(how + 1);
}

}  // namespace epollscope
