// From the records of the BPF program to values: addresses become indexes, and what does not fit
// together is refused. Pure functions.
#pragma once

#include <linux/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/observe/xray.h"
#include "core/observe/xray_records.h"

namespace epollscope {

// Records in the order in which the program wrote them. Error: they are of no single moment.
Result<std::vector<XrayEventpoll>> decode_xray(std::span<const xray_record> records);

// An instance that an item watches and that was not read; nullopt: there is none.
std::optional<std::uint64_t> unread_instance(std::span<const xray_record> records);

}  // namespace epollscope
