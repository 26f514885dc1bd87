#include "core/export/json.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/export/json_value.h"
#include "core/export/micro_text.h"

namespace epollscope {
namespace {

std::string line_of(const Json& json) { return json.dump() + "\n"; }

std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xF0) return 4;
  if (lead >= 0xE0) return 3;
  return lead >= 0xC0 ? 2 : 1;
}

Json returned_of(bool returned, const Outcome& outcome) {
  return returned ? Json(outcome.returned) : Json(nullptr);
}

Json errno_of(bool returned, const Outcome& outcome) {
  return returned && outcome.failed() ? Json(errno_name(outcome.error)) : Json(nullptr);
}

Json events_of(CallName call, const std::vector<ShownEvent>& events) {
  const FlagSet set = call == CallName::poll ? FlagSet::poll_events : FlagSet::epoll_events;
  Json out = Json::array();
  for (const ShownEvent& e : events) {
    out.push_back({{"events", json_events(e.events, set)},
                   {"mask", e.events},
                   {"data", json_text(e.data_name)},
                   {"data_u64", e.data}});
  }
  return out;
}

Json payload_of(const Call& call, const Outcome& outcome) {
  if (outcome.failed() || outcome.ended) return nullptr;
  if (outcome.value_kind == ValueKind::option && outcome.value) {
    return static_cast<std::int64_t>(*outcome.value);
  }
  if (outcome.value) return *outcome.value;
  if (gives_data(call.name)) return json_text(outcome.bytes);
  return nullptr;
}

Json bound_of(const std::map<std::string, Fd>& names) {
  Json out = Json::object();
  for (const auto& [name, fd] : names) out[name] = fd.value;
  return out;
}

Json model_of(const StepRecord& record) {
  Json out = {{"agrees", record.differences.empty()}, {"differences", record.differences}};
  if (!record.not_modelled.empty()) out["not_modelled"] = json_text(record.not_modelled);
  return out;
}

// `bound` and `payload` as of a step, where there are any.
Json resumed_of(const StepRecord& record) {
  Json out = Json::array();
  for (const Resumed& r : record.resumed) {
    Json one = {{"actor", print(r.actor)},
                {"call", spec_of(r.call.name).name},
                {"returned", r.outcome.returned},
                {"errno", errno_of(true, r.outcome)}};
    if (!r.bound.empty()) one["bound"] = bound_of(r.bound);
    if (Json payload = payload_of(r.call, r.outcome); !payload.is_null()) {
      one["payload"] = std::move(payload);
    }
    one["events"] = events_of(r.call.name, r.events);
    out.push_back(std::move(one));
  }
  return out;
}

Json micro_of(const StepRecord& record) {
  Json out = Json::array();
  for (const MicroStep& m : record.micro) {
    const std::string subject = subject_of(m);
    out.push_back({{"function", m.function},
                   {"what", name_of(m.what)},
                   {"item", subject.empty() ? Json(nullptr) : Json(json_text(subject))},
                   {"why", json_text(reason_of(m))}});
  }
  return out;
}

// What an X-ray confirmed is what it showed.
Json sources_of(const SessionOptions& options, const XrayConfirms& xray) {
  const auto seen = [](bool confirmed) { return confirmed ? "xray" : "model"; };
  const char* kernel = options.model_only ? "model" : "kernel";
  const char* tree = options.tree == TreeOrder::created ? "model" : kernel;
  return {{"outcome", kernel},
          {"interest", kernel},
          {"tree", tree},
          {"ready", seen(xray.ready)},
          {"ovflist", seen(xray.ovflist)},
          {"waiters", seen(xray.waiters)},
          {"levels", kernel},
          {"threads", kernel}};
}

}  // namespace

std::string json_text(std::string_view bytes) {
  if (valid_utf8(bytes)) return std::string(bytes);
  std::string out;
  for (std::size_t i = 0; i < bytes.size();) {
    const auto lead = static_cast<unsigned char>(bytes[i]);
    const std::size_t n = sequence_length(lead);
    if (const auto one = bytes.substr(i, n); one.size() == n && valid_utf8(one)) {
      out += one;
      i += n;
    } else {
      out += static_cast<char>(0xC0 | (lead >> 6));
      out += static_cast<char>(0x80 | (lead & 0x3F));
      ++i;
    }
  }
  return out;
}

Json json_events(std::uint32_t events, FlagSet set) {
  Json out = Json::array();
  std::uint64_t rest = events;
  for (const Flag& flag : flags_of(set)) {
    if (flag.bits == 0 || (rest & flag.bits) != flag.bits) continue;
    out.push_back(flag.full);
    rest &= ~flag.bits;
  }
  if (rest != 0) out.push_back(fmt::format("{:#x}", rest));
  return out;
}

std::string json_header(const JsonHeader& header) {
  return line_of({{"type", "header"},
                  {"version", 1},
                  {"file", json_text(header.file)},
                  {"kernel", header.kernel},
                  {"xray", header.xray},
                  {"lab_pid", header.lab_pid}});
}

std::string JsonSteps::step(const StepRecord& record, const State* state) {
  const int began =
      record.line > 0 || !line_of_.contains(record.actor) ? record.line : line_of_[record.actor];
  if (record.returned) {
    line_of_.erase(record.actor);
  } else {
    line_of_[record.actor] = record.line;
  }
  return line_of(
      {{"type", "step"},
       {"n", record.n},
       {"line", began},
       {"actor", print(record.actor)},
       {"call", json_text(print(record.call))},
       {"name", spec_of(record.call.name).name},
       {"returned", returned_of(record.returned, record.outcome)},
       {"errno", errno_of(record.returned, record.outcome)},
       {"unfinished", !record.returned},
       {"elapsed_ns", record.outcome.elapsed_ns},
       {"bound", bound_of(record.bound)},
       {"payload", record.returned ? payload_of(record.call, record.outcome) : Json(nullptr)},
       {"events", events_of(record.call.name, record.events)},
       {"resumed", resumed_of(record)},
       {"expected", record.held ? Json{{"held", *record.held}} : Json(nullptr)},
       {"model", model_of(record)},
       {"lints", Json::array()},
       {"micro", micro_of(record)},
       {"state", state == nullptr ? Json(nullptr) : json_state(*state)},
       {"sources", sources_of(options_, record.xray)}});
}

std::string json_error(const std::string& text) {
  return line_of({{"type", "error"}, {"text", json_text(text)}});
}

std::string json_summary(const Ending& ending) {
  return line_of({{"type", "summary"},
                  {"steps", ending.steps},
                  {"expectations_failed", ending.expectations_failed},
                  {"model_differences", ending.model_differences}});
}

}  // namespace epollscope
