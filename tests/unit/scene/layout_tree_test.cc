// Trees of any shape: no two nodes of a row touch, the order from left to right is the tree's,
// and the layout is as narrow as its rows allow.
#include "app/scene/layout_tree.h"

#include <gtest/gtest.h>

#include <random>

namespace epollscope::scene {
namespace {

// A random binary tree of n nodes in order; returns its root.
std::int32_t grow(std::vector<ItemState>& items, std::int32_t from, std::int32_t to,
                  std::mt19937& random) {
  if (from >= to) return -1;
  const std::int32_t root =
      from + static_cast<std::int32_t>(random() % static_cast<unsigned>(to - from));
  ItemState& node = items[static_cast<std::size_t>(root)];
  node.left = grow(items, from, root, random);
  node.right = grow(items, root + 1, to, random);
  for (const std::int32_t child : {node.left, node.right}) {
    if (child >= 0) items[static_cast<std::size_t>(child)].parent = root;
  }
  return root;
}

TEST(TreeLayout, KeepsOrderAndRowsApart) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    std::vector<ItemState> items(1 + random() % 80);
    grow(items, 0, static_cast<std::int32_t>(items.size()), random);
    const float apart = 20 + static_cast<float>(random() % 100);
    const float step = apart / 2;
    const TreeLayout layout = lay_out_tree(items, step, apart);
    ASSERT_EQ(layout.nodes.size(), items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      const NodePlace& node = layout.nodes[i];
      if (items[i].parent >= 0) {
        EXPECT_EQ(node.depth, layout.nodes[static_cast<std::size_t>(items[i].parent)].depth + 1);
      } else {
        EXPECT_EQ(node.depth, 0);
      }
      if (i > 0) {
        EXPECT_GE(node.x - layout.nodes[i - 1].x, step - 0.01F);
      }
      for (std::size_t k = 0; k < i; ++k) {
        if (layout.nodes[k].depth != node.depth) continue;
        EXPECT_GE(node.x - layout.nodes[k].x, apart - 0.01F);
      }
    }
    EXPECT_LE(layout.span, apart * static_cast<float>(items.size()));
  }
}

TEST(TreeLayout, OfThreeIsAsWideAsItsLeaves) {
  std::vector<ItemState> items(3);
  items[1].left = 0;
  items[1].right = 2;
  items[0].parent = items[2].parent = 1;
  TreeLayout layout = lay_out_tree(items, 50, 100);
  EXPECT_FLOAT_EQ(layout.span, 100);
  EXPECT_EQ(layout.rows, 2);
  EXPECT_FLOAT_EQ(layout.nodes[1].x, 50);
  stretch(layout, 2);
  EXPECT_FLOAT_EQ(layout.nodes[1].x, 100);
}

TEST(TreeLayout, SurvivesParentsInACircle) {
  std::vector<ItemState> items(2);
  items[0].parent = 1;
  items[1].parent = 0;
  EXPECT_EQ(lay_out_tree(items, 10, 20).nodes.size(), 2U);
  EXPECT_EQ(lay_out_tree({}, 10, 20).rows, 0);
}

}  // namespace
}  // namespace epollscope::scene
