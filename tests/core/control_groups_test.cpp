#include <fstream>
#include <limits>
#include <map>
#include <string>

#include "core/process_limits.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

using namespace onefold;

namespace {

constexpr int kNone = std::numeric_limits<int>::max();

struct Case {
  const char* name;
  std::map<std::string, std::string> files;
  int cores;
};

const Case kCases[] = {
    {"no files", {}, kNone},
    {"version 2", {{"proc/self/cgroup", "0::/box\n"}, {"sys/fs/cgroup/box/cpu.max", "200000 100000\n"}}, 2},
    {"rounded up", {{"proc/self/cgroup", "0::/box\n"}, {"sys/fs/cgroup/box/cpu.max", "150000 100000\n"}}, 2},
    {"at least one", {{"proc/self/cgroup", "0::/box\n"}, {"sys/fs/cgroup/box/cpu.max", "1000 100000\n"}}, 1},
    {"no quota", {{"proc/self/cgroup", "0::/box\n"}, {"sys/fs/cgroup/box/cpu.max", "max 100000\n"}}, kNone},
    {"the group around it",
     {{"proc/self/cgroup", "0::/pod/box\n"},
      {"sys/fs/cgroup/pod/box/cpu.max", "max 100000\n"},
      {"sys/fs/cgroup/pod/cpu.max", "300000 100000\n"}},
     3},
    {"the smallest of both",
     {{"proc/self/cgroup", "0::/pod/box\n"},
      {"sys/fs/cgroup/pod/box/cpu.max", "200000 50000\n"},
      {"sys/fs/cgroup/pod/cpu.max", "800000 100000\n"}},
     4},
    {"a container sees its own group as the root",
     {{"proc/self/cgroup", "0::/\n"}, {"sys/fs/cgroup/cpu.max", "100000 100000\n"}},
     1},
    {"a group outside the container's root",
     {{"proc/self/cgroup", "0::/../other\n"}, {"sys/fs/cgroup/cpu.max", "100000 100000\n"}},
     1},
    {"another group's quota",
     {{"proc/self/cgroup", "0::/box\n"}, {"sys/fs/cgroup/bigger/cpu.max", "100000 100000\n"}},
     kNone},
    {"version 1",
     {{"proc/self/cgroup", "5:memory:/box\n4:cpu,cpuacct:/box\n3:cpuset:/box\n"},
      {"sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "250000\n"},
      {"sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n"}},
     3},
    {"version 1 in a container that names the host's path",
     {{"proc/self/cgroup", "4:cpu,cpuacct:/docker/0123abcd\n"},
      {"sys/fs/cgroup/cpu/cpu.cfs_quota_us", "200000\n"},
      {"sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"}},
     2},
    {"version 1 without a quota",
     {{"proc/self/cgroup", "4:cpuacct,cpu:/\n"},
      {"sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n"},
      {"sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"}},
     kNone},
    {"version 1 without its period",
     {{"proc/self/cgroup", "4:cpu:/\n"}, {"sys/fs/cgroup/cpu/cpu.cfs_quota_us", "200000\n"}},
     kNone},
    {"both versions",
     {{"proc/self/cgroup", "4:cpu:/box\n0::/box\n"},
      {"sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "500000\n"},
      {"sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n"},
      {"sys/fs/cgroup/box/cpu.max", "600000 100000\n"}},
     5},
    {"malformed: text", {{"proc/self/cgroup", "0::/\n"}, {"sys/fs/cgroup/cpu.max", "many\n"}}, kNone},
    {"malformed: no period", {{"proc/self/cgroup", "0::/\n"}, {"sys/fs/cgroup/cpu.max", "200000\n"}}, kNone},
    {"malformed: a period of zero", {{"proc/self/cgroup", "0::/\n"}, {"sys/fs/cgroup/cpu.max", "200000 0\n"}}, kNone},
    {"malformed: empty", {{"proc/self/cgroup", "0::/\n"}, {"sys/fs/cgroup/cpu.max", ""}}, kNone},
    {"malformed: a line without colons",
     {{"proc/self/cgroup", "nothing\n\n0::/\n"}, {"sys/fs/cgroup/cpu.max", "200000 100000\n"}},
     2},
};

}  // namespace

TEST_CASE("cpu_quota: the least that a control group or one around it allows, rounded up", "[core]") {
  for (const Case& c : kCases) {
    CAPTURE(c.name);
    const TemporaryFolder root;
    for (const auto& [name, text] : c.files) {
      std::filesystem::create_directories((root.path() / name).parent_path());
      std::ofstream(root.path() / name) << text;
    }
    CHECK(cpu_quota(root.path()) == c.cores);
  }
}

TEST_CASE("cpu_quota: of this machine, at least one core", "[core]") { CHECK(cpu_quota() >= 1); }
