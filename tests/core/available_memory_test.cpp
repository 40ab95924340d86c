#include <fstream>
#include <limits>

#include "core/process_limits.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

using namespace onefold;

namespace {

constexpr int64_t kGiB = int64_t{1} << 30;

/// A root of a file system with the few files that say how much memory there is.
class FakeSystem {
 public:
  void file(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  void number(const std::string& name, int64_t value) { file(name, std::to_string(value) + "\n"); }
  int64_t available() const { return available_memory(folder_.path()); }

 private:
  TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("available_memory: this machine has some", "[core]") { CHECK(available_memory() > 0); }

TEST_CASE("available_memory: without a word from the system there is no limit", "[core]") {
  CHECK(FakeSystem().available() == std::numeric_limits<int64_t>::max());
}

TEST_CASE("available_memory: the system's own figure, in kB", "[core]") {
  FakeSystem system;
  system.file("proc/meminfo", "MemTotal:   99999999 kB\nMemFree:   1 kB\nMemAvailable:    8388608 kB\n");
  CHECK(system.available() == 8 * kGiB);
}

TEST_CASE("available_memory: a control group and those around it allow less", "[core]") {
  FakeSystem system;
  system.file("proc/meminfo", "MemAvailable: 8388608 kB\n");
  system.file("proc/self/cgroup", "0::/box/inner\n");
  system.file("sys/fs/cgroup/box/inner/memory.max", "max\n");
  system.number("sys/fs/cgroup/box/inner/memory.current", kGiB);
  CHECK(system.available() == 8 * kGiB);

  system.number("sys/fs/cgroup/box/memory.max", 4 * kGiB);
  system.number("sys/fs/cgroup/box/memory.current", 3 * kGiB);
  CHECK(system.available() == kGiB);
  system.file("sys/fs/cgroup/box/memory.stat", "active_file 5\ninactive_file 1073741824\n");
  CHECK(system.available() == 2 * kGiB);

  system.number("sys/fs/cgroup/box/memory.current", 6 * kGiB);  // a limit that was lowered
  CHECK(system.available() == 0);
}

TEST_CASE("available_memory: the first version of control groups, too", "[core]") {
  FakeSystem system;
  system.file("proc/self/cgroup", "9:name=systemd:/\n4:memory:/box\n1:cpu:/\n0::/\n");
  system.number("sys/fs/cgroup/memory/memory.limit_in_bytes", std::numeric_limits<int64_t>::max() / 4096 * 4096);
  system.number("sys/fs/cgroup/memory/memory.usage_in_bytes", 7 * kGiB);
  system.number("sys/fs/cgroup/memory/box/memory.limit_in_bytes", 5 * kGiB);
  system.number("sys/fs/cgroup/memory/box/memory.usage_in_bytes", 2 * kGiB);
  CHECK(system.available() == 3 * kGiB);
}
