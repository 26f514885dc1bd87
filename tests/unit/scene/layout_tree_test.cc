// Trees of any shape: no two nodes of a row touch, the order from left to right is the tree's, the
// layout is as narrow as its rows allow, and a node that is added moves the others by one place at
// most.
#include "app/scene/layout_tree.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
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

EventpollState random_tree(std::size_t n, std::mt19937& random) {
  EventpollState ep;
  ep.items.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    ep.items[i].id = EpitemId{static_cast<std::int32_t>(i)};
    ep.items[i].ready = random() % 5 == 0;
    ep.items[i].queued = random() % 7 == 0;
  }
  ep.root = grow(ep.items, 0, static_cast<std::int32_t>(n), random);
  return ep;
}

float width_of(const TreeSpot& spot, const NodeSizes& sizes) {
  return spot.folded ? sizes.fold : sizes.node;
}

void expect_apart(const std::vector<TreeSpot>& spots, const TreeLayout& layout,
                  const NodeSizes& sizes) {
  for (std::size_t i = 0; i < spots.size(); ++i) {
    if (i > 0) {
      EXPECT_GE(layout.x[i] - layout.x[i - 1], sizes.step - 0.01F);
    }
    for (std::size_t k = 0; k < i; ++k) {
      if (spots[k].depth != spots[i].depth) continue;
      const float least =
          (width_of(spots[k], sizes) + width_of(spots[i], sizes)) / 2 + sizes.gap - 0.01F;
      EXPECT_GE(layout.x[i] - layout.x[k], least);
    }
  }
}

TEST(TreeLayout, KeepsOrderAndRowsApart) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    const EventpollState ep = random_tree(1 + random() % 80, random);
    const auto node = 20 + static_cast<float>(random() % 100);
    const NodeSizes sizes{node / 2, node, 46, 6};
    const auto spots = spots_of(ep.items, whole_tree(ep));
    ASSERT_EQ(spots.size(), ep.items.size());
    const TreeLayout layout = lay_out_tree(spots, sizes);
    for (std::size_t i = 0; i < spots.size(); ++i) {
      EXPECT_EQ(spots[i].item, static_cast<int>(i));
      EXPECT_EQ(spots[i].parent, ep.items[i].parent);
      const int above =
          spots[i].parent < 0 ? -1 : spots[static_cast<std::size_t>(spots[i].parent)].depth;
      EXPECT_EQ(spots[i].depth, above + 1);
    }
    expect_apart(spots, layout, sizes);
    EXPECT_LE(layout.span, (node + sizes.gap) * static_cast<float>(ep.items.size()));
  }
}

TEST(TreeLayout, FoldsWhatLiesDeeperAndLosesNoItem) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    const EventpollState ep = random_tree(1 + random() % 3000, random);
    TreePart part = whole_tree(ep);
    part.rows = 1 + static_cast<int>(random() % 7);
    auto spots = spots_of(ep.items, part);
    count_items(ep.items, spots);
    const NodeSizes sizes{25, 66, 46, 6};
    expect_apart(spots, lay_out_tree(spots, sizes), sizes);
    int next = 0;  // every item is in one spot, and in order
    for (const TreeSpot& spot : spots) {
      EXPECT_LT(spot.depth, part.rows);
      EXPECT_EQ(spot.folded ? spot.first : spot.item, next);
      next = spot.folded ? spot.last : spot.item + 1;
      int ready = 0;
      for (int i = spot.first; i < spot.last; ++i) {
        ready += ep.items[static_cast<std::size_t>(i)].ready ? 1 : 0;
      }
      EXPECT_EQ(spot.ready, ready);
      if (!spot.folded) continue;
      const TreePart inside = subtree(ep, ep.items[static_cast<std::size_t>(spot.item)].id);
      EXPECT_EQ(inside.root, spot.item);
      EXPECT_EQ(inside.first, spot.first);
      EXPECT_EQ(inside.last, spot.last);
    }
    EXPECT_EQ(next, static_cast<int>(ep.items.size()));
  }
}

