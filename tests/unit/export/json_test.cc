#include "core/export/json.h"

#include <cerrno>
#include <nlohmann/json.hpp>

#include "tests/unit/export/records.h"

namespace epollscope {
namespace {

using json = nlohmann::ordered_json;  // the order of the keys counts

// One line, closed by a newline, that is an object.
json read_line(const std::string& line) {
  EXPECT_TRUE(line.ends_with('\n'));
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  return json::parse(line);
}

// A pipe with an item at its read end, T2 asleep in epoll_wait.
State small_state() {
  ItemState item;
  item.id = EpitemId{0};
  item.name = "a";
  item.fd = Fd{4};
  item.file = FileId{1};
  item.mask = 25;
  item.data = 4;
  item.ready = item.queued = true;
  EventpollState ep;
  ep.file = FileId{0};
  ep.name = "ep";
  ep.fd = Fd{3};
  ep.items = {item};
  ep.root = 0;
  ep.ready = {EpitemId{0}};
  ep.waiters = {{ActorId{'T', 2}, 3'000'000'000}};
  FileState file;
  file.id = FileId{1};
  file.object = ObjectId{0};
  file.label = "pipe:1";
  file.end = FileEnd::read;
  file.fds = {Fd{4}};
  file.names = {"a"};
  file.level = 0x41;  // IN|RDNORM
  ObjectState object;
  object.id = ObjectId{0};
  object.kind = ObjectKind::pipe;
  object.label = "pipe:1";
  object.files = {FileId{1}, FileId{2}};
  object.fill = {5};
  State state;
  state.eventpolls = {ep};
  state.files = {file};
  state.objects = {object};
  ThreadState idle;
  ThreadState asleep;
  asleep.actor = ActorId{'T', 2};
  asleep.state = TaskState::blocked;
  asleep.call = "epoll_wait";
  asleep.on = "ep";
  state.threads = {idle, asleep};
  return state;
}

TEST(Json, HeaderErrorAndSummary) {
  const std::string header =
      R"({"type":"header","version":1,"file":"x.epoll","kernel":"6.18.44","xray":false,)"
      R"("lab_pid":4711})";
  EXPECT_EQ(json_header({.file = "x.epoll", .kernel = "6.18.44", .lab_pid = 4711}), header + "\n");
  EXPECT_TRUE(read_line(json_header({.file = {}, .kernel = {}, .xray = true}))["xray"]);
  const std::string error = R"({"type":"error","text":"the lab was killed by signal 9"})";
  EXPECT_EQ(json_error("the lab was killed by signal 9"), error + "\n");
  const std::string summary =
      R"({"type":"summary","steps":12,"expectations_failed":1,"model_differences":2})";
  EXPECT_EQ(json_summary({.steps = 12, .expectations_failed = 1, .model_differences = 2}),
            summary + "\n");
}

// The object of the documentation, key by key, in its order.
TEST(Json, AStepHasExactlyTheKeysOfTheSchema) {
  const Lesson lesson = lesson_of("ep = epoll_create1(0)\nepoll_wait(ep, 8, 0)\n");
  StepRecord record = with_events(step_of(lesson, 1, {}, 6), {{1, 4, "a"}});
  record.held = true;
  record.outcome.elapsed_ns = 2100;
  MicroStep m = micro_of("ep_send_events", MicroStep::What::requeued);
  m.subject = "a";
  record.micro.push_back(m);
  const State state = small_state();
  const std::string line = JsonSteps({}).step(record, &state);
  const json got = read_line(line);
  json want =
      json::parse(R"JSON({"type":"step","n":6,"line":2,"actor":"T1","call":"epoll_wait(ep, 8, 0)",
    "name":"epoll_wait","returned":1,"errno":null,"unfinished":false,"elapsed_ns":2100,"bound":{},
    "payload":null,"events":[{"events":["EPOLLIN"],"mask":1,"data":"a","data_u64":4}],"resumed":[],
    "expected":{"held":true},"model":{"agrees":true,"differences":[]},"lints":[],
    "micro":[{"function":"ep_send_events","what":"requeued","item":"a","why":""}],
    "state":{"eventpolls":[{"name":"ep","fd":3,"ready":["a"],"ovflist":null,
      "waiters":[{"actor":"T2","timeout_ns":3000000000}],
      "tree":{"item":"a","color":"black","left":null,"right":null},
      "items":[{"item":"a","fd":4,"file":"pipe:1","events":["EPOLLIN","EPOLLERR","EPOLLHUP"],
        "mask":25,"data_u64":4,"trigger":"level","armed":true,"ready":true}]}],
     "files":[{"file":"pipe:1","kind":"pipe","end":"read","fds":[4],"names":["a"],
       "readable_bytes":5,"level":["EPOLLIN"]}],
     "threads":[{"actor":"T1","state":"idle"},
       {"actor":"T2","state":"blocked","call":"epoll_wait","on":"ep"}]},
    "sources":{"outcome":"kernel","interest":"kernel","tree":"kernel","ready":"model",
      "ovflist":"model","waiters":"model","levels":"kernel","threads":"kernel"}
})JSON");
  EXPECT_EQ(got, want) << json::diff(want, got).dump(1);
  EXPECT_EQ(line, want.dump() + "\n");  // the order of the keys as well
}

TEST(Json, FailureCreationPayloadAndReturnOfOthers) {
  const Lesson lesson = lesson_of(
      "a, w = pipe()\nclose(77)\nread(a, 9)\nT2: epoll_wait(3, 8, -1)\nwrite(w, \"x\")\n");
  JsonSteps steps({});
  const json created =
      read_line(steps.step(step_of(lesson, 0, creates({Fd{4}, Fd{5}}), 1), nullptr));
  EXPECT_EQ(created["bound"], json::parse(R"({"a":4,"w":5})"));
  EXPECT_TRUE(created["state"].is_null());
  EXPECT_TRUE(created["expected"].is_null());
  const json failed = read_line(steps.step(step_of(lesson, 1, fails(EBADF), 2), nullptr));
  EXPECT_EQ(failed["returned"], -1);
  EXPECT_EQ(failed["errno"], "EBADF");
  Outcome bytes = returns(2);
  bytes.bytes = "h\xff";
  const json read = read_line(steps.step(step_of(lesson, 2, bytes, 3), nullptr));
  EXPECT_EQ(read["payload"], "h\xc3\xbf");
  const StepRecord asleep = sleep_of(lesson, 3, 4);
  const json unfinished = read_line(steps.step(asleep, nullptr));
  EXPECT_TRUE(unfinished["unfinished"]);
  EXPECT_TRUE(unfinished["returned"].is_null());
  StepRecord write = step_of(lesson, 4, returns(1), 5);
  write.resumed.push_back(resumed_of(asleep, {}));
  const json resumed =
      json::parse(R"([{"actor":"T2","call":"epoll_wait","returned":0,"errno":null,"events":[]}])");
  EXPECT_EQ(read_line(steps.step(write, nullptr))["resumed"], resumed);
}

TEST(Json, WhatResumedCallsReadAndMade) {
  const Lesson lesson = lesson_of("T2: r = accept(3)\nT3: read(4, 9)\nclose(7)\n");
  JsonSteps steps({});
  StepRecord close = step_of(lesson, 2, returns(0), 3);
  Outcome bytes = returns(2);
  bytes.bytes = "hi";
  close.resumed.push_back(resumed_of(sleep_of(lesson, 0, 1), {}));
  close.resumed.back().bound["r"] = Fd{5};
  close.resumed.push_back(resumed_of(sleep_of(lesson, 1, 2), {}));
  close.resumed.back().outcome = bytes;
  const json resumed = read_line(steps.step(close, nullptr))["resumed"];
  EXPECT_EQ(resumed[0]["bound"], json::parse(R"({"r":5})"));
  EXPECT_EQ(resumed[1]["payload"], "hi");
}

TEST(Json, WhatIsNotModelledIsSaid) {
  const Lesson lesson = lesson_of("close(7)\n");
  JsonSteps steps({});
  StepRecord record = step_of(lesson, 0, returns(0), 1);
  EXPECT_FALSE(read_line(steps.step(record, nullptr))["model"].contains("not_modelled"));
  record.not_modelled = "this and that";
  EXPECT_EQ(read_line(steps.step(record, nullptr))["model"]["not_modelled"], "this and that");
}

TEST(Json, AnOptionMayBeNegative) {
  const Lesson lesson = lesson_of("getsockopt(3, SO_LINGER)\n");
  JsonSteps steps({});
  Outcome off = returns(0);
  off.value = static_cast<std::uint64_t>(std::int64_t{-1});
  off.value_kind = ValueKind::option;
  EXPECT_EQ(read_line(steps.step(step_of(lesson, 0, off, 1), nullptr))["payload"], -1);
}

// A timeout between two statements has no line of its own: it is the line of its call.
TEST(Json, ATimeoutBetweenStatementsKeepsTheLineOfItsCall) {
  const Lesson lesson = lesson_of("\n\nT2: epoll_wait(3, 8, 20)\n");
  JsonSteps steps({});
  StepRecord record = sleep_of(lesson, static_cast<int>(lesson.program.statements.size()) - 1, 1);
  steps.step(record, nullptr);
  record.n = 2;
  record.line = 0;
  record.statement = -1;
  record.is_resume = record.returned = true;
  const json back = read_line(steps.step(record, nullptr));
  EXPECT_EQ(back["line"], 3);
  EXPECT_EQ(back["call"], "epoll_wait(3, 8, 20)");
}

TEST(Json, SourcesSayWhoAnswered) {
  const Lesson lesson = lesson_of("close(77)\n");
  StepRecord record = step_of(lesson, 0, fails(EBADF), 1);
  record.xray = {.tree = true, .ready = true, .ovflist = false, .waiters = true};
  const auto seen = read_line(JsonSteps({}).step(record, nullptr))["sources"];
  EXPECT_EQ(seen["ready"], "xray");
  EXPECT_EQ(seen["ovflist"], "model");
  EXPECT_EQ(seen["waiters"], "xray");
  EXPECT_EQ(seen["tree"], "kernel");
  record.xray = {};
  SessionOptions created;
  created.tree = TreeOrder::created;
  EXPECT_EQ(read_line(JsonSteps(created).step(record, nullptr))["sources"]["tree"], "model");
  SessionOptions model;
  model.model_only = true;
  const auto line = read_line(JsonSteps(model).step(record, nullptr));
  for (const auto& [part, source] : line["sources"].items()) {
    EXPECT_EQ(source, "model") << part;
  }
}

}  // namespace
}  // namespace epollscope
