#include "core/model/rbtree.h"

namespace epollscope {

void RbTree::replace_child(Index parent, Index old_child, Index new_child) {
  if (parent == kNone) {
    root = new_child;
  } else if (n(parent).left == old_child) {
    n(parent).left = new_child;
  } else {
    n(parent).right = new_child;
  }
}

void RbTree::rotate_left(Index x) {
  const Index y = n(x).right;
  n(x).right = n(y).left;
  if (n(y).left != kNone) n(n(y).left).parent = x;
  n(y).parent = n(x).parent;
  replace_child(n(x).parent, x, y);
  n(y).left = x;
  n(x).parent = y;
}

void RbTree::rotate_right(Index x) {
  const Index y = n(x).left;
  n(x).left = n(y).right;
  if (n(y).right != kNone) n(n(y).right).parent = x;
  n(y).parent = n(x).parent;
  replace_child(n(x).parent, x, y);
  n(y).right = x;
  n(x).parent = y;
}

void RbTree::insert(Index node, Index parent, bool as_left) {
  n(node) = {parent, kNone, kNone, true};
  if (parent == kNone) {
    root = node;
  } else {
    (as_left ? n(parent).left : n(parent).right) = node;
  }
  rebalance_insertion(node);
}

void RbTree::rebalance_insertion(Index z) {
  while (is_red(n(z).parent)) {
    Index parent = n(z).parent;
    const Index grand = n(parent).parent;
    const bool left = n(grand).left == parent;
    const Index uncle = left ? n(grand).right : n(grand).left;
    if (is_red(uncle)) {
      n(parent).red = n(uncle).red = false;
      n(grand).red = true;
      z = grand;
      continue;
    }
    if (z == (left ? n(parent).right : n(parent).left)) {  // inner child: make it an outer one
      z = parent;
      left ? rotate_left(z) : rotate_right(z);
      parent = n(z).parent;
    }
    n(parent).red = false;
    n(grand).red = true;
    left ? rotate_right(grand) : rotate_left(grand);
  }
  n(root).red = false;
}

void RbTree::erase(Index node) {
  const RbNode gone = n(node);
  Index child = kNone;
  Index parent = kNone;  // of the place that lost a node
  bool lost_black = false;
  if (gone.left == kNone || gone.right == kNone) {
    child = gone.left == kNone ? gone.right : gone.left;
    parent = gone.parent;
    lost_black = !gone.red;
    if (child != kNone) n(child).parent = parent;
    replace_child(parent, node, child);
  } else {
    Index next = gone.right;
    while (n(next).left != kNone) next = n(next).left;
    child = n(next).right;
    lost_black = !n(next).red;
    if (n(next).parent == node) {
      parent = next;
    } else {
      parent = n(next).parent;
      n(parent).left = child;
      if (child != kNone) n(child).parent = parent;
      n(next).right = gone.right;
      n(gone.right).parent = next;
    }
    n(next).left = gone.left;
    n(gone.left).parent = next;
    n(next).parent = gone.parent;
    n(next).red = gone.red;
    replace_child(gone.parent, node, next);
  }
  if (lost_black) rebalance_removal(child, parent);
  n(node) = {};
}

void RbTree::rebalance_removal(Index x, Index parent) {
  while (x != root && !is_red(x)) {
    const bool left = n(parent).left == x;
    Index sibling = left ? n(parent).right : n(parent).left;
    if (is_red(sibling)) {
      n(sibling).red = false;
      n(parent).red = true;
      left ? rotate_left(parent) : rotate_right(parent);
      sibling = left ? n(parent).right : n(parent).left;
    }
    const Index inner = left ? n(sibling).left : n(sibling).right;
    Index outer = left ? n(sibling).right : n(sibling).left;
    if (!is_red(inner) && !is_red(outer)) {
      n(sibling).red = true;
      x = parent;
      parent = n(x).parent;
      continue;
    }
    if (!is_red(outer)) {
      n(inner).red = false;
      n(sibling).red = true;
      left ? rotate_right(sibling) : rotate_left(sibling);
      outer = sibling;
      sibling = inner;
    }
    n(sibling).red = n(parent).red;
    n(parent).red = false;
    n(outer).red = false;
    left ? rotate_left(parent) : rotate_right(parent);
    return;
  }
  if (x != kNone) n(x).red = false;
}

Index rb_first(const std::vector<RbNode>& nodes, Index root) {
  if (root == kNone) return kNone;
  while (nodes[at(root)].left != kNone) root = nodes[at(root)].left;
  return root;
}

Index rb_next(const std::vector<RbNode>& nodes, Index node) {
  if (nodes[at(node)].right != kNone) return rb_first(nodes, nodes[at(node)].right);
  Index parent = nodes[at(node)].parent;
  while (parent != kNone && nodes[at(parent)].right == node) {
    node = parent;
    parent = nodes[at(node)].parent;
  }
  return parent;
}

}  // namespace epollscope
