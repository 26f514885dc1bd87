// A visitor of a variant, made of one function for each of its alternatives.
#pragma once

namespace epollscope {

template <class... F>
struct Overload : F... {
  using F::operator()...;
};

}  // namespace epollscope
