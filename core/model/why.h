// Why a micro-step happened. Each value has one row in why.cc: its text key and the English
// sentence, in which {0}, {1} … stand for MicroStep::args.
#pragma once

#include <cstdint>
#include <string_view>

namespace epollscope {

// clang-format off
enum class Why : std::uint8_t {
  created_epoll, created_pipe, created_unix, created_unix_messages, created_eventfd, created_timerfd,
  created_inotify, created_pty, created_regular, created_pidfd, forked,
  created_socket, listening, connected, directed, directed_local, accepted,
  created_signalfd,
  inserted_tree, inserted_later, erased_del, erased_close, erased_instance,
  hooked_head, hooked_tail, unhooked,
  checked_add, checked_mod, checked_scan, checked_poll, checked_call,
  modified, modified_rearmed,
  queued_at_add, queued_at_mod, queued_wakeup, queued_after_scan,
  kept_queued, kept_at_mod, kept_after_scan,
  requeued_level, left_edge, disarmed_oneshot, dropped_not_ready,
  unlinked_removed,
  reported, reported_fault,
  deferred_scan,
  wakeup_data, wakeup_space, wakeup_place, wakeup_relayed, wakeup_state, wakeup_counter, wakeup_spurious, wakeup_resized,
  wakeup_line, wakeup_written,
  wakeup_nested, wakeup_next, wakeup_timer, wakeup_notify, merged_notify,
  wakeup_connection, wakeup_error, wakeup_sent, wakeup_signal, wakeup_ended,
  filtered_mask, filtered_disarmed,
  scan_started, scan_done, scan_left,
  woke_event, woke_file, woke_signal,
  slept_wait, slept_again, slept_read, slept_reader, slept_write, slept_place, slept_connect, slept_accept, slept_sleep, slept_child,
  timed_out_wait, timed_out_sleep,
  interrupted_wait, interrupted_signal, interrupted_call, interrupted_sleep, restarted,
  moved_in, moved_seen, passed_on, moved_carried, moved_echo, moved_out, moved_cut, moved_counter,
  moved_signal,
  signal_pending, signal_merged, signal_ignored, signal_handled, signal_dropped, signal_discarded,
  signal_fatal, signal_action, signal_mask,
  timer_armed, timer_disarmed, timer_read, timer_goes_on,
  closed_file, closed_number, ended, reaped,
  failed_ebadf, failed_eperm, failed_einval, failed_eexist, failed_enoent, failed_efault,
  failed_eloop, failed_emfile, failed_eagain, failed_epipe,
  failed_eintr, failed_einprogress, failed_eisconn, failed_enotconn, failed_econnrefused,
  failed_econnreset, failed_enotsock, failed_eopnotsupp, failed_emsgsize, failed_efbig,
  failed_ebusy, failed_echild, failed_esrch, failed_quota, failed_other,
};
// clang-format on

struct WhyRow {
  Why why;
  std::string_view key;
  std::string_view english;
};

const WhyRow& row_of(Why why);
Why why_failed(int error);

}  // namespace epollscope
