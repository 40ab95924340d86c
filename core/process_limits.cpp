#include "core/process_limits.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

namespace onefold {

namespace {

using std::filesystem::path;

constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

/// The number after `key` in a file with lines such as "MemAvailable:   12345 kB", or the only number of a file.
std::optional<int64_t> read_number(const path& file, const std::string& key = {}) {
  std::ifstream in(file);
  for (std::string word; in >> word;) {
    if (!key.empty() && word != key) continue;
    if (!key.empty() && !(in >> word)) break;
    try {
      return std::stoll(word);
    } catch (const std::exception&) {
      return std::nullopt;  // "max": no limit
    }
  }
  return std::nullopt;
}

/// The files of a control group, named as in versions 1 and 2 of the kernel's interface.
struct GroupFiles {
  const char *limit, *usage, *reclaimable;
};
constexpr GroupFiles kGroupFiles[] = {{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"},
                                      {"memory.max", "memory.current", "inactive_file"}};

int64_t left_in_control_groups(const path& root) {
  int64_t left = kUnlimited;
  for (const path& folder : control_groups("memory", root)) {
    for (const GroupFiles& files : kGroupFiles) {
      const auto limit = read_number(folder / files.limit), usage = read_number(folder / files.usage);
      if (!limit || !usage) continue;
      // File pages that have not been used for a while can be reclaimed.
      left = std::min(left, *limit - *usage + read_number(folder / "memory.stat", files.reclaimable).value_or(0));
    }
  }
  return left;
}

int64_t left_of_address_space(const path& root) {
  rlimit limit{};
  const auto pages = read_number(root / "proc/self/statm");
  if (!pages || getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return kUnlimited;
  return static_cast<int64_t>(limit.rlim_cur) - *pages * sysconf(_SC_PAGESIZE);
}

/// The quota in a group's folder: microseconds of CPU time per period. "max" (version 2) and -1 (version 1): no quota.
double quota_in_cores(const path& folder) {
  double quota = -1, period = -1;
  if (std::ifstream file(folder / "cpu.max"); file) {
    file >> quota >> period;
  } else {
    std::ifstream(folder / "cpu.cfs_quota_us") >> quota;
    std::ifstream(folder / "cpu.cfs_period_us") >> period;
  }
  return quota > 0 && period > 0 ? quota / period : std::numeric_limits<double>::infinity();
}

}  // namespace

int64_t available_memory(const path& root) {
  const auto kilobytes = read_number(root / "proc/meminfo", "MemAvailable:");
  const int64_t left =
      std::min({kilobytes ? 1024 * *kilobytes : kUnlimited, left_in_control_groups(root), left_of_address_space(root)});
  return std::max<int64_t>(left, 0);
}

std::vector<path> control_groups(const std::string& controller, const path& root) {
  std::vector<path> folders;
  std::ifstream groups(root / "proc/self/cgroup");
  // Lines "ID:CONTROLLERS:PATH", such as "4:cpu,cpuacct:/box"; in version 2 without controllers: "0::/box".
  for (std::string line; std::getline(groups, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (!controllers.empty() && ("," + controllers + ",").find("," + controller + ",") == std::string::npos) continue;

    const path mount = root / "sys/fs/cgroup" / (controllers.empty() ? "" : controller);
    path group = line.substr(second + 1);
    for (; group.has_relative_path(); group = group.parent_path()) folders.push_back(mount / group.relative_path());
    folders.push_back(mount);  // in a container it may be the container's own group
  }
  return folders;
}

int cpu_quota(const path& root) {
  double cores = std::numeric_limits<int>::max();
  for (const path& folder : control_groups("cpu", root)) cores = std::min(cores, quota_in_cores(folder));
  return static_cast<int>(std::ceil(cores));
}

}  // namespace onefold
