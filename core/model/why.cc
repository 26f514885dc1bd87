#include "core/model/why.h"

#include <array>
#include <cerrno>

#include "core/model/micro_step.h"

namespace epollscope {
namespace {

constexpr std::array kRows = {
    WhyRow{Why::created_epoll, "created.epoll",
           "an epoll instance: an empty tree, an empty ready list, nobody waiting"},
    WhyRow{Why::created_pipe, "created.pipe", "a pipe with {0} free slots of a page each"},
    WhyRow{Why::created_unix, "created.unix_stream",
           "two connected sockets, each with a queue for what the other sends"},
    WhyRow{Why::created_unix_messages, "created.unix_messages",
           "two connected sockets, each with a queue for the messages that the other sends"},
    WhyRow{Why::created_eventfd, "created.eventfd", "a counter that starts at {0}"},
    WhyRow{Why::created_timerfd, "created.timerfd", "a timer that is not set"},
    WhyRow{Why::created_inotify, "created.inotify",
           "an empty queue of events about the lab's scratch files"},
    WhyRow{Why::created_pty, "created.pty",
           "a terminal: what the master writes is typed at the slave, whole lines at a time"},
    WhyRow{Why::created_regular, "created.regular", "a regular file in memory, without a name"},
    WhyRow{Why::created_pidfd, "created.pidfd", "a descriptor that tells when {0} has ended"},
    WhyRow{Why::forked, "forked",
           "{0} gets a copy of the descriptor table: the same numbers, the same open files"},
    WhyRow{Why::created_socket, "created.socket", "a socket that is connected to nothing"},
    WhyRow{Why::listening, "listening", "from now on it takes connections in"},
    WhyRow{Why::connected, "connected",
           "the handshake is over: the other end waits in the listener's queue"},
    WhyRow{Why::directed, "directed",
           "no packet goes out; what it sends has an address from now on"},
    WhyRow{Why::directed_local, "directed.local",
           "from now on it sends there, and takes messages from nobody else"},
    WhyRow{Why::accepted, "accepted", "the first connection in the queue gets a descriptor"},
    WhyRow{Why::created_signalfd, "created.signalfd",
           "it reads the pending signals of the thread that asks, of these: {0}"},
    WhyRow{Why::inserted_tree, "inserted.tree",
           "the item gets its place in the tree, ordered by open file and descriptor number"},
    WhyRow{Why::inserted_later, "inserted.later",
           "the item is in the tree; its place depends on the file's address, not known yet"},
    WhyRow{Why::erased_del, "erased.del", "EPOLL_CTL_DEL takes the item out of the tree"},
    WhyRow{Why::erased_close, "erased.close",
           "the last reference to the open file is gone, and its items go with it"},
    WhyRow{Why::erased_instance, "erased.instance", "the epoll instance itself is being freed"},
    WhyRow{Why::hooked_head, "hooked.head",
           "a hook at the head of the file's wait queue: the newest item hears first"},
    WhyRow{Why::hooked_tail, "hooked.tail",
           "an exclusive hook goes to the tail of the file's wait queue"},
    WhyRow{Why::unhooked, "unhooked", "the hook leaves the file's wait queue: no more wakeups"},
    WhyRow{Why::checked_add, "checked.add", "ADD asks the file at once: {0}"},
    WhyRow{Why::checked_mod, "checked.mod", "MOD asks the file at once: {0}"},
    WhyRow{Why::checked_scan, "checked.scan",
           "being on the ready list is only a hint; the file answers now: {0}"},
    WhyRow{Why::checked_poll, "checked.poll",
           "the outer instance asks the inner one, which asks its own items: {0}"},
    WhyRow{Why::checked_call, "checked.call", "poll() asks every file it is given: {0}"},
    WhyRow{Why::modified, "modified", "interest and data are replaced; the hook stays"},
    WhyRow{Why::modified_rearmed, "modified.rearmed",
           "interest and data are replaced: the item that had fired is armed again"},
    WhyRow{Why::queued_at_add, "queued.ready_at_add",
           "it was ready when it was added, so it joins the tail of the ready list"},
    WhyRow{Why::queued_at_mod, "queued.ready_at_mod",
           "it is ready and was not listed, so MOD puts it on the tail of the ready list"},
    WhyRow{Why::queued_wakeup, "queued.wakeup",
           "the wakeup matches its interest, so it joins the tail of the ready list"},
    WhyRow{Why::queued_after_scan, "queued.after_scan",
           "woken during the scan: from ovflist to the head of the ready list"},
    WhyRow{Why::kept_queued, "kept.already_queued",
           "it is on the ready list already and keeps its place"},
    WhyRow{Why::kept_at_mod, "kept.at_mod",
           "MOD leaves an item that is on the ready list where it is"},
    WhyRow{Why::kept_after_scan, "kept.after_scan",
           "woken during the scan: from ovflist, but it is on a list already and keeps its place"},
    WhyRow{Why::requeued_level, "requeued.level",
           "level-triggered: back to the tail of the ready list, to be asked again next time"},
    WhyRow{Why::left_edge, "left.edge",
           "edge-triggered: it leaves the ready list until another wakeup comes"},
    WhyRow{Why::disarmed_oneshot, "disarmed.oneshot",
           "one-shot: reported once, and silent until MOD arms it again"},
    WhyRow{Why::dropped_not_ready, "dropped.not_ready",
           "the file has nothing it is interested in any more: off the list, no event"},
    WhyRow{Why::unlinked_removed, "unlinked.removed",
           "the item is being removed, so it leaves the ready list"},
    WhyRow{Why::reported, "reported", "{0} is stored in events[{1}]"},
    WhyRow{Why::reported_fault, "reported.fault",
           "events[] cannot be written: the item goes back to the head of the list"},
    WhyRow{Why::deferred_scan, "deferred.scan_running",
           "a scan is running, so the item waits on ovflist"},
    WhyRow{Why::wakeup_data, "wakeup.data", "there is something to read"},
    WhyRow{Why::wakeup_space, "wakeup.space", "there is room to write again"},
    WhyRow{Why::wakeup_place, "wakeup.place",
           "there may be a place in its queue: those who wait for one are told"},
    WhyRow{Why::wakeup_relayed, "wakeup.relayed",
           "it waited for the queue of the socket it sends to, and passes the wakeup on"},
    WhyRow{Why::wakeup_state, "wakeup.state",
           "an end was closed or shut down; everybody who waits is woken"},
    WhyRow{Why::wakeup_counter, "wakeup.counter", "the counter was read, so it can grow again"},
    WhyRow{Why::wakeup_spurious, "wakeup.spurious",
           "every write wakes, even one that brought nothing new"},
    WhyRow{Why::wakeup_resized, "wakeup.resized", "the pipe was resized"},
    WhyRow{Why::wakeup_line, "wakeup.line",
           "a line has ended: only now there is something to read"},
    WhyRow{Why::wakeup_written, "wakeup.written",
           "every write to a terminal ends by waking those who would write there"},
    WhyRow{Why::wakeup_nested, "wakeup.nested",
           "an epoll instance that is itself watched tells those who watch it"},
    WhyRow{Why::wakeup_next, "wakeup.next", "something is left for the next sleeper"},
    WhyRow{Why::wakeup_timer, "wakeup.timer", "the timer has expired"},
    WhyRow{Why::wakeup_notify, "wakeup.notify", "a file that it watches has changed"},
    WhyRow{Why::merged_notify, "merged.notify",
           "the last event that waits says the same, so it stands for this one too"},
    WhyRow{Why::wakeup_connection, "wakeup.connection", "a connection waits to be accepted"},
    WhyRow{Why::wakeup_error, "wakeup.error", "an error is pending"},
    WhyRow{Why::wakeup_sent, "wakeup.sent", "the message has left: there is room for another"},
    WhyRow{Why::wakeup_signal, "wakeup.signal",
           "a signal was sent: all signalfds of the process are told, whichever signals they read"},
    WhyRow{Why::wakeup_ended, "wakeup.ended", "a process has ended, or was waited for"},
    WhyRow{Why::filtered_mask, "filtered.mask",
           "the wakeup says {0}, and the item is not interested in that"},
    WhyRow{Why::filtered_disarmed, "filtered.disarmed",
           "a fired one-shot item hears nothing until MOD"},
    WhyRow{Why::scan_started, "scan.started",
           "the whole ready list, {0} long, moves to the scan's own list"},
    WhyRow{Why::scan_done, "scan.done", "the scan is over"},
    WhyRow{Why::scan_left, "scan.left",
           "events[] is full: the items not visited go back to the head of the ready list"},
    WhyRow{Why::woke_event, "woke.event",
           "first in the wait queue of the instance at that moment: one wakeup, one thread"},
    WhyRow{Why::woke_file, "woke.file", "the file it sleeps on was woken; it will look again"},
    WhyRow{Why::woke_signal, "woke.signal", "a signal that it does not block ends its sleep"},
    WhyRow{Why::slept_wait, "slept.wait",
           "the ready list is empty: it sleeps at the head of the instance's wait queue"},
    WhyRow{Why::slept_again, "slept.again",
           "woken, but nothing was left for it: back to the head of the wait queue"},
    WhyRow{Why::slept_read, "slept.read", "nothing to read: it sleeps"},
    WhyRow{Why::slept_reader, "slept.reader", "another thread is reading there: it sleeps"},
    WhyRow{Why::slept_write, "slept.write", "no room to write: it sleeps"},
    WhyRow{Why::slept_place, "slept.place",
           "the queue of the socket it sends to is full: it sleeps"},
    WhyRow{Why::slept_connect, "slept.connect", "the accept queue is full: it sleeps"},
    WhyRow{Why::slept_accept, "slept.accept", "no connection waits: it sleeps"},
    WhyRow{Why::slept_sleep, "slept.sleep", "it sleeps for the time it asked for"},
    WhyRow{Why::slept_child, "slept.child", "the child has not ended: the thread sleeps"},
    WhyRow{Why::timed_out_wait, "timed_out.wait",
           "the timeout has passed: epoll_wait returns 0 without looking again"},
    WhyRow{Why::timed_out_sleep, "timed_out.sleep", "the time has passed"},
    WhyRow{
        Why::interrupted_wait, "interrupted.wait",
        "EINTR: a signal, a stop or a debugger ended its sleep, and epoll_wait is never restarted"},
    WhyRow{Why::interrupted_signal, "interrupted.signal",
           "EINTR: nothing to report and a signal pending; epoll_wait is never restarted, whatever "
           "SA_RESTART says"},
    WhyRow{Why::interrupted_call, "interrupted.call", "EINTR: a handler without SA_RESTART ran"},
    WhyRow{Why::interrupted_sleep, "interrupted.sleep",
           "EINTR: a handler ran; what is left of the time is not slept, whatever SA_RESTART says"},
    WhyRow{Why::restarted, "restarted",
           "the call has done nothing yet, and is made again from its start"},
    WhyRow{Why::moved_in, "moved.in", "bytes that go in: {0}"},
    WhyRow{Why::moved_seen, "moved.seen",
           "bytes that go in: {0}; TCP alone decides how many (seen, not foretold)"},
    WhyRow{Why::passed_on, "passed.on",
           "bytes that TCP delivers only now: {0} (seen, not foretold)"},
    WhyRow{Why::moved_carried, "moved.carried", "bytes that a kernel worker delivers: {0}"},
    WhyRow{Why::moved_echo, "moved.echo", "bytes that the terminal sends back as an echo: {0}"},
    WhyRow{Why::moved_out, "moved.out", "bytes that come out: {0}"},
    WhyRow{Why::moved_cut, "moved.cut",
           "bytes that come out: {0}; the rest of the message is lost"},
    WhyRow{Why::moved_counter, "moved.counter", "the counter is {0} now"},
    WhyRow{Why::moved_signal, "moved.signal", "{0} is read and pending no more"},
    WhyRow{Why::signal_pending, "signal.pending", "{0} is pending now"},
    WhyRow{Why::signal_merged, "signal.merged", "{0} is pending already: the two are one"},
    WhyRow{Why::signal_ignored, "signal.ignored", "{0} is ignored: nothing happens"},
    WhyRow{Why::signal_handled, "signal.handled", "the handler of {0} runs"},
    WhyRow{Why::signal_dropped, "signal.dropped",
           "{0} is unblocked and means nothing: it is thrown away"},
    WhyRow{Why::signal_discarded, "signal.discarded",
           "{0} was pending; it is ignored from now on, so it is thrown away"},
    WhyRow{Why::signal_fatal, "signal.fatal",
           "no sigaction gave {0} a handler: it ends the process"},
    WhyRow{Why::signal_action, "signal.action", "what {0} does from now on: {1}"},
    WhyRow{Why::signal_mask, "signal.mask", "signals that the thread blocks now: {0}"},
    WhyRow{Why::timer_armed, "timer.armed",
           "the timer is set; an expiry that nobody read is forgotten"},
    WhyRow{Why::timer_disarmed, "timer.disarmed",
           "the timer is off; an expiry that nobody read is forgotten"},
    WhyRow{Why::timer_read, "timer.read", "expiries that the read gives: {0}"},
    WhyRow{Why::timer_goes_on, "timer.goes_on",
           "expiries that the read gives: {0}; only now the periodic timer runs on"},
    WhyRow{Why::closed_file, "closed.file",
           "no descriptor and no call refers to the open file any more"},
    WhyRow{Why::closed_number, "closed.number",
           "the number is free; the open file and its items live on, {0} still means it"},
    WhyRow{Why::ended, "ended", "{0} ends: its descriptors are closed, and it stays a zombie"},
    WhyRow{Why::reaped, "reaped", "{0} was waited for: nothing is left of it"},
    WhyRow{Why::failed_ebadf, "failed.ebadf",
           "EBADF: that number is not an open descriptor, or not open for this"},
    WhyRow{Why::failed_eperm, "failed.eperm",
           "EPERM: such a file cannot be watched, a privilege is missing, or the lab forbids the "
           "call"},
    WhyRow{Why::failed_einval, "failed.einval",
           "EINVAL: an argument is outside what the call accepts"},
    WhyRow{Why::failed_eexist, "failed.eexist",
           "EEXIST: this descriptor of this open file is in the tree already"},
    WhyRow{Why::failed_enoent, "failed.enoent",
           "ENOENT: this descriptor of this open file is not in the tree"},
    WhyRow{Why::failed_efault, "failed.efault", "EFAULT: the pointer leads nowhere"},
    WhyRow{Why::failed_eloop, "failed.eloop",
           "ELOOP: instances would watch each other in a circle, or too deep"},
    WhyRow{Why::failed_emfile, "failed.emfile", "EMFILE: no descriptor number is free"},
    WhyRow{Why::failed_eagain, "failed.eagain",
           "EAGAIN: it would have to wait, and O_NONBLOCK or MSG_DONTWAIT forbids that"},
    WhyRow{Why::failed_epipe, "failed.epipe", "EPIPE: nobody can read what is written any more"},
    WhyRow{Why::failed_eintr, "failed.eintr",
           "EINTR: a signal ended the wait, and nothing lets the call go on"},
    WhyRow{Why::failed_einprogress, "failed.einprogress",
           "EINPROGRESS: the connection is begun, and the call does not wait for it; OUT tells of "
           "its end"},
    WhyRow{Why::failed_eisconn, "failed.eisconn", "EISCONN: the socket is connected already"},
    WhyRow{Why::failed_enotconn, "failed.enotconn", "ENOTCONN: the socket is not connected"},
    WhyRow{Why::failed_econnrefused, "failed.econnrefused", "ECONNREFUSED: nobody listens there"},
    WhyRow{Why::failed_econnreset, "failed.econnreset",
           "ECONNRESET: the other end broke the connection off"},
    WhyRow{Why::failed_enotsock, "failed.enotsock", "ENOTSOCK: that file is not a socket"},
    WhyRow{Why::failed_eopnotsupp, "failed.eopnotsupp",
           "EOPNOTSUPP: sockets of this kind have no such operation"},
    WhyRow{Why::failed_emsgsize, "failed.emsgsize",
           "EMSGSIZE: the message is longer than such a socket can send at once"},
    WhyRow{Why::failed_efbig, "failed.efbig",
           "EFBIG: the lab lets no file grow beyond 4096 bytes (RLIMIT_FSIZE)"},
    WhyRow{Why::failed_ebusy, "failed.ebusy", "EBUSY: what is unread would not fit"},
    WhyRow{Why::failed_echild, "failed.echild",
           "ECHILD: it is no child of the caller, or was waited for"},
    WhyRow{Why::failed_esrch, "failed.esrch", "ESRCH: nobody has that number"},
    WhyRow{Why::failed_quota, "failed.quota",
           "{0}: all programs of this user together have as many as they may (seen, not foretold)"},
    WhyRow{Why::failed_other, "failed.other", "the call is refused: {0}"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].why) != i) return false;
  }
  return kRows.size() == static_cast<std::size_t>(Why::failed_other) + 1;
}
static_assert(in_order(), "one row for each Why, in the order of the enumeration");

}  // namespace

