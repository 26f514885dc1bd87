// `epollscope run --json` against the documented schema.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/observe/xray.h"
#include "tests/unit/cli/program.h"

namespace epollscope::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

std::vector<json> objects_of(const std::string& text) {
  std::vector<json> objects;
  for (const std::string& line : lines_of(text)) objects.push_back(json::parse(line));
  return objects;
}

// Keys and types of an object: "n:number|null".
using Shape = std::map<std::string, std::string>;

void expect_shape(const json& object, const Shape& shape, const std::string& what) {
  for (const auto& [key, types] : shape) {
    ASSERT_TRUE(object.contains(key)) << what << " lacks " << key;
    std::string type = object[key].type_name();
    EXPECT_THAT("|" + types + "|", HasSubstr("|" + type + "|")) << what << "." << key;
  }
  for (const auto& [key, value] : object.items()) {
    EXPECT_TRUE(shape.contains(key)) << what << " has a key of its own: " << key;
  }
}

const Shape kEvent{
    {"events", "array"}, {"mask", "number"}, {"data", "string"}, {"data_u64", "number"}};
const Shape kStep{
    {"type", "string"},          {"n", "number"},          {"line", "number"},
    {"actor", "string"},         {"call", "string"},       {"name", "string"},
    {"returned", "number|null"}, {"errno", "string|null"}, {"unfinished", "boolean"},
    {"elapsed_ns", "number"},    {"bound", "object"},      {"payload", "string|number|null"},
    {"events", "array"},         {"resumed", "array"},     {"expected", "object|null"},
    {"model", "object"},         {"lints", "array"},       {"micro", "array"},
    {"state", "object|null"},    {"sources", "object"}};

void expect_tree(const json& tree, std::size_t& nodes) {
  if (tree.is_null()) return;
  ++nodes;
  EXPECT_EQ(tree.size(), 4U);
  EXPECT_TRUE(tree.at("item").is_string());
  EXPECT_TRUE(tree.at("color") == "red" || tree.at("color") == "black");
  expect_tree(tree.at("left"), nodes);
  expect_tree(tree.at("right"), nodes);
}

void expect_state(const json& state) {
  expect_shape(state, {{"eventpolls", "array"}, {"files", "array"}, {"threads", "array"}}, "state");
  for (const json& ep : state["eventpolls"]) {
    expect_shape(ep,
                 {{"name", "string"},
                  {"fd", "number|null"},
                  {"ready", "array"},
                  {"ovflist", "array|null"},
                  {"waiters", "array"},
                  {"tree", "object|null"},
                  {"items", "array"}},
                 "eventpoll");
    std::size_t nodes = 0;
    expect_tree(ep["tree"], nodes);
    EXPECT_EQ(nodes, ep["items"].size());
    for (const json& item : ep["items"]) {
      expect_shape(item,
                   {{"item", "string"},
                    {"fd", "number"},
                    {"file", "string"},
                    {"events", "array"},
                    {"mask", "number"},
                    {"data_u64", "number"},
                    {"trigger", "string"},
                    {"armed", "boolean"},
                    {"ready", "boolean"}},
                   "item");
    }
    for (const json& w : ep["waiters"]) {
      expect_shape(w, {{"actor", "string"}, {"timeout_ns", "number|null"}}, "waiter");
    }
  }
  for (const json& file : state["files"]) {
    Shape shape{{"file", "string"}, {"kind", "string"}, {"end", "string"},
                {"fds", "array"},   {"names", "array"}, {"readable_bytes", "number|null"},
                {"level", "array"}};
    // Numbers of children, only where there are some: "fds" are the first process's.
    if (file.contains("processes")) shape["processes"] = "object";
    expect_shape(file, shape, "file");
  }
}

