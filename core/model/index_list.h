// A doubly linked list whose links are indexes into a vector, so that copying the vectors copies
// the list. The kernel's struct list_head, without pointers.
#pragma once

#include <cstdint>
#include <vector>

namespace epollscope {

using Index = std::int32_t;
inline constexpr Index kNone = -1;

inline std::size_t at(Index i) { return static_cast<std::size_t>(i); }

struct Link {
  Index prev = kNone;
  Index next = kNone;
};

struct IndexList {
  Index head = kNone;
  Index tail = kNone;
  [[nodiscard]] bool empty() const { return head == kNone; }
};

// The operations on lists whose node i has its link in `nodes[i].*member`.
template <class Node>
class Links {
 public:
  Links(std::vector<Node>& nodes, Link Node::* member) : nodes_(nodes), member_(member) {}

  Link& operator[](Index i) { return nodes_[at(i)].*member_; }

  void add_tail(IndexList& list, Index i) {
    (*this)[i] = {list.tail, kNone};
    (list.tail == kNone ? list.head : (*this)[list.tail].next) = i;
    list.tail = i;
  }

  void add_head(IndexList& list, Index i) {
    (*this)[i] = {kNone, list.head};
    (list.head == kNone ? list.tail : (*this)[list.head].prev) = i;
    list.head = i;
  }

  void remove(IndexList& list, Index i) {
    const Link link = (*this)[i];
    (link.prev == kNone ? list.head : (*this)[link.prev].next) = link.next;
    (link.next == kNone ? list.tail : (*this)[link.next].prev) = link.prev;
    (*this)[i] = {};
  }

  // Puts all of `from` in front of `list`, in order; `from` is empty afterwards.
  void splice_head(IndexList& list, IndexList& from) {
    if (from.empty()) return;
    if (list.empty()) {
      list = from;
    } else {
      (*this)[from.tail].next = list.head;
      (*this)[list.head].prev = from.tail;
      list.head = from.head;
    }
    from = {};
  }

 private:
  std::vector<Node>& nodes_;
  Link Node::* member_;
};

// Elements in slots that are used again, so that a long run needs no more memory than it holds
// at once.
template <class T>
struct Pool {
  std::vector<T> all;
  std::vector<Index> free;

  T& operator[](Index i) { return all[at(i)]; }
  const T& operator[](Index i) const { return all[at(i)]; }

  Index take() {
    if (!free.empty()) {
      const Index i = free.back();
      free.pop_back();
      return i;
    }
#if defined(__SANITIZE_ADDRESS__)
    // All elements move, so that a reference which was kept over this is found.
    if (all.size() < 64) std::vector<T>(all).swap(all);
#endif
    all.emplace_back();
    return static_cast<Index>(all.size()) - 1;
  }

  void give_back(Index i) {
    all[at(i)] = T{};
    free.push_back(i);
  }
};

}  // namespace epollscope
