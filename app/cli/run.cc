// epollscope run: each file in a fresh lab, without a window.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "app/cli/commands.h"
#include "app/cli/driver.h"
#include "app/cli/input.h"
#include "app/cli/one_cpu.h"
#include "app/cli/stdout.h"
#include "app/scene/refusals.h"
#include "core/export/json.h"
#include "core/export/transcript.h"

namespace epollscope::cli {
namespace {

// What a run prints: a transcript or JSON lines.
class Printer {
 public:
  virtual ~Printer() = default;
  virtual void begin() = 0;
  virtual void step(const StepRecord& record) = 0;
  // The step printed last, again: more may be known about it.
  virtual void late(const StepRecord& record) = 0;
  virtual void before_pause() {}
  virtual void end() = 0;
};

class TextPrinter : public Printer {
 public:
  TextPrinter(const Session& session, const RunArguments& arguments, Stdout& out)
      : session_(session),
        out_(out),
        transcript_(
            session.lesson(),
            {.micro = arguments.micro,
             .refusal =
                 [this](const StepRecord& r) {
                   return scene::refusal(Lang::en, r.call, r.request, r.outcome.error,
                                         session_.state_at(r.n - 1));
                 }},
            [this](const std::string& epoll) { return session_.ready_at_end(epoll); }, out.text) {}

  void begin() override {
    transcript_.begin(session_.next_statement(), session_.failed_before_steps());
  }
  void step(const StepRecord& record) override {
    transcript_.step(record, session_.next_statement());
    out_.flush_if_large();
  }
  void late(const StepRecord& record) override { transcript_.late(record); }
  void before_pause() override { transcript_.settle(); }
  void end() override { transcript_.end(ending_of(session_)); }

 private:
  const Session& session_;
  Stdout& out_;
  Transcript transcript_;
};

class JsonPrinter : public Printer {
 public:
  JsonPrinter(const Session& session, std::string file, const RunArguments& arguments, Stdout& out)
      : session_(session),
        file_(std::move(file)),
        with_state_(arguments.state),
        out_(out),
        steps_(session.options()) {}

  void begin() override {
    out_.text += json_header({.file = file_,
                              .kernel = session_.kernel_release(),
                              .xray = session_.has_xray(),
                              .lab_pid = session_.lab_pid()});
    out_.flush();
    if (const std::string& early = session_.failed_before_steps(); !early.empty()) say(0, early);
  }
  void step(const StepRecord& record) override {
    if (with_state_) {
      const State state = session_.state_at(record.n);
      out_.text += steps_.step(record, &state);
    } else {
      out_.text += steps_.step(record, nullptr);
    }
    out_.flush();
    for (const std::string& d : record.differences) say(record.line, "model differs: " + d);
    failure(record);
  }
  void late(const StepRecord& record) override { failure(record); }
  void end() override {
    if (!session_.steps().empty()) failure(session_.steps().back());
    const Ending ending = ending_of(session_);
    if (!ending.died.empty()) out_.text += json_error(ending.died);
    for (const std::string& who : ending.stuck) out_.text += json_error(who);
    for (const std::string& d : ending.final_differences) say(0, "model differs: " + d);
    out_.text += json_summary(ending);
  }

 private:
  // The schema says only that an expectation failed; why goes to the person who watches.
  void failure(const StepRecord& record) {
    const std::size_t told = record.n == told_step_ ? told_ : 0;
    const std::string rest = rest_of_failures(record.expectation_failure, told);
    if (!rest.empty()) say(record.line, rest);
    told_step_ = record.n;
    told_ = record.expectation_failure.size();
  }
  void say(int line, const std::string& text) const {
    warn(fmt::format("{}:{} {}\n", file_, line > 0 ? fmt::format("{}:", line) : "", text));
  }