void expect_step(const json& step) {
  expect_shape(step, kStep, "step");
  for (const json& e : step["events"]) expect_shape(e, kEvent, "event");
  for (const json& r : step["resumed"]) {
    Shape shape{{"actor", "string"},
                {"call", "string"},
                {"returned", "number"},
                {"errno", "string|null"},
                {"events", "array"}};
    if (r.contains("bound")) shape["bound"] = "object";
    if (r.contains("payload")) shape["payload"] = "string|number";
    expect_shape(r, shape, "resumed");
  }
  for (const json& m : step["micro"]) {
    expect_shape(
        m, {{"function", "string"}, {"what", "string"}, {"item", "string|null"}, {"why", "string"}},
        "micro");
  }
  if (!step["expected"].is_null())
    expect_shape(step["expected"], {{"held", "boolean"}}, "expected");
  Shape model{{"agrees", "boolean"}, {"differences", "array"}};
  if (step["model"].contains("not_modelled")) model["not_modelled"] = "string";
  expect_shape(step["model"], model, "model");
  expect_shape(step["sources"],
               {{"outcome", "string"},
                {"interest", "string"},
                {"tree", "string"},
                {"ready", "string"},
                {"ovflist", "string"},
                {"waiters", "string"},
                {"levels", "string"},
                {"threads", "string"}},
               "sources");
  if (!step["state"].is_null()) expect_state(step["state"]);
}

TEST(RunJson, EveryObjectHasTheKeysAndTypesOfTheSchema) {
  for (const std::string& file : files_in("tests/scenarios/holds", ".epoll")) {
    SCOPED_TRACE(file);
    const Said said = run_program({"run", "--json", file});
    EXPECT_EQ(said.status, 0) << said.err;
    const auto objects = objects_of(said.out);
    ASSERT_GE(objects.size(), 2U);
    expect_shape(objects.front(),
                 {{"type", "string"},
                  {"version", "number"},
                  {"file", "string"},
                  {"kernel", "string"},
                  {"xray", "boolean"},
                  {"lab_pid", "number"}},
                 "header");
    EXPECT_EQ(objects.front()["type"], "header");
    EXPECT_EQ(objects.front()["version"], 1);
    EXPECT_EQ(objects.front()["file"], file);
    for (std::size_t i = 1; i + 1 < objects.size(); ++i) {
      expect_step(objects[i]);
      EXPECT_EQ(objects[i]["n"], i);
      EXPECT_TRUE(objects[i]["state"].is_object());
    }
    expect_shape(objects.back(),
                 {{"type", "string"},
                  {"steps", "number"},
                  {"expectations_failed", "number"},
                  {"model_differences", "number"}},
                 "summary");
    EXPECT_EQ(objects.back()["steps"], objects.size() - 2);
  }
}

TEST(RunJson, SaysWhatTheKernelDid) {
  const Said said = run_program(
      {"run", "--json", "-"},
      {.input = "ep = epoll_create1(0)\na, w = pipe()\nepoll_ctl(ep, ADD, a, IN)\n"
                "T2: epoll_wait(ep, 8, 30000)\nwrite(w, \"h\\xff\") = 2\nread(a, 1) = 1 \"h\"\n",
       .environment = {}});
  ASSERT_EQ(said.status, 0) << said.err;
  const auto steps = objects_of(said.out);
  ASSERT_EQ(steps.size(), 8U);
  EXPECT_EQ(steps[2]["bound"], json::parse(R"({"a":4,"w":5})"));
  EXPECT_EQ(steps[4]["unfinished"], true);
  EXPECT_TRUE(steps[4]["returned"].is_null());
  const json waiters = json::parse(R"([{"actor":"T2","timeout_ns":30000000000}])");
  EXPECT_EQ(steps[4]["state"]["eventpolls"][0]["waiters"], waiters);
  const json& write = steps[5];
  EXPECT_EQ(write["expected"], json::parse(R"({"held":true})"));
  const json resumed = json::parse(R"([{"actor":"T2","call":"epoll_wait","returned":1,"errno":null,
              "events":[{"events":["EPOLLIN"],"mask":1,"data":"a","data_u64":4}]}])");
  EXPECT_EQ(write["resumed"], resumed);
  EXPECT_EQ(write["state"]["eventpolls"][0]["ready"], json::parse(R"(["a"])"));
  EXPECT_EQ(write["state"]["files"][0]["readable_bytes"], 2);
  EXPECT_EQ(write["state"]["files"][0]["level"], json::parse(R"(["EPOLLIN"])"));
  EXPECT_FALSE(write["micro"].empty());
  EXPECT_EQ(steps[6]["payload"], "h");
  EXPECT_EQ(steps[6]["line"], 6);
}

