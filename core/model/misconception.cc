#include "core/model/misconception.h"

#include <array>

namespace epollscope {
namespace {

constexpr std::array kTexts = {
    MisconceptionText{
        Misconception::et_until_drained, "et_until_drained",
        "An edge-triggered descriptor is reported until it has been drained.",
        "With EPOLLET the item leaves the ready list when it is reported; what is left unread "
        "is not reported before another wakeup comes."},
    MisconceptionText{
        Misconception::lt_once, "lt_once",
        "A level-triggered descriptor is reported once for what arrived.",
        "Without EPOLLET the item goes back to the ready list whenever it is reported, and is "
        "reported again until its file has nothing left."},
    MisconceptionText{
        Misconception::one_event_per_write, "one_event_per_write",
        "Every write gives an event of its own.",
        "An item is on the ready list once, however many wakeups came; it is reported once, "
        "with what is true at that moment."},
    MisconceptionText{
        Misconception::et_on_change, "et_on_change",
        "EPOLLET reports only when a file that was not ready becomes ready.",
        "EPOLLET compares nothing with an earlier state: every wakeup counts, such as a second "
        "write to a pipe that nobody has read."},
    MisconceptionText{
        Misconception::close_removes, "close_removes",
        "Closing a descriptor always takes it out of the interest list.",
        "An item belongs to the open file and leaves with it: while a dup keeps the file open, "
        "the closed number is still reported."},
    MisconceptionText{
        Misconception::oneshot_deletes, "oneshot_deletes",
        "EPOLLONESHOT deletes the item when it has fired.",
        "The fired item stays in the interest list and is silent: EPOLL_CTL_MOD arms it again, "
        "and EPOLL_CTL_ADD fails with EEXIST."},
    MisconceptionText{
        Misconception::err_hup_maskable, "err_hup_maskable",
        "EPOLLERR and EPOLLHUP are reported only to those who ask for them.",
        "The kernel adds EPOLLERR and EPOLLHUP to every interest: both are always reported."},
    MisconceptionText{
        Misconception::fd_order, "fd_order",
        "Events come in the order of their descriptor numbers.",
        "Events come in the order of the ready list, which is the order in which items joined "
        "it."},
    MisconceptionText{
        Misconception::maxevents_loses, "maxevents_loses", "Events beyond maxevents are lost.",
        "What does not fit stays at the head of the ready list and comes first in the next "
        "epoll_wait."},
    MisconceptionText{
        Misconception::zero_blocks, "zero_blocks",
        "A timeout of 0 means no timeout: the call waits until something happens.",
        "A timeout of 0 looks and returns at once; -1 waits until something happens."},
    MisconceptionText{
        Misconception::whole_messages, "whole_messages", "One read gives what one write wrote.",
        "Pipes and stream sockets keep no boundaries: EPOLLIN says that a read will not wait, "
        "and it takes what is there, as much as fits."},
    MisconceptionText{
        Misconception::add_is_silent, "add_is_silent",
        "EPOLL_CTL_ADD only hears of what happens later.",
        "EPOLL_CTL_ADD asks the file at once: what is ready already joins the ready list."},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kTexts.size(); ++i) {
    if (static_cast<std::size_t>(kTexts[i].id) != i) return false;
  }
  return kTexts.size() == static_cast<std::size_t>(Misconception::add_is_silent) + 1;
}
static_assert(in_order(), "one row for each misconception, in the order of the enumeration");

}  // namespace

const MisconceptionText& text_of(Misconception id) { return kTexts[static_cast<std::size_t>(id)]; }

std::span<const MisconceptionText> all_misconceptions() { return kTexts; }

}  // namespace epollscope