// A search tree that grows by leaves, so that nothing rotates.
class Growing {
 public:
  void add(int key) {
    Node* parent = nullptr;
    std::unique_ptr<Node>* at = &root_;
    while (*at) {
      parent = at->get();
      at = key < parent->key ? &parent->left : &parent->right;
    }
    *at = std::make_unique<Node>();
    (*at)->key = key;
  }
  [[nodiscard]] EventpollState state() const {
    EventpollState ep;
    ep.root = list(root_.get(), ep.items);
    return ep;
  }

 private:
  struct Node {
    int key = 0;
    std::unique_ptr<Node> left, right;
  };
  static std::int32_t list(const Node* node, std::vector<ItemState>& items) {
    if (node == nullptr) return -1;
    const std::int32_t left = list(node->left.get(), items);
    const auto here = static_cast<std::int32_t>(items.size());
    items.push_back({});
    items.back().id = EpitemId{node->key};
    items.back().left = left;
    const std::int32_t right = list(node->right.get(), items);
    items[static_cast<std::size_t>(here)].right = right;
    for (const std::int32_t child : {left, right}) {
      if (child >= 0) items[static_cast<std::size_t>(child)].parent = here;
    }
    return here;
  }
  std::unique_ptr<Node> root_;
};

struct Stood {
  float x = 0;
  int depth = 0;
};

TEST(TreeLayout, MovesNobodyByMoreThanOnePlaceForANewLeaf) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const NodeSizes sizes{30, 56, 46, 8};
  const float place = sizes.node + sizes.gap;
  for (int history = 0; history < 300; ++history) {
    Growing tree;
    std::map<EpitemId, Stood> before;
    for (int n = 0; n < 40; ++n) {
      const int key = static_cast<int>(random() % 1'000'000);
      if (before.contains(EpitemId{key})) continue;
      tree.add(key);
      const EventpollState ep = tree.state();
      const auto spots = spots_of(ep.items, whole_tree(ep));
      const TreeLayout layout = lay_out_tree(spots, sizes);
      std::map<EpitemId, Stood> now;
      // The first node's centre is 0: a new first node shifts all of them, none against another.
      const bool first = ep.items.front().id == EpitemId{key};
      for (std::size_t i = 0; i < spots.size(); ++i) {
        now[ep.items[i].id] = {layout.x[i], spots[i].depth};
        const auto old = before.find(ep.items[i].id);
        if (old == before.end()) continue;
        EXPECT_EQ(old->second.depth, spots[i].depth);
        const float moved = layout.x[i] - old->second.x;
        EXPECT_GE(moved, -0.01F);
        EXPECT_LE(moved, place + 0.01F);
        if (!first && ep.items[i].id < EpitemId{key}) {
          EXPECT_FLOAT_EQ(moved, 0);
        }
      }
      before = std::move(now);
    }
  }
}

TEST(TreeLayout, OfThreeIsAsWideAsItsLeaves) {
  EventpollState ep;
  ep.items.resize(3);
  ep.items[1].left = 0;
  ep.items[1].right = 2;
  ep.items[0].parent = ep.items[2].parent = 1;
  ep.root = 1;
  TreeLayout layout = lay_out_tree(spots_of(ep.items, whole_tree(ep)), {50, 90, 46, 10});
  EXPECT_FLOAT_EQ(layout.span, 100);
  EXPECT_EQ(layout.rows, 2);
  EXPECT_FLOAT_EQ(layout.x[1], 50);
  stretch(layout, 2);
  EXPECT_FLOAT_EQ(layout.x[1], 100);
}

TEST(TreeLayout, SurvivesLinksThatAreNoTree) {
  EventpollState ep;
  ep.items.resize(4);
  ep.items[0].left = 1;
  ep.items[0].right = 0;
  ep.items[1].left = 3;
  ep.items[3].right = 1;
  for (ep.root = -1; ep.root < 6; ++ep.root) {
    for (int rows = 0; rows < 3; ++rows) {
      TreePart part = whole_tree(ep);
      part.rows = rows;
      const auto spots = spots_of(ep.items, part);
      int covered = 0;
      for (const TreeSpot& spot : spots) covered += spot.folded ? spot.last - spot.first : 1;
      EXPECT_EQ(covered, 4) << "root " << ep.root << " rows " << rows;
    }
  }
  EXPECT_EQ(lay_out_tree({}, {10, 20, 20, 0}).rows, 0);
}

}  // namespace
}  // namespace epollscope::scene
