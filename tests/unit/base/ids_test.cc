#include "core/base/ids.h"

#include <gtest/gtest.h>

#include <type_traits>
#include <unordered_set>

namespace epollscope {
namespace {

// What the strong types are for: a descriptor number is not an open file.
static_assert(!std::is_convertible_v<Fd, FileId>);
static_assert(!std::is_constructible_v<FileId, Fd>);

TEST(Ids, AreInvalidUntilGiven) {
  EXPECT_FALSE(Fd{}.valid());
  EXPECT_TRUE(Fd{0}.valid());
}

TEST(Ids, ActorsOfDifferentKindsDiffer) {
  const ActorId thread{'T', 2};
  const ActorId process{'P', 2};
  EXPECT_NE(thread, process);
  std::unordered_set<ActorId> actors{thread, process, thread};
  EXPECT_EQ(actors.size(), 2U);
  EXPECT_EQ(ActorId{}, (ActorId{'T', 1}));
}

}  // namespace
}  // namespace epollscope
