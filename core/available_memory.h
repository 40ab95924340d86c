#pragma once

#include <cstdint>
#include <filesystem>

namespace onefold {

/// The number of bytes that this process can still allocate without forcing memory to be swapped out: what the system
/// reports as available, or less if a control group (container) or the address-space limit (ulimit -v) allows less.
/// The maximum int64_t if no limit is known. `root` replaces the root of the file system, for tests.
int64_t available_memory(const std::filesystem::path& root = "/");

}  // namespace onefold
