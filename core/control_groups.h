#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace onefold {

/// The folders of the Linux control groups (containers) that this process belongs to, each followed by its parents: a
/// limit in any of them applies. `controller` is "cpu" or "memory". Both versions of the kernel's interface, cgroup v1
/// and v2, are supported. `root` replaces the root of the file system, for tests.
std::vector<std::filesystem::path> control_groups(const std::string& controller,
                                                  const std::filesystem::path& root = "/");

/// The number of cores that the control groups' CPU quotas allow, rounded up and at least 1. The maximum int if there
/// is no quota.
int cpu_quota(const std::filesystem::path& root = "/");

}  // namespace onefold
