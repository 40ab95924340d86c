#pragma once

#include <cstdint>
#include <filesystem>

namespace onefold {

/// Bytes that this process may still take without pushing another one out: what the system says is available, or less
/// where a control group (a container) or the limit of the address space (ulimit -v) allows less. The largest int64_t
/// where none of them says anything. `root` stands for the root of the file system, for tests.
int64_t available_memory(const std::filesystem::path& root = "/");

}  // namespace onefold
