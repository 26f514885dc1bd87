#include "core/model/names.h"

#include <functional>

namespace epollscope {

std::string_view Names::text(NameId id) const {
  if (id == kNone) return {};
  const Range& r = ranges_[at(id)];
  return std::string_view(chars_).substr(r.begin, r.length);
}

std::size_t Names::bucket_of(std::string_view name, std::size_t hash) const {
  const std::size_t mask = buckets_.size() - 1;
  std::size_t b = hash & mask;
  while (buckets_[b] != kNone) {
    const Range& r = ranges_[at(buckets_[b])];
    if (r.hash == hash && text(buckets_[b]) == name) break;
    b = (b + 1) & mask;
  }
  return b;
}

void Names::grow() {
  buckets_.assign(buckets_.empty() ? 16 : buckets_.size() * 2, kNone);
  for (Index i = 0; i < static_cast<Index>(ranges_.size()); ++i) {
    buckets_[bucket_of(text(i), ranges_[at(i)].hash)] = i;
  }
}

NameId Names::intern(std::string_view name) {
  if (name.empty()) return kNone;
  if (2 * (ranges_.size() + 1) > buckets_.size()) grow();
  const std::size_t hash = std::hash<std::string_view>{}(name);
  const std::size_t b = bucket_of(name, hash);
  if (buckets_[b] != kNone) return buckets_[b];
  const auto id = static_cast<NameId>(ranges_.size());
  ranges_.push_back(
      {static_cast<std::uint32_t>(chars_.size()), static_cast<std::uint32_t>(name.size()), hash});
  chars_ += name;
  buckets_[b] = id;
  return id;
}

}  // namespace epollscope
