// Makes random programs over every call that the model has rules for: several epoll instances,
// nested ones, duplicates, threads that block and are woken, tiny pipes, small maxevents, closes at
// bad moments, arguments that no kernel accepts. Same seed and same answers, same program.
#pragma once

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/script/program.h"
#include "core/session/session.h"

namespace epollscope::trial {

class Generator {
 public:
  // `threads`: how many may exist; with one, calls that sleep are rare and end the program.
  // `calm`: no deadlines, messages and rows of calls (drain, fill), in the middle of which threads
  // meet in so many ways that the search for a schedule takes long.
  // `sockets`: those that listen and connect are among the files of some programs. Of connections
  // in unusual states the model still says something else than the kernel.
  // `processes`: some programs fork; those have neither signalfds nor sockets of the internet.
  // `terminals`: some programs open pseudoterminals.
  Generator(std::uint64_t seed, int threads, bool calm, bool sockets, bool processes,
            bool terminals);

  // The next statement. Requires: stuck() is false.
  CallStatement next();
  // What became of the last one, and of calls that returned meanwhile.
  void learn(const StepRecord& record);
  // Every thread sleeps, or all but one do and cannot be woken, as it seems.
  [[nodiscard]] bool stuck() const;

 private:
  enum class Kind : std::uint8_t {
    epoll,
    pipe,
    stream,
    eventfd,
    semaphore,
    timer,
    notifier,
    regular,
    tcp,
    listener,
    udp,
    signals,
    pid,
    terminal
  };
  struct File {
    std::string name;
    Kind kind;
    std::string peer;  // what is written there is read here; its own name where it has none
    std::vector<std::string> wakes =
        {};         // of an instance: what is written there makes an item ready
    int noise = 0;  // of an instance: how often a wait for it returned at once
    std::vector<std::string> clients = {};  // of a listener: connected and not accepted yet
  };

  [[nodiscard]] int upto(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  bool one_in(int n) { return upto(n) == 0; }
  template <class T>
  T pick(std::initializer_list<T> of) {
    return of.begin()[upto(static_cast<int>(of.size()))];
  }

  [[nodiscard]] bool last_awake() const;
  template <class T>
  T& one_of(std::vector<T>& list) {
    return list[static_cast<std::size_t>(upto(static_cast<int>(list.size())))];
  }
  template <class T>
  const T& one_of(const std::vector<T>& list) {
    return list[static_cast<std::size_t>(upto(static_cast<int>(list.size())))];
  }

  void learn_ctl(const Call& ctl);
  void learn_processes(const StepRecord& record);
  void learn_connection(const StepRecord& record);
  ActorId actor();
  Call call(std::vector<std::string>& names);
  Call creation(std::vector<std::string>& names);
  Call ctl();
  Call wait();
  Call write();
  Call write_to(const Value& to);
  Call rouse();
  Call read(const Value& from);
  Call drain();
  Call crowd();
  Call buffer_size(const Value& on);
  Call control();
  Call settime(const Value& on);
  Call dup2();
  Call poll();
  Call limit();
  // ---- processes: generator_processes.cc
  std::optional<Call> process_call(std::vector<std::string>& names);
  ActorId some_process();
  // ---- pseudoterminals: generator_terminals.cc
  bool makes_terminal();
  Call openpty(std::vector<std::string>& names, bool nonblock);
  Call type(const Value& at);
  // ---- sockets of the internet: generator_sockets.cc
  Call connection(std::vector<std::string>& names);
  Call socket(std::vector<std::string>& names);
  Call connect();
  Call accept(std::vector<std::string>& names);
  Call message();
  // ---- datagrams of AF_UNIX: generator_datagrams.cc
  Call post(std::vector<std::string>& names);
  Call crowd_of_datagrams();
  Call option();
  Value amount_for(const File* file);
  Value net();                   // a socket, of those there are
  File* one_of_kind(Kind kind);  // nullptr: there is none
  static bool is_net(const File* file);
  static bool never_filled(const File* file);
  Call kill(ActorId to);
  Call kill_somebody();
  Call sigaction();
  Call sigprocmask();
  Value file();
  Value epoll();
  Value busiest();
  Value timer();
  Value signals();
  std::uint32_t mask();
  std::int64_t amount();
  std::int64_t small_amount();
  std::string fresh(Kind kind);
  [[nodiscard]] File* find(const Value& value);
  [[nodiscard]] std::vector<File*> epolls();

  std::mt19937_64 random_;
  int threads_;
  bool calm_;
  bool nests_;     // many instances, in one another
  bool drains_;    // then no semaphores: one with a great counter would be read a unit at a time
  bool connects_;  // sockets of the internet are among the files
  bool local_;     // they are of AF_UNIX
  bool posts_;     // and most of them of datagrams
  bool forks_;
  bool terminals_;
  // What is known of a signal, so that none ends the lab.
  struct Signal {
    int number;
    bool harmless;         // even without a handler
    bool handled = false;  // or ignored
    bool once = false;     // SA_RESETHAND
    bool sent = false;
  };
  std::vector<Signal> signals_;
  int made_ = 0;
  int alone_ = 0;                                     // statements since another thread was awake
  bool expiring_ = false;                             // a timer was set to expire at once
  bool limited_ = false;                              // few descriptors may be open
  std::deque<Call> next_;                             // what the last one needs behind it
  std::map<std::int32_t, std::vector<File>> tables_;  // open, as far as names tell, by process
  ActorId by_;                                        // who makes the call
  int forked_ = 0;
  std::vector<File>& files() { return tables_[by_.process()]; }
  std::vector<File> pending_;         // of the creation under way
  std::vector<std::string> watched_;  // peers of what ADD put somewhere
  std::map<ActorId, Value> asleep_;   // and what each one sleeps on
};

}  // namespace epollscope::trial
