#include "core/available_memory.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

#include "core/control_groups.h"

namespace onefold {

namespace {

using std::filesystem::path;

constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

/// The number that follows `key` in a file of lines such as "MemAvailable:   12345 kB"; of a file of one number, that.
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

/// The files of a control group, as versions 1 and 2 of the kernel's interface name them.
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
      // Pages of files that nobody has touched for long give way.
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

}  // namespace

int64_t available_memory(const path& root) {
  const auto kilobytes = read_number(root / "proc/meminfo", "MemAvailable:");
  const int64_t left = std::min({kilobytes ? 1024 * *kilobytes : kUnlimited, left_in_control_groups(root),
                                 left_of_address_space(root)});
  return std::max<int64_t>(left, 0);
}

}  // namespace onefold
