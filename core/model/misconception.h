// What people believe of epoll and is not so, each as one rule of the model turned wrong: a
// Machine that believes one answers as its believer expects (Machine::believe()).
//
// Where the rule stands in the model's code it is asked once, by believes(w, …); what the wrong
// rule does instead is in believed.h. No belief: the model of the kernel.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace epollscope {

enum class Misconception : std::uint8_t {
  et_until_drained,     // ET goes back to the ready list while the file is ready
  lt_once,              // LT leaves the ready list when it is reported
  one_event_per_write,  // each wakeup of a listed item is an event of its own
  et_on_change,         // ET hears a wakeup only if a bit rose that it is interested in
  close_removes,        // close() erases the items of that number, open file or not
  oneshot_deletes,      // a fired ONESHOT item is erased
  err_hup_maskable,     // ERR and HUP are reported to those only who ask for them
  fd_order,             // a scan visits items by their descriptor numbers
  maxevents_loses,      // what does not fit into events[] leaves the ready list
  zero_blocks,          // a timeout of 0 has no end
  whole_messages,       // a read of a pipe or a stream stops where a write ended
  add_is_silent,        // ADD does not ask the file
};

struct MisconceptionText {
  Misconception id;
  std::string_view key;  // of the catalogues: misconception.KEY.belief and misconception.KEY.truth
  std::string_view belief;  // what its believer says; English
  std::string_view truth;   // what corrects it; English
};

const MisconceptionText& text_of(Misconception id);
// One a misconception, in the order of the enumeration.
std::span<const MisconceptionText> all_misconceptions();

}  // namespace epollscope
