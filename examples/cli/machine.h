#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace onefold {

/// The processor's name as the system gives it, or "unknown".
std::string cpu_name();

/// Bits of one vector that the kernels were compiled for: 512, 256 or 128.
int simd_bits();

/// The most memory that this process has held so far, all of it: code, data and tensors.
int64_t peak_resident_bytes();

/// "2026-11-22T21:45:00Z".
std::string utc_now();

/// What a measurement depends on beside the source: "commit", "compiler", "flags", "real", "cpu", "simd_bits",
/// "hardware_threads", "threads". The commit is that of the last configuration by CMake, null outside a repository.
nlohmann::ordered_json machine_description();

}  // namespace onefold