  const Session& session_;
  std::string file_;
  bool with_state_;
  Stdout& out_;
  JsonSteps steps_;
  int told_step_ = 0;
  std::size_t told_ = 0;
};

// Lets a person look at the lab from outside until Enter or Ctrl-C, or until nobody can press it.
void pause_for_enter(const Session& session, bool stdin_taken, int step, Interrupt& interrupt) {
  complain(fmt::format("paused after step {}; the lab is process {}; press Enter to go on", step,
                       session.lab_pid()));
  const int fd = stdin_taken ? open("/dev/tty", O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
  if (fd < 0) return complain("there is no terminal to wait for Enter on, so the run goes on");
  pollfd fds[2] = {{.fd = fd, .events = POLLIN, .revents = 0},
                   {.fd = interrupt.fd(), .events = POLLIN, .revents = 0}};
  for (char c = 0; c != '\n';) {
    if (poll(fds, 2, -1) < 0 || interrupt.asked() || read(fd, &c, 1) != 1) break;
  }
  if (fd != STDIN_FILENO) close(fd);
}

// One file in one lab.
class FileRun {
 public:
  FileRun(std::string file, const RunArguments& arguments, const Common& common,
          Interrupt& interrupt, std::shared_ptr<Xray>& xray, Stdout& out)
      : file_(std::move(file)),
        arguments_(arguments),
        common_(common),
        interrupt_(interrupt),
        xray_(xray),
        out_(out) {}

  int run() {
    auto lesson = read_input(file_);
    if (!lesson) {
      complain(lesson.error());
      return kBadUsage;
    }
    if (arguments_.check) return report_check(*lesson);
    const OneCpu one_cpu(lesson->program);
    auto session =
        Session::start(std::move(*lesson), {.model_only = common_.model_only,
                                            .tree = common_.tree.value_or(TreeOrder::learned),
                                            .time_limit = common_.timeout,
                                            .xray = common_.xray,
                                            .shared_xray = xray_});
    if (!session) {
      complain(session.error());
      return kLacking;
    }
    const int status = drive(**session);
    xray_ = (*session)->options().shared_xray;
    return status;
  }

 private:
  int report_check(const Lesson& lesson) {
    const auto& all = lesson.program.statements;
    const auto calls = std::count_if(all.begin(), all.end(), [](const Statement& s) {
      return std::holds_alternative<CallStatement>(s.what);
    });
    if (!arguments_.json) {
      out_.text += fmt::format("# {}: no errors, {} {}\n", shown_name(file_), calls,
                               calls == 1 ? "call" : "calls");
    }
    return kHeld;
  }

  int drive(Session& session) {
    TextPrinter text(session, arguments_, out_);
    JsonPrinter json(session, shown_name(file_), arguments_, out_);
    Printer& printer = arguments_.json ? static_cast<Printer&>(json) : text;
    Driver driver(session, interrupt_, [this] { out_.flush(); });
    if (arguments_.files.size() > 1 && !arguments_.json) {
      out_.text += fmt::format("# file {}\n", shown_name(file_));
    }
    printer.begin();
    while (driver.step() && !refused(session) && !out_.gone()) print_new(session, printer);
    while (!out_.gone() && driver.await_deadline()) print_new(session, printer);
    if (!driver.interrupted()) session.finish();
    print_new(session, printer);
    printer.end();
    out_.flush();
    if (driver.interrupted()) return kInterrupted;
    if (refused(session)) return report_refusal(session);
    const bool good =
        session.expectations_failed() == 0 && session.model_differences() == 0 && !session.died();
    return good ? kHeld : kFailed;
  }

  void print_new(const Session& session, Printer& printer) {
    if (printed_ > 0) printer.late(session.steps()[printed_ - 1]);
    for (; printed_ < session.steps().size(); ++printed_) {
      printer.step(session.steps()[printed_]);
      if (arguments_.pause_after == session.steps()[printed_].n) {
        printer.before_pause();
        out_.flush();
        pause_for_enter(session, file_ == "-", *arguments_.pause_after, interrupt_);
      }
    }
  }

  // The model stands in for the kernel and has no rules for what the scenario does.
  [[nodiscard]] bool refused(const Session& session) const {
    return common_.model_only && !session.steps().empty() &&
           !session.steps().back().not_modelled.empty();
  }
  int report_refusal(const Session& session) const {
    const StepRecord& last = session.steps().back();
    complain(fmt::format("{}:{}: the model has no rules for this: {}; run it without --model-only",
                         shown_name(file_), last.line, last.not_modelled));
    return kLacking;
  }

  std::string file_;
  const RunArguments& arguments_;
  const Common& common_;
  Interrupt& interrupt_;
  std::shared_ptr<Xray>& xray_;  // what one file opened serves the next
  Stdout& out_;
  std::size_t printed_ = 0;
};

}  // namespace

int run(const RunArguments& arguments, const Common& common) {
  Interrupt interrupt;
  Stdout out;
  std::shared_ptr<Xray> xray;
  int worst = kHeld;
  for (const std::string& file : arguments.files) {
    worst = std::max(worst, FileRun(file, arguments, common, interrupt, xray, out).run());
    out.flush();
    if (worst == kInterrupted || out.gone()) break;
  }
  return out.finish(worst);
}

}  // namespace epollscope::cli
