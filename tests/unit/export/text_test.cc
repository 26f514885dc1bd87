#include "core/export/micro_text.h"

#include <gtest/gtest.h>

#include "core/export/json_value.h"
#include "tests/unit/export/records.h"

namespace epollscope {
namespace {

TEST(MicroText, EveryReasonHasASentence) {
  for (const std::string_view key : all_why_keys()) {
    MicroStep m = micro_of("f", MicroStep::What::queued);
    m.why = key;
    EXPECT_FALSE(reason_of(m).empty()) << key;
  }
}

TEST(MicroText, ArgumentsReplaceTheirPlaces) {
  for (const std::string_view key : all_why_keys()) {
    if (english_why(key).find("{0}") == std::string_view::npos) continue;
    MicroStep m = micro_of("f", MicroStep::What::queued);
    m.why = key;
    m.args = {"<first>", "<second>", "<third>"};
    EXPECT_NE(reason_of(m).find("<first>"), std::string::npos) << key;
    EXPECT_EQ(reason_of(m).find("{0}"), std::string::npos) << key;
  }
}

TEST(MicroText, AWokenActorIsTheSubject) {
  MicroStep m = micro_of("ep_poll", MicroStep::What::woke);
  m.actor = ActorId{'T', 2};
  EXPECT_EQ(subject_of(m), "T2");
}

TEST(JsonText, BytesThatAreNotUtf8BecomeTheirCharacters) {
  EXPECT_EQ(json_text("plain ü"), "plain ü");
  EXPECT_EQ(json_text("\xff"), "\xc3\xbf");              // U+00FF
  EXPECT_EQ(json_text("a\x80z"), "a\xc2\x80z");          // U+0080
  EXPECT_EQ(json_text("ü\xfe"), "ü\xc3\xbe");            // valid ones stay
  EXPECT_EQ(json_text("\xe4\xbd"), "\xc3\xa4\xc2\xbd");  // cut in the middle
}

TEST(JsonEvents, NamesBitsAndKeepsUnknownOnes) {
  EXPECT_EQ(json_events(0x19).dump(), R"(["EPOLLIN","EPOLLERR","EPOLLHUP"])");
  EXPECT_EQ(json_events(0x80000001U).dump(), R"(["EPOLLIN","EPOLLET"])");
  EXPECT_EQ(json_events(0x100000).dump(), R"(["0x100000"])");
}

}  // namespace
}  // namespace epollscope
