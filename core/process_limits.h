#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace onefold {

// How much memory and how many cores the system and its control groups (containers) allow this process.

/// Bytes that this process can still allocate without harming others: what the system reports as available, or less if
/// a control group (a container) or the address space limit (ulimit -v) allows less. The maximum int64_t if none of
/// them sets a limit. `root` replaces the root of the file system in tests.
int64_t available_memory(const std::filesystem::path& root = "/");

/// The folders of the Linux control groups (containers) that this process is in, each followed by its parent groups: a
/// limit in any of them applies. `controller` is "cpu" or "memory"; finds versions 1 and 2 of the kernel's interface,
/// whose files have different names. `root` replaces the root of the file system in tests.
std::vector<std::filesystem::path> control_groups(const std::string& controller,
                                                  const std::filesystem::path& root = "/");

/// The number of cores that the control groups' CPU quotas allow, rounded up and at least 1. The maximum int if there
/// is no quota.
int cpu_quota(const std::filesystem::path& root = "/");

}  // namespace onefold