TEST(RunJson, AFailedExpectationIsSeenAndExplainedOnStderr) {
  const Said said =
      run_program({"run", "--json", source_path("tests/scenarios/fails/expectation.epoll")});
  EXPECT_EQ(said.status, 1);
  const auto objects = objects_of(said.out);
  EXPECT_EQ(objects[3]["expected"], json::parse(R"({"held":false})"));
  EXPECT_EQ(objects.back()["expectations_failed"], 4);
  EXPECT_EQ(lines_of(said.err).size(), 4U) << said.err;
  EXPECT_THAT(said.err, HasSubstr("expectation.epoll:3: expected"));
}

TEST(RunJson, ATimeLimitIsAnError) {
  const Said said = run_program(
      {"run", "--json", "--timeout", "1s", "-"},
      {.input = "ep = epoll_create1(0)\nepoll_wait(ep, 8, 60000) = 0\n", .environment = {}});
  EXPECT_EQ(said.status, 1);
  const auto objects = objects_of(said.out);
  ASSERT_GE(objects.size(), 3U);
  EXPECT_EQ(objects[objects.size() - 2]["type"], "error");
  EXPECT_EQ(objects.back()["type"], "summary");
}

TEST(RunJson, StateAndTreeAndSourcesFollowTheOptions) {
  const Setting input{.input = "ep = epoll_create1(0)\na, w = pipe()\nepoll_ctl(ep, ADD, a, IN)\n",
                      .environment = {}};
  const auto without =
      objects_of(run_program({"run", "--json", "--state", "none", "-"}, input).out);
  EXPECT_TRUE(without[1]["state"].is_null());
  const auto created =
      objects_of(run_program({"run", "--json", "--tree", "created", "-"}, input).out);
  EXPECT_EQ(created[1]["sources"]["tree"], "model");
  EXPECT_EQ(created[1]["sources"]["outcome"], "kernel");
  const auto model = objects_of(run_program({"run", "--json", "--model-only", "-"}, input).out);
  EXPECT_EQ(model[1]["sources"]["outcome"], "model");
  EXPECT_EQ(model[0]["xray"], false);
}

TEST(RunJson, WhatAnXrayShowedIsSaidToBeFromIt) {
  const Setting input{.input =
                          "ep = epoll_create1(0)\na, w = pipe()\nepoll_ctl(ep, ADD, a, IN)\n"
                          "write(w, 1)\nT2: epoll_wait(ep, 8, -1)\n",
                      .environment = {}};
  const auto sources = [&](const char* use) {
    const auto objects = objects_of(run_program({"run", "--json", "--xray", use, "-"}, input).out);
    const bool taken = objects[0]["xray"];
    for (std::size_t i = 1; i <= 5; ++i) {
      for (const char* part : {"ready", "ovflist", "waiters"}) {
        EXPECT_EQ(objects[i]["sources"][part], taken ? "xray" : "model") << i << part;
      }
      EXPECT_EQ(objects[i]["sources"]["tree"], "kernel");
    }
    return taken;
  };
  EXPECT_FALSE(sources("off"));
  const bool taken = sources("auto");
  EXPECT_TRUE(!taken || xray_availability().available);
}

// Each step is there before the next one runs.
TEST(RunJson, IsFlushedAfterEachStep) {
  const Folder folder;
  const std::string file = folder.write("two.epoll", "a, w = pipe()\nread(a, 1)\n");
  Running program({"run", "--json", "--pause-after", "1", file});
  ASSERT_TRUE(program.wait_for("\"n\":1"));
  ASSERT_TRUE(program.wait_for("press Enter"));
  program.type("\n");
  EXPECT_EQ(program.wait().status, 0);
}

}  // namespace
}  // namespace epollscope::test
