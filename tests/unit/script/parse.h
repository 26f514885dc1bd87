// Shorthands of the tests of this room.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/script/program.h"

namespace epollscope {

// The only statement of a text whose names need not be bound.
inline Statement one(std::string_view text) {
  auto s = parse_statement(text);
  if (!s) ADD_FAILURE() << text << '\n' << print(s.error(), "text");
  return s ? *std::move(s) : Statement{};
}
inline CallStatement call(std::string_view text) {
  const Statement s = one(text);
  const auto* c = std::get_if<CallStatement>(&s.what);
  if (c == nullptr) ADD_FAILURE() << text << " is not a call";
  return c == nullptr ? CallStatement{} : *c;
}

inline Lesson lesson(std::string_view text) {
  auto l = parse_lesson(text);
  if (!l) ADD_FAILURE() << print(l.error(), "text");
  return l ? *std::move(l) : Lesson{};
}

// "line:column: message" of the first mistake, or nothing.
inline std::string first_mistake(std::string_view text) {
  const auto l = parse_lesson(text);
  if (l) return "";
  const Diagnostic& d = l.error().diagnostics.front();
  return std::to_string(d.line) + ':' + std::to_string(d.column) + ": " + d.message;
}

inline void expect_same(const Statement& a, const Statement& b) {
  EXPECT_EQ(a.what, b.what);
  EXPECT_EQ(a.comment, b.comment);
  EXPECT_EQ(a.predict, b.predict);
}

}  // namespace epollscope
