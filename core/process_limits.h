#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace onefold {

// What the system and its control groups (containers) let this process take, of memory and of cores.

/// Bytes that this process may still take without pushing another one out: what the system says is available, or less
/// where a control group (a container) or the limit of the address space (ulimit -v) allows less. The largest int64_t
/// where none of them says anything. `root` stands for the root of the file system, for tests.
int64_t available_memory(const std::filesystem::path& root = "/");

/// The folders of the Linux control groups (containers) that this process is in, each followed by the groups around it:
/// a limit in any of them holds. `controller` is "cpu" or "memory"; versions 1 and 2 of the kernel's interface, whose
/// files have different names, are both found. `root` stands for the root of the file system, for tests.
std::vector<std::filesystem::path> control_groups(const std::string& controller,
                                                  const std::filesystem::path& root = "/");

/// The number of cores that the control groups' CPU quotas allow, rounded up and at least 1. The maximum int if there
/// is no quota.
int cpu_quota(const std::filesystem::path& root = "/");

}  // namespace onefold