const WhyRow& row_of(Why why) { return kRows[static_cast<std::size_t>(why)]; }

Why why_failed(int error) {
  switch (error) {
    case EBADF:
      return Why::failed_ebadf;
    case EPERM:
      return Why::failed_eperm;
    case EINVAL:
      return Why::failed_einval;
    case EEXIST:
      return Why::failed_eexist;
    case ENOENT:
      return Why::failed_enoent;
    case EFAULT:
      return Why::failed_efault;
    case ELOOP:
      return Why::failed_eloop;
    case EMFILE:
      return Why::failed_emfile;
    case EAGAIN:
      return Why::failed_eagain;
    case EPIPE:
      return Why::failed_epipe;
    case EINTR:
      return Why::failed_eintr;
    case EINPROGRESS:
      return Why::failed_einprogress;
    case EISCONN:
      return Why::failed_eisconn;
    case ENOTCONN:
      return Why::failed_enotconn;
    case ECONNREFUSED:
      return Why::failed_econnrefused;
    case ECONNRESET:
      return Why::failed_econnreset;
    case ENOTSOCK:
      return Why::failed_enotsock;
    case EOPNOTSUPP:
      return Why::failed_eopnotsupp;
    case EMSGSIZE:
      return Why::failed_emsgsize;
    case EFBIG:
      return Why::failed_efbig;
    case EBUSY:
      return Why::failed_ebusy;
    case ECHILD:
      return Why::failed_echild;
    case ESRCH:
      return Why::failed_esrch;
    default:
      return Why::failed_other;
  }
}

std::string_view english_why(std::string_view key) {
  for (const WhyRow& row : kRows) {
    if (row.key == key) return row.english;
  }
  return {};
}

std::vector<std::string_view> all_why_keys() {
  std::vector<std::string_view> keys;
  for (const WhyRow& row : kRows) keys.push_back(row.key);
  return keys;
}

}  // namespace epollscope
