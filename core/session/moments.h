// States of moments, made once and kept while they are asked for: a picture asks for the same ones
// again and again, and a State of many files takes its time. Not thread-safe; owned by a session.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>

#include "core/call/state.h"

namespace epollscope {

class Moments {
 public:
  // How far the history has come. A State that is `lasting` is right until the past is told
  // otherwise; any other until anything happens.
  struct Age {
    std::size_t changes = 0, revisions = 0;
  };
  struct Made {
    State state;
    bool lasting = false;
  };
  std::shared_ptr<const State> get(int step, std::optional<int> micro, Age age,
                                   const std::function<Made()>& make);

 private:
  struct Kept {
    int step = 0;
    std::optional<int> micro;
    Age age;
    bool lasting = false;
    std::size_t things = 0;
    std::shared_ptr<const State> state;
  };
  void forget_the_oldest();

  std::list<Kept> kept_;  // asked for last first
};

}  // namespace epollscope
