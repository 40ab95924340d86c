#include "core/control_groups.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

namespace onefold {

namespace {

using std::filesystem::path;

/// The quota in a group's folder: microseconds of CPU time per period. "max" (version 2) and -1 (version 1) are none.
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

std::vector<path> control_groups(const std::string& controller, const path& root) {
  std::vector<path> folders;
  std::ifstream groups(root / "proc/self/cgroup");
  // Lines of "ID:CONTROLLERS:PATH", such as "4:cpu,cpuacct:/box"; version 2 has no controllers: "0::/box".
  for (std::string line; std::getline(groups, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (!controllers.empty() && ("," + controllers + ",").find("," + controller + ",") == std::string::npos) continue;

    const path mount = root / "sys/fs/cgroup" / (controllers.empty() ? "" : controller);
    path group = line.substr(second + 1);
    for (; group.has_relative_path(); group = group.parent_path()) folders.push_back(mount / group.relative_path());
    folders.push_back(mount);  // in a container it may be the group itself
  }
  return folders;
}

int cpu_quota(const path& root) {
  double cores = std::numeric_limits<int>::max();
  for (const path& folder : control_groups("cpu", root)) cores = std::min(cores, quota_in_cores(folder));
  return static_cast<int>(std::ceil(cores));
}

}  // namespace onefold
