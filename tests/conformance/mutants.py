#!/usr/bin/env python3
"""Breaks the model in small ways, one at a time; the trial must notice each within 100,000 steps.

mutants.py SOURCE BUILD [NAME...]: SOURCE is copied into BUILD and broken there. All mutants, or
those whose name contains one of NAME. Exit status: 0 all caught · 1 one escaped, or does not
build · 2 a mutant no longer fits the source.
"""

import pathlib
import re
import subprocess
import sys

STEPS = 100_000

# What it gets wrong, the file below core/model, what stands there, what stands there instead.
MUTANTS = [
    ("a level-triggered item goes back to the head of the ready list", "epoll_scan.cc",
     "w.ready_links().add_tail(w.eps[ep].rdllist, item);",
     "w.ready_links().add_head(w.eps[ep].rdllist, item);"),
    ("an edge-triggered item goes back to the ready list", "epoll_scan.cc",
     "return believes(w, Misconception::et_until_drained);", "return true;"),
    ("ONESHOT disarms nothing", "epoll_scan.cc",
     "    it.events &= kPrivateBits;\n", ""),
    ("ONESHOT forgets ET", "epoll_scan.cc",
     "it.events &= kPrivateBits;", "it.events &= kPrivateBits & ~EPOLLET;"),
    ("what is left of a batch goes behind what was queued meanwhile", "epoll_scan.cc",
     "w.ready_links().splice_head(e.rdllist, e.txlist);",
     "w.ready_links().splice_head(e.txlist, e.rdllist); e.rdllist = e.txlist; e.txlist = {};"),
    ("the end of a scan wakes nobody", "epoll_scan.cc",
     "if (!e.rdllist.empty()) wake_one(run, e.wq);", ""),
    ("an item that no longer has events stays on the list when poll() asks", "epoll_scan.cc",
     "    w.ready_links().remove(w.eps[ep].txlist, i);\n    w.items[i].linked = false;\n", ""),
    ("EFAULT puts the item at the tail", "epoll_scan.cc",
     "w.ready_links().add_head(w.eps[ep].txlist, item);",
     "w.ready_links().add_tail(w.eps[ep].txlist, item);"),
    ("waiters queue up first come, first served", "epoll_scan.cc",
     "fall_asleep(run, task, {w.eps[call.ep].wq, Place::head, true}",
     "fall_asleep(run, task, {w.eps[call.ep].wq, Place::tail, true}"),
    ("hooks go to the tail of a wait queue", "eventpoll.cc",
     "exclusive ? add_entry_tail(w, queue, entry) : add_entry_head(w, queue, entry);",
     "add_entry_tail(w, queue, entry);"),
    ("exclusive hooks go to the head", "eventpoll.cc",
     "exclusive ? add_entry_tail(w, queue, entry) : add_entry_head(w, queue, entry);",
     "add_entry_head(w, queue, entry);"),
    ("a wakeup's key is not compared with the interest", "eventpoll.cc",
     "if ((key != 0 && (key & it.events) == 0) || no_news)", "if (no_news)"),
    ("a spent ONESHOT item is queued all the same", "eventpoll.cc",
     "  if ((it.events & ~kPrivateBits) == 0) {\n    say(",
     "  if (false) {\n    say("),
    ("a wakeup of an item that is listed already wakes nobody", "eventpoll.cc",
     "    say(What::kept, Why::kept_queued);\n",
     "    say(What::kept, Why::kept_queued);\n    return counts;\n"),
    ("an exclusive item never ends a wakeup", "eventpoll.cc",
     "counts = counts || direction == 0 ||\n"
     "             (direction != (EPOLLIN | EPOLLOUT) && (it.events & direction) != 0);",
     "static_cast<void>(direction);"),
    ("an exclusive item ends a wakeup that found nobody asleep", "eventpoll.cc",
     "  ep_poll_safewake(run, it.ep);\n  return counts;",
     "  ep_poll_safewake(run, it.ep);\n  return true;"),
    ("MOD of a ready item queues nothing", "eventpoll.cc",
     '  queue_ready(run, item, "ep_modify", Why::queued_at_mod);\n', ""),
    ("MOD takes a listed item off the list", "eventpoll.cc",
     "  if (ready == 0) return;\n",
     "  if (w.items[item].linked) {\n"
     "    w.ready_links().remove(w.eps[w.items[item].ep].rdllist, item);\n"
     "    w.items[item].linked = false;\n  }\n  if (ready == 0) return;\n"),
    ("ADD of a ready descriptor queues nothing", "eventpoll.cc",
     "if (ready != 0 && !w.items[item].linked && hears)",
     "if (ready != 0 && !w.items[item].linked && !hears)"),
    ("what ADD and MOD queue is not heard by outer instances", "eventpoll.cc",
     "  wake_one(run, ep.wq);\n  ep_poll_safewake(run, it.ep);\n}",
     "  wake_one(run, ep.wq);\n}"),
    ("a wakeup inside is not heard by outer instances", "eventpoll.cc",
     "  ep_poll_safewake(run, it.ep);\n  return counts;", "  return counts;"),
    ("MOD does not add ERR and HUP", "epoll_ctl.cc",
     "ep_modify(run, item, events | always,", "ep_modify(run, item, events,"),
    ("nests may be one deeper", "epoll_ctl.cc",
     "constexpr int kMostNests = 4;", "constexpr int kMostNests = 5;"),
    ("an exclusive item may watch a file without poll()", "epoll_ctl.cc",
     "  if (kind == FileKind::null_device || kind == FileKind::regular) return EPERM;\n",
     "  if ((kind == FileKind::null_device || kind == FileKind::regular) &&\n"
     "      (!op.event || (op.event->events & EPOLLEXCLUSIVE) == 0)) return EPERM;\n"),
    ("MOD of an exclusive item is allowed", "epoll_ctl.cc",
     "if ((w.items[item].events & EPOLLEXCLUSIVE) != 0) return EINVAL;", ""),
    ("an item is found by its number alone", "eventpoll.cc",
     "if (w.items[i].ep == ep && w.items[i].fd.value == fd.value) return i;",
     "if (w.items[i].ep == ep) return i;"),
    ("a pipe once polled does not wake on every write", "pipe.cc",
     "const bool every_write = p.poll_usage &&", "const bool every_write = false &&"),
    ("each read of a pipe wakes writers", "pipe.cc",
     "w.inputs.traits.pipe_read_wakes_when_slot_freed ? taken.freed_last : was_full",
     "taken.bytes > 0"),
    ("a pipe is writable while any byte is free", "pipe.cc",
     "bool full(const Pipe& p) { return p.slots.size() >= p.max_usage; }",
     "bool full(const Pipe& p) { return p.slots.size() > p.max_usage; }"),
    ("the last close of one end wakes only the read side", "pipe.cc",
     "    wake_up(run, wr_wait, all);\n", ""),
    ("a counter that is read is not heard by those who wait for OUT", "eventfd.cc",
     ".why = Why::wakeup_counter, .key = EPOLLOUT}", ".why = Why::wakeup_counter, .key = EPOLLIN}"),
    ("each read from a socket is heard by those who wait for OUT", "unix_sock.cc",
     "if (s.dead || s.wait == kNone || !writable(run.w, s, 2)) return;",
     "if (s.dead || s.wait == kNone) return;"),
    ("unread data at a close resets nothing", "unix_sock.cc",
     "if (embryo || leaves_unread(s)) peer.error = ECONNRESET;", ""),
    ("closing one of two descriptors removes the item", "descriptors.cc",
     "  if (believes(w, Misconception::close_removes)) {\n    erase", "  {\n    erase"),
    ("a wait that a signal ended looks no more", "epoll_scan.cc",
     "  const auto available = [&] {",
     "  if (woken && signal_pending(w, task)) return failure(EINTR);\n"
     "  const auto available = [&] {"),
    ("each call is made again after a handler", "course.cc",
     "const bool restarts = handled.restarts &&", "const bool restarts ="),
    ("what a sleeper held is never let go", "course.cc",
     "  if (slept_before && file != kNone) fput(run, file);\n", ""),
    ("a write that a signal ended tells nothing", "pipe.cc",
     "return call.done > 0 ?", "return call.done > 0 && error != kRestartSys ?"),
    ("epoll_pwait's mask stays", "signals.cc",
     "set_current_blocked(w, task, *std::exchange(t.saved_mask, std::nullopt));",
     "t.saved_mask.reset();"),
    ("signals of a kind are never merged", "signals.cc",
     "if (signal < kFirstRealTime &&", "if (signal < 0 &&"),
    ("signalfds hear only of what they read", "signals.cc",
     "  signalfd_notify(run, task);\n  w.tasks[at(task)].pending.push_back(",
     "  if (signal == SIGUSR1) signalfd_notify(run, task);\n  w.tasks[at(task)].pending.push_back("),
    ("a signalfd shows every thread's signals", "files.cc",
     "return signalfd_level(run.w, run.w.signalfds[object], task_of(run.w, run.actor));",
     "return signalfd_level(run.w, run.w.signalfds[object], kNone);"),
    ("a blocked signal that is ignored is gone", "signals.cc",
     "return is_in(w.tasks[at(task)].blocked, signal) || !handler_ignores",
     "return !handler_ignores"),
    ("ignoring a signal leaves it pending", "signals.cc",
     "  flush_sigqueue(w, task, bit(op.signal));\n", ""),
    ("a broken stream sends no SIGPIPE", "unix_stream.cc",
     "if (!silent) send_sig(run, task, SIGPIPE);", ""),
    ("a handler runs before a signalfd that is being read", "signalfd.cc",
     "  std::uint64_t got = 0;\n",
     "  if (call.slept && signal_pending(w, task)) return -kRestartSys;\n"
     "  std::uint64_t got = 0;\n"),
    ("a red uncle is not recoloured", "rbtree.cc",
     "n(parent).red = n(uncle).red = false;", "n(parent).red = false;"),
    ("a removed node's successor keeps its own colour", "rbtree.cc",
     "    n(next).red = gone.red;\n", ""),
    ("an end closes the lowest of its last files first", "descriptors.cc",
     "for (; !last.empty(); last.pop_back()) fput(run, last.back());",
     "for (const Index f : last) fput(run, f);"),
    ("a pidfd tells nothing of the wait", "process.cc",
     "if (run.w.inputs.traits.pidfd_hup_when_reaped) wake_pidfds(run, number, 0);", ""),
    ("a child handles no signal as its parent does", "process.cc",
     "  child.dispositions = parent.dispositions;\n", ""),
    ("who waits for a child sleeps on when it has ended", "process.cc",
     "if (w.process(parent).wait_chldexit != kNone) {", "if (false) {"),
    ("an item belongs to the process that added it", "eventpoll.cc",
     "w.items[i].fd.value == fd.value)",
     "w.items[i].fd.value == fd.value && w.items[i].process == fd.process)"),
    ("an item on a terminal has one hook", "eventpoll.cc",
     "  if (second != kNone) make_hook(run, item, 1, second);\n", ""),
    ("a TCP socket without room can be written to", "tcp_flow.cc",
     "  s.writable = writable;\n", "  s.writable = true;\n"),
    ("who met EAGAIN on TCP never hears of room", "tcp_flow.cc",
     "  if (taken < call.size) from.wants_room = true;\n", ""),
    ("the slave can read a line that has not ended", "tty.cc",
     "    t.line += c;\n", "    t.input += c;\n"),
    ("a write to a terminal wakes nobody at its own end", "tty.cc",
     '  wake(run, w.ttys[tty].write_wait, "tty_write_unlock", Why::wakeup_written, EPOLLOUT);\n',
     ""),
    ("a hangup wakes as often as any close", "tty.cc",
     "  for (const Index queue : {w.ttys[tty].read_wait, w.ttys[tty].write_wait}) {",
     "  for (const Index queue : std::array<Index, 0>{}) {"),
    ("a queue of datagrams is never full", "unix_dgram.cc",
     "return to != sock && w.socks[to].peer != sock;", "return false;"),
    ("a datagram that is only looked at tells nobody of a place", "unix_dgram.cc",
     "    tell_of_place();\n    return static_cast<std::int64_t>(got);",
     "    return static_cast<std::int64_t>(got);"),
    ("datagrams come from anybody, whomever the receiver sends to", "unix_dgram.cc",
     "  if (other.peer != kNone && other.peer != sock) return EPERM;\n", ""),
]


