// Every name the scenario gave to something, once, in one run of characters: a machine with
// thousands of names is copied without an allocation for each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/index_list.h"

namespace epollscope {

using NameId = Index;  // kNone: no name

class Names {
 public:
  NameId intern(std::string_view name);
  [[nodiscard]] std::string_view text(NameId id) const;

 private:
  struct Range {
    std::uint32_t begin = 0;
    std::uint32_t length = 0;
    std::size_t hash = 0;
  };
  [[nodiscard]] std::size_t bucket_of(std::string_view name, std::size_t hash) const;
  void grow();

  std::string chars_;
  std::vector<Range> ranges_;
  std::vector<NameId> buckets_;  // open addressing; a power of two of them
};

}  // namespace epollscope
