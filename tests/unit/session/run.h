// Runs scenario text to its end, for tests.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string_view>
#include <utility>

#include "core/session/session.h"

namespace epollscope::test {

inline constexpr ActorId kT1{'T', 1}, kT2{'T', 2}, kT3{'T', 3}, kT4{'T', 4};

// On a kernel of the test's, if there is one.
inline std::unique_ptr<Session> open(std::string_view text, SessionOptions options = {},
                                     std::unique_ptr<Kernel> kernel = nullptr) {
  auto lesson = parse_lesson(text);
  if (!lesson) {
    ADD_FAILURE() << print(lesson.error(), "scenario");
    return nullptr;
  }
  auto session = kernel
                     ? Session::start_on(std::move(kernel), *std::move(lesson), std::move(options))
                     : Session::start(*std::move(lesson), std::move(options));
  if (!session) {
    ADD_FAILURE() << session.error().what;
    return nullptr;
  }
  return *std::move(session);
}

inline std::unique_ptr<Session> run(std::string_view text, SessionOptions options = {},
                                    std::unique_ptr<Kernel> kernel = nullptr) {
  auto session = open(text, std::move(options), std::move(kernel));
  if (!session) return nullptr;
  while (session->step()) session->wait();
  session->finish();
  return session;
}

inline std::string problems(const Session& s) {
  std::string text;
  for (const StepRecord& r : s.steps()) {
    if (!r.expectation_failure.empty()) text += print(r.call) + ": " + r.expectation_failure + "\n";
    for (const std::string& d : r.differences) text += print(r.call) + ": " + d + "\n";
  }
  for (const std::string& d : s.final_differences()) text += d + "\n";
  return text + s.died().value_or("");
}

}  // namespace epollscope::test
