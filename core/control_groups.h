#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace onefold {

/// The folders of the Linux control groups (containers) that this process is in, each followed by the groups around it:
/// a limit in any of them holds. `controller` is "cpu" or "memory"; versions 1 and 2 of the kernel's interface, whose
/// files have different names, are both found. `root` stands for the root of the file system, for tests.
std::vector<std::filesystem::path> control_groups(const std::string& controller,
                                                  const std::filesystem::path& root = "/");

/// The number of cores whose time the control groups' CPU quotas allow, rounded up and at least 1; the largest int if
/// there is no quota.
int cpu_quota(const std::filesystem::path& root = "/");

}  // namespace onefold
