// One thing that happens inside the kernel while a call runs: the unit of the animation, of
// the narration, of `--micro` and of the tests. Micro-steps are values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"

namespace epollscope {

struct MicroStep {
  enum class What : std::uint8_t {
    created,       // a file or an epoll instance came into being
    inserted,      // epitem into the tree
    erased,        // epitem out of the tree
    hooked,        // wait-queue entry put on the file
    unhooked,      // and taken off
    checked,       // the file was asked (poll); `mask` is the answer & interest
    modified,      // interest and data replaced
    queued,        // epitem to the tail of the ready list
    kept,          // is on a list already and keeps its place
    requeued,      // LT: reported and put back at the tail
    left,          // ET: reported and left unlinked
    disarmed,      // ONESHOT: reported, private bits only
    dropped,       // taken off the list because the file answered "nothing"
    unlinked,      // off the ready list by DEL or close
    reported,      // stored in events[]; `mask` is what was reported
    deferred,      // wakeup during a scan: epitem to ovflist
    wakeup,        // a file's wait queue was woken; `mask` is the key (0: unknown, asks all)
    filtered,      // the callback ignored the wakeup
    scan_started,  // ready list stolen into the scan batch
    scan_done,     // rest and ovflist put back
    woke,          // a sleeping actor was woken
    slept,         // the actor fell asleep in its call
    timed_out,     // the deadline passed
    interrupted,   // a signal, a stop or a debugger ended the sleep
    signalled,     // a signal was sent, handled or thrown away
    data_moved,    // bytes entered or left a buffer
    closed,        // last reference to an open file gone
    failed,        // a check refused the call
  };

  std::string_view function;  // kernel function: "ep_poll_callback"
  What what = What::created;
  FileId eventpoll;  // the instance concerned, if any
  EpitemId item;
  FileId file;    // the target file
  ActorId actor;  // who runs this code, or who sleeps or wakes
  std::uint32_t mask = 0;
  std::string_view why;           // text key: "requeued.level"; english_why() has the sentence
  std::vector<std::string> args;  // for the {0}, {1} … of the text
  std::string subject;            // name of the item or file, as the state names it
};

std::string_view name_of(MicroStep::What what);

// The English sentence of a `why` key with {0}, {1} … in it; nullptr-like empty view if unknown.
std::string_view english_why(std::string_view key);
// Every key that a micro-step can carry, for the catalogues' tests.
std::vector<std::string_view> all_why_keys();

}  // namespace epollscope
