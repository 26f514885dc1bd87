// The tree against std::set: the same order after any insertions and removals, and the colours of
// a red-black tree.
#include "core/model/rbtree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace epollscope {
namespace {

class IntTree {
 public:
  explicit IntTree(Index capacity) : nodes_(at(capacity)) {}

  void insert(Index value) {
    Index parent = kNone;
    bool left = false;
    for (Index i = root_; i != kNone;) {
      parent = i;
      left = value < i;
      i = left ? nodes_[at(i)].left : nodes_[at(i)].right;
    }
    RbTree{nodes_, root_}.insert(value, parent, left);
  }
  void erase(Index value) { RbTree{nodes_, root_}.erase(value); }

  [[nodiscard]] std::vector<Index> in_order() const {
    std::vector<Index> out;
    for (Index i = rb_first(nodes_, root_); i != kNone; i = rb_next(nodes_, i)) out.push_back(i);
    return out;
  }

  // Black nodes on the way down; -1 when ways differ, a red node has a red child, or a child does
  // not know its parent.
  [[nodiscard]] int black_height() const { return black_height(root_, kNone); }

  [[nodiscard]] const std::vector<RbNode>& nodes() const { return nodes_; }
  [[nodiscard]] Index root() const { return root_; }

 private:
  [[nodiscard]] int black_height(Index i, Index parent) const {
    if (i == kNone) return 0;
    const RbNode& n = nodes_[at(i)];
    if (n.parent != parent) return -1;
    if (n.red && (parent == kNone || nodes_[at(parent)].red)) return -1;
    const int left = black_height(n.left, i);
    const int right = black_height(n.right, i);
    if (left < 0 || left != right) return -1;
    return left + (n.red ? 0 : 1);
  }

  std::vector<RbNode> nodes_;
  Index root_ = kNone;
};

TEST(RbTree, HoldsTheOrderOfASetAndItsColours) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    constexpr Index kValues = 200;
    IntTree tree(kValues);
    std::set<Index> expected;
    for (int step = 0; step < 1500; ++step) {
      const auto value = static_cast<Index>(random() % kValues);
      if (expected.insert(value).second) {
        tree.insert(value);
      } else {
        expected.erase(value);
        tree.erase(value);
      }
      ASSERT_GE(tree.black_height(), 0) << "seed " << seed << " step " << step;
      ASSERT_TRUE(std::ranges::equal(tree.in_order(), expected))
          << "seed " << seed << " step " << step;
    }
  }
}

// Worked by hand after the rules of lib/rbtree.c.
TEST(RbTree, AscendingInsertionsRotateAsTheKernelDoes) {
  IntTree tree(8);
  for (Index i = 0; i < 6; ++i) tree.insert(i);
  EXPECT_EQ(tree.root(), 1);
  EXPECT_EQ(tree.nodes()[1].right, 3);
  EXPECT_TRUE(tree.nodes()[3].red);
  EXPECT_FALSE(tree.nodes()[4].red);
  EXPECT_TRUE(tree.nodes()[5].red);
}

TEST(RbTree, ARemovedNodeIsReplacedByItsSuccessor) {
  IntTree tree(8);
  for (Index i = 0; i < 6; ++i) tree.insert(i);
  tree.erase(1);
  EXPECT_EQ(tree.root(), 2);
  EXPECT_EQ(tree.nodes()[2].left, 0);
  EXPECT_EQ(tree.nodes()[2].right, 4);
  EXPECT_TRUE(tree.nodes()[4].red);
  EXPECT_EQ(tree.nodes()[4].left, 3);
  EXPECT_FALSE(tree.nodes()[3].red);
  EXPECT_FALSE(tree.nodes()[5].red);
}

}  // namespace
}  // namespace epollscope