def files_of(root):
    parts = [root / "CMakeLists.txt"]
    for folder in ("cmake", "core", "tests"):
        parts += (p for p in (root / folder).rglob("*") if p.is_file())
    return {p.relative_to(root) for p in parts}


def mirror(source, copy):
    """Makes the files alike; those that are already keep their time, so they need no build."""
    wanted = files_of(source)
    if copy.exists():
        for path in files_of(copy) - wanted:
            (copy / path).unlink()
    for path in wanted:
        text = (source / path).read_bytes()
        if not (copy / path).is_file() or (copy / path).read_bytes() != text:
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            (copy / path).write_bytes(text)


def build_trial(build):
    """What the compiler said, if it refused."""
    done = subprocess.run(["cmake", "--build", build, "--target", "trial"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    return None if done.returncode == 0 else done.stdout


def try_out(trial):
    """How many steps it took until the trial noticed, and what; None: it did not."""
    taken = 0
    for threads in ([], ["--threads", "5", "--calm", "--spread"]):
        command = [trial, "--seed", "1", "--steps", str(STEPS // 2), "--xray", "on", "--no-shrink",
                   "--sockets", "--processes", "--ptys"]
        done = subprocess.run(command + threads, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode not in (0, 1):
            sys.exit(f"mutants: the trial ended with status {done.returncode}")
        taken += int(re.search(r"(\d+) steps in", done.stdout).group(1))
        if done.returncode == 1:
            return taken, re.search(r"difference in .*?: (.*)", done.stdout).group(1)
    return None


def place_of(copy, mutant):
    what, file, old, _ = mutant
    path = copy / "core" / "model" / file
    if path.read_text().count(old) != 1:
        print(f"mutants: '{what}' does not fit {file} any more", file=sys.stderr)
        sys.exit(2)
    return path


def main():
    source, build = (pathlib.Path(p).resolve() for p in sys.argv[1:3])
    names = sys.argv[3:]
    mutants = [m for m in MUTANTS if not names or any(n in m[0] for n in names)]
    copy = build / "source"
    mirror(source, copy)
    for mutant in mutants:
        place_of(copy, mutant)
    subprocess.run(["cmake", "-G", "Ninja", "-S", copy, "-B", build / "trial",
                    "-DCMAKE_BUILD_TYPE=Release", "-DEPOLLSCOPE_APP=OFF"],
                   stdout=subprocess.DEVNULL, check=True)
    trial = build / "trial" / "tests" / "conformance" / "trial"
    if build_trial(build / "trial") or try_out(trial):
        sys.exit("mutants: the model differs from the kernel before it is broken")
    escaped = 0
    for what, file, old, new in mutants:
        path = place_of(copy, (what, file, old, new))
        whole = path.read_text()
        path.write_text(whole.replace(old, new))
        refused = build_trial(build / "trial")
        caught = None if refused else try_out(trial)
        path.write_text(whole)
        escaped += caught is None
        verdict = f"caught after {caught[0]:6} steps" if caught else "ESCAPED"
        print(f"{verdict}  {what}" + (f"  ({caught[1]})" if caught else ""), flush=True)
        if refused:
            print(refused)
    print(f"{len(mutants) - escaped} of {len(mutants)} mutants caught")
    sys.exit(1 if escaped else 0)


if __name__ == "__main__":
    main()
