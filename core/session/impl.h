// The inside of a session: what it holds and the steps of its state machine. Private to the room.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/observe/observe.h"
#include "core/script/resolve.h"
#include "core/session/chance.h"
#include "core/session/hindsight.h"
#include "core/session/history.h"
#include "core/session/lockstep.h"
#include "core/session/moments.h"
#include "core/session/session.h"
#include "core/session/xray_watch.h"

namespace epollscope {

// A call that was made and has not returned.
struct Asleep {
  int step = 0;
  int statement = -1;
  std::vector<std::string> names;
  Call call;
  Request request;
  std::optional<FileId> instance;  // in which it waits, of an epoll_wait
  std::optional<std::chrono::steady_clock::time_point> deadline;  // it does not end before
};

// The step under way.
struct Running {
  StepRecord record;
  std::optional<OpCall> main;        // the call it made; nullopt: it waits for sleeping calls
  std::optional<DataName> data;      // what that call, if it succeeds, gives an item as data
  std::set<ActorId> await;           // then: until one of these has returned
  std::optional<Expected> expected;  // of the line that is being waited for or called
  bool must_block = false;           // `<unfinished ...>`
  std::vector<Returned> returned;
};

struct Session::Impl {
  Impl(Lesson l, SessionOptions o, std::unique_ptr<Kernel> k, MachineInputs inputs);

  // ---- starting
  bool start_next();
  enum class Started : std::uint8_t { no, left_out, yes };
  Started start_call(const CallStatement& statement);
  void start_waiting(std::set<ActorId> actors, std::optional<Expected> expected, int statement);
  [[nodiscard]] std::optional<FileId> instance_of(const Request& request) const;
  void learn_order_now();
  bool see_timers(std::vector<MicroStep>& micro);
  // A call asleep that will end, or may, without anybody's doing.
  [[nodiscard]] bool is_due(ActorId actor, const Asleep& call) const;
  [[nodiscard]] std::optional<std::string> cannot_be_made(ActorId actor,
                                                          const Request& request) const;

  // ---- while it runs
  void handle(Notification& n);
  [[nodiscard]] std::string why_it_died() const;
  [[nodiscard]] static bool has_returned(const Running& r, const std::set<ActorId>& actors);
  [[nodiscard]] bool rest_ends_step(const std::vector<ActorId>& blocked) const;
  [[nodiscard]] bool waits_in_vain(const std::set<ActorId>& actors) const;
  [[nodiscard]] bool waits_for_return(const Running& r) const;
  [[nodiscard]] bool ends_by_itself(const OpCall& call) const;
  void check_time_limit();

  // ---- ending
  void finish_step();
  void end_lab(std::string why);
  void check_memory();
  void put_line_back(Running& r);
  void record_returns(Running& r);
  void bind(ActorId actor, const Asleep& call, const Outcome& outcome,
            std::map<std::string, Fd>& into);
  const std::map<std::string, Fd>& names_for(ActorId actor);
  [[nodiscard]] std::optional<Fd> find_epoll(const std::string& name) const;
  void judge(Running& r);
  void run_model_beside(Running& r);
  LockstepResult explain(Running& r);
  bool think_over(Running* r, const std::function<bool(const Machine&)>& explains);
  void judge_chance(Running& r, const LockstepResult& model);
  static void mark_what_was_seen(StepRecord& record, const LockstepResult& model);
  void observe(StepRecord& record);
  void look_around(StepRecord& record);
  Result<void> open_xray();
  bool has_xray();
  void forget_closed_epolls();
  void verify_some_lists(StepRecord& record, bool all);
  void verify_list(Fd epfd, const std::string& name, std::vector<std::string>& differences);
  // What the kernel shows of the machine's flows, as operations.
  [[nodiscard]] std::vector<Op> see_flows(const Machine& machine);
  [[nodiscard]] bool levels_fit(const Machine& machine);
  void take_xray();     // into `seen`, when one is due
  void look_through();  // into `seen`, now. Requires: has_xray()
  void learn_order(Fd epfd, std::vector<Machine::Row> rows);
  [[nodiscard]] bool overdue() const;
  XrayConfirms compare_with_xray(std::vector<std::string>& differences);
  [[nodiscard]] std::set<FileId> stirred_since_rest();
  [[nodiscard]] bool xray_fits(const Machine& machine) const;
  [[nodiscard]] bool xray_fits(const Machine& machine, const std::vector<XrayEventpoll>& shown,
                               const std::set<FileId>& moving) const;
  [[nodiscard]] State claimed(const Machine& machine) const;
  [[nodiscard]] std::map<int, ActorId> actors_by_thread(const State& state) const;
  void settle_followers();
  bool settle_resumed(const ResumedStatement& line);
  void settle_ready(const ExpectReady& line);
  void fail_expectation(const std::string& why);
  std::vector<ShownEvent> show(const Outcome& outcome) const;
  void name_descriptors(const std::map<std::string, Fd>& names);
  [[nodiscard]] const CallStatement* next_call() const;

  Lesson lesson;
  SessionOptions options;
  std::unique_ptr<Kernel> kernel;
  InterestReader lists;
  History history;
  Moments moments;
  Hindsight hindsight;
  XrayWatch xray_watch;
  bool xray_tried = false;
  std::optional<Result<std::vector<XrayEventpoll>>> seen;  // by the X-ray after the last step
  std::set<FileId> stirred;  // instances in which a sleeper moved between the rest and that
  std::map<int, std::vector<XrayEventpoll>> xrays;  // after earlier steps that may be thought over
  std::set<FileId> guessed_orders;  // instances whose order was learned while items looked alike
  std::map<std::int32_t, std::map<std::string, Fd>> bound;  // by process: fork copies its parent's
  std::map<std::string, Fd> shared_names;                   // what names_for() gave last
  std::map<Fd, std::string> epolls;                         // open epoll instances
  std::map<std::uint64_t, std::string> data_names;
  std::map<ActorId, Asleep> asleep;
  struct Due {  // when a timer was last set or read, and what follows from it
    std::uint32_t settimes = 0, reads = 0;
    std::chrono::steady_clock::time_point at;
  };
  std::map<FileId, Due> timers_due;
  Scheduling scheduling;
  std::map<ActorId, Resumed> unclaimed;  // returned, and no `resumed` line has named it yet
  std::vector<StepRecord> steps;
  std::optional<Running> running;
  int next = 0;
  int failed = 0;
  std::string failed_early;  // expectations that failed before there was a step to tell it
  int differed = 0;
  std::vector<std::string> final_differences;
  std::optional<std::string> death;
  bool over_time = false;
  bool is_finished = false;
  bool is_stuck = false;
  std::uint64_t id = 0;       // of the session in this process
  std::uint64_t touched = 0;  // how often anything but `history` may have changed
  std::chrono::steady_clock::time_point last_progress = std::chrono::steady_clock::now();
};

}  // namespace epollscope
