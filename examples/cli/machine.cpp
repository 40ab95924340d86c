#include "examples/cli/machine.h"

#include <sys/resource.h>

#include <array>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/parallel.h"
#include "core/real.h"
#include "examples/cli/build_info.h"  // written by examples/CMakeLists.txt
#include "onefold/version.h"

namespace onefold {

std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

int64_t peak_resident_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return 1024 * static_cast<int64_t>(usage.ru_maxrss);
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

nlohmann::ordered_json machine_description() {
  const std::string commit = kBuildCommit;
  nlohmann::ordered_json description;
  description["commit"] = commit.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(commit);
  description["compiler"] = kBuildCompiler;
  description["flags"] = kBuildFlags;
  description["real"] = sizeof(Real) == sizeof(double) ? "double" : "float";
  description["cpu"] = cpu_name();
  description["cpu_level"] = cpu_level();
  description["simd_bits"] = simd_bits();
  description["hardware_threads"] = std::thread::hardware_concurrency();
  description["threads"] = threads();
  return description;
}

}  // namespace onefold
