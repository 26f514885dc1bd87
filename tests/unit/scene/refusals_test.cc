// Each errno of epoll's calls, brought about on the running kernel and on the model, is explained
// by what stands there at that moment.
#include <gtest/gtest.h>

#include "app/i18n/i18n.h"
#include "app/scene/refusals.h"
#include "app/scene/stage.h"
#include "tests/unit/session/run.h"

namespace epollscope::scene {
namespace {

struct Row {
  std::string program;  // its last call fails
  std::string reason;
};

const std::string kPipe = "ep = epoll_create1(0)\na, w = pipe()\n";
const std::string kAdded = kPipe + "epoll_ctl(ep, ADD, a, IN)\n";

std::vector<Row> rows() {
  return {
      {"epoll_create(0)", "EINVAL: size must be above 0"},
      {"epoll_create1(4)", "EINVAL: EPOLL_CLOEXEC is the only flag"},
      {kPipe + "epoll_ctl(ep, ADD, a, NULL)", "EFAULT: every operation but DEL reads an event"},
      {kPipe + "close(a)\nepoll_ctl(ep, ADD, a, IN)", "EBADF: a (fd 4) is not an open descriptor"},
      {kPipe + "epoll_ctl(ep, ADD, 99, IN)", "EBADF: fd 99 is not an open descriptor"},
      {kPipe + "close(ep)\nepoll_ctl(ep, ADD, a, IN)",
       "EBADF: ep (fd 3) is not an open descriptor"},
      {kPipe + "epoll_ctl(88, ADD, 99, IN)", "EBADF: neither fd 88 nor fd 99 is an open"},
      {kPipe + "epoll_ctl(a, ADD, a, IN)", "EINVAL: a (fd 4) is not an epoll instance"},
      {"epoll_wait(0, 1, 1)", "EINVAL: fd 0 is not an epoll instance"},
      {kPipe + "epoll_ctl(ep, ADD, 0, IN)", "EPERM: fd 0 is a file that knows no poll"},
      {kPipe + "epoll_ctl(ep, ADD, ep, IN)", "EINVAL: ep (fd 3) cannot watch itself"},
      {kPipe + "epoll_ctl(w, ADD, a, IN)",
       "EINVAL: w (fd 5) is not an epoll instance, its kind: pipe"},
      {kAdded + "epoll_ctl(ep, MOD, a, IN|EXCLUSIVE)",
       "EINVAL: EPOLLEXCLUSIVE can be given by ADD"},
      {"ep = epoll_create1(0)\nin = epoll_create1(0)\nepoll_ctl(ep, ADD, in, IN|EXCLUSIVE)",
       "EINVAL: EPOLLEXCLUSIVE cannot be used for an epoll instance, and in (fd 4) is one"},
      {kPipe + "epoll_ctl(ep, ADD, a, IN|RDHUP|EXCLUSIVE|ONESHOT)", "ET, not with RDHUP|ONESHOT"},
      {kPipe + "epoll_ctl(ep, 7, a, IN)", "EINVAL: 7 is none of EPOLL_CTL_ADD"},
      {kPipe + "epoll_ctl(ep, ADD, a, IN|EXCLUSIVE)\nepoll_ctl(ep, MOD, a, IN)",
       "EINVAL: a (fd 4) was added with EPOLLEXCLUSIVE"},
      {"ep = epoll_create1(0)\nin = epoll_create1(0)\nepoll_ctl(ep, ADD, in, IN)\n"
       "epoll_ctl(in, ADD, ep, IN)",
       "ELOOP: ep (fd 3) leads to in already"},
      {"e[1..6] = epoll_create1(0)\nepoll_ctl(e[1], ADD, e[2], IN)\nepoll_ctl(e[2], ADD, e[3], "
       "IN)\n"
       "epoll_ctl(e[3], ADD, e[4], IN)\nepoll_ctl(e[4], ADD, e[5], IN)\n"
       "epoll_ctl(e[5], ADD, e[6], IN)",
       "ELOOP: the chain of instances"},
      {"in = epoll_create1(0)\nf = eventfd(0, 0)\no[1..501] = epoll_create1(0)\n"
       "epoll_ctl(in, ADD, f, IN)\nepoll_ctl(o[1..501], ADD, in, IN)",
       "EINVAL: too many chains of instances"},
      {kAdded + "epoll_ctl(ep, ADD, a, OUT)",
       "EEXIST: a (fd 4) is in the interest list of ep already; MOD changes it"},
      {kPipe + "epoll_ctl(ep, MOD, a, IN)",
       "ENOENT: a (fd 4) is not in the interest list of ep; ADD"},
      {kAdded + "d = dup(a)\nclose(a)\nv = eventfd(0, 0)\nepoll_ctl(ep, DEL, v, NULL)",
       "ENOENT: v (fd 4) is not in the interest list of ep; the item with its number there is a"},
      {kAdded + "d = dup(a)\nepoll_ctl(ep, DEL, d, NULL)",
       "ENOENT: d (fd 6) is not in the interest list of ep; its open file is, under fd 4"},
      {kPipe + "close(ep)\nepoll_wait(ep, 8, 0)", "EBADF: ep (fd 3) is not an open descriptor"},
      {kPipe + "epoll_wait(ep, 0, 0)", "EINVAL: maxevents must be above 0"},
      {kPipe + "epoll_wait(ep, 178956971, 0)", "EINVAL: maxevents may be 178956970 at most"},
      {kPipe + "epoll_wait(w, 8, 0)", "EINVAL: w (fd 5) is not an epoll instance, its kind: pipe"},
      {"setrlimit(NOFILE, 3)\nepoll_create1(0)", "EMFILE: every descriptor number"},
      {kPipe + "sigaction(SIGUSR1, handler)\nsigprocmask(SIG_BLOCK, [SIGUSR1])\nkill(T1, SIGUSR1)\n"
               "epoll_pwait(ep, 8, -1, [])",
       "EINTR: a signal or a stop ended the sleep"},
      {kAdded + "P1 = fork()\nclose(a)\nP1: epoll_ctl(ep, ADD, a, OUT)",
       "EEXIST: a (fd 4) is in the interest list of ep already; MOD changes it"},
      {kAdded + "write(w, 1)\nepoll_wait(ep, 8, 0, events=NULL)",
       "EFAULT: there is an event to report, and events[] is NULL"},
  };
}

class Refusals : public ::testing::TestWithParam<bool> {};  // the model alone
INSTANTIATE_TEST_SUITE_P(Kernels, Refusals, ::testing::Bool(),
                         [](const auto& p) { return p.param ? "model" : "lab"; });

TEST_P(Refusals, TellWhatStandsInTheWay) {
  for (const Row& row : rows()) {
    const auto session = test::run(row.program + "\n", {.model_only = GetParam()});
    ASSERT_NE(session, nullptr) << row.program;
    ASSERT_FALSE(session->steps().empty()) << row.program;
    const StepRecord& last = session->steps().back();
    EXPECT_TRUE(last.returned && last.outcome.failed()) << row.program;
    StageInput input;
    input.session = session.get();
    input.step = last.n;
    const auto said = explain(input);
    ASSERT_FALSE(said.empty()) << row.program;
    EXPECT_NE(said.front().find(row.reason), std::string::npos) << row.program << "\n"
                                                                << said.front();
    input.lang = Lang::zh_cn;
    const std::string chinese = explain(input).front();
    EXPECT_NE(chinese.find(row.reason.substr(0, row.reason.find(':') + 1)), std::string::npos);
    EXPECT_EQ(chinese.find(row.reason), std::string::npos) << chinese;
  }
}

// An instance is the same one under a number that dup gave.
TEST_P(Refusals, KnowAnInstanceByAnyOfItsDescriptors) {
  for (const std::string call : {"epoll_ctl(ep, ADD, 99, IN)", "epoll_ctl(d, ADD, 99, IN)",
                                 "epoll_ctl(ep, ADD, d, IN)", "epoll_ctl(d, ADD, ep, IN)"}) {
    const auto session =
        test::run("ep = epoll_create1(0)\nd = dup(ep)\n" + call + "\n", {.model_only = GetParam()});
    ASSERT_NE(session, nullptr);
    const StepRecord& last = session->steps().back();
    ASSERT_TRUE(last.outcome.failed()) << call;
    const auto why = refusal(Lang::en, last.call, last.request, last.outcome.error,
                             *session->moment(last.n - 1));
    ASSERT_TRUE(why) << call;
    EXPECT_TRUE(why->starts_with("EBADF: fd 99 is") || why->find("itself") != why->npos)
        << call << ": " << *why;
  }
}

}  // namespace
}  // namespace epollscope::scene
