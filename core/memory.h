#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/real.h"

namespace onefold {

/// Every buffer is aligned to a cache line.
inline constexpr size_t kBufferAlignment = 64;

/// Bytes held by tensors now, and the maximum since the last reset; bytes in the pool, waiting for reuse; and the
/// number of buffers allocated so far.
struct MemoryUsage {
  size_t live = 0;
  size_t peak = 0;
  size_t pooled = 0;
  int64_t allocations = 0;
};

/// A buffer of `count` uninitialised values, 64-byte aligned. When its last owner releases it, it returns to a pool of
/// buffers by size, because mapping and zeroing 33 MB of fresh pages costs more than many of the kernels. Thread-safe.
/// Throws Error, naming the bytes requested, available and held, if memory runs out, before the system would kill the
/// process (process_limits.h).
std::shared_ptr<Real[]> allocate_buffer(int64_t count);

MemoryUsage memory_usage();

/// Starts a new measurement: sets the peak to the bytes that are live now.
void reset_peak_memory();

/// Returns the buffers that wait in the pool to the operating system.
void release_pooled_memory();

/// What allocate_buffer() calls, allocate_from_pool() by default: tests use memory that fails or is watched.
using Allocator = std::shared_ptr<Real[]> (*)(int64_t count);
std::shared_ptr<Real[]> allocate_from_pool(int64_t count);
void set_allocator(Allocator chosen);

}  // namespace onefold
