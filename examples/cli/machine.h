#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace onefold {

/// The processor's name as the system reports it, or "unknown".
std::string cpu_name();

/// Peak memory of this process so far, everything included: code, data and tensors.
int64_t peak_resident_bytes();

/// The current time, "2026-11-22T21:45:00Z".
std::string utc_now();

/// What a measurement depends on: "commit", "compiler", "flags", "real", "cpu", "cpu_level", "simd_bits",
/// "hardware_threads", "threads". The commit is the one at which CMake was last configured, null outside a repository.
nlohmann::ordered_json machine_description();

}  // namespace onefold
