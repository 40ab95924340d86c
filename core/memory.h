#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/real.h"

namespace onefold {

/// Every buffer starts on a cache line.
inline constexpr size_t kBufferAlignment = 64;

/// Bytes held by tensors now and at most since the last reset, bytes that wait in the pool for reuse, and how many
/// buffers were asked for so far.
struct MemoryUsage {
  size_t live = 0;
  size_t peak = 0;
  size_t pooled = 0;
  int64_t allocations = 0;
};

/// A buffer of `count` uninitialised numbers, 64-byte aligned. When its last owner lets go, it returns to a pool,
/// by size: mapping and zeroing 33 MB of fresh pages costs more than many of the kernels. Safe from any thread.
/// Throws Error, naming the bytes asked for, available and held, where the machine has no more memory, before the
/// system would end the process (available_memory.h).
std::shared_ptr<Real[]> allocate_buffer(int64_t count);

MemoryUsage memory_usage();

/// Starts a new measurement: the peak becomes what is live now.
void reset_peak_memory();

/// Gives the pool's waiting buffers back to the operating system.
void release_pooled_memory();

/// For tests of what happens without memory: the n-th allocation from now on fails, once, as if the machine had none
/// left. 0: none does.
void fail_allocation(int64_t nth);

/// For tests of kernels: while it lives, a new buffer is full of NaN, and what lies before and behind its `count`
/// numbers is watched until it is freed. One at a time.
class BufferGuard {
 public:
  BufferGuard();
  ~BufferGuard();
  BufferGuard(const BufferGuard&) = delete;
  BufferGuard& operator=(const BufferGuard&) = delete;

  /// How many of those buffers were written outside, of the ones freed so far.
  int64_t overrun() const;
};

}  // namespace onefold
