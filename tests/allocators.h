#pragma once

// Memory that fails, and memory that is watched: what tests have tensors made of. One of them at a time.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>

#include "core/memory.h"

namespace onefold {

inline std::atomic<int64_t> allocations_to_failure = 0;

/// The n-th allocation asks for more than any machine has, and so fails as the machine's own memory does.
inline std::shared_ptr<Real[]> allocate_failing(int64_t count) {
  return allocate_from_pool(--allocations_to_failure == 0 ? int64_t{1} << 58 : count);
}

/// While it lives, the n-th allocation fails; later ones do not.
class FailingAllocation {
 public:
  explicit FailingAllocation(int64_t nth) {
    allocations_to_failure = nth;
    set_allocator(allocate_failing);
  }
  ~FailingAllocation() { set_allocator(allocate_from_pool); }
  FailingAllocation(const FailingAllocation&) = delete;
  FailingAllocation& operator=(const FailingAllocation&) = delete;
};

// A guarded buffer lies in the middle of a larger one. Bytes of 0xFF are NaN whatever Real is, and those around it are
// others, so that a NaN written there shows.
inline constexpr int kUnwritten = 0xFF;
inline constexpr unsigned char kCanary = 0x7F;
inline constexpr int64_t kCanaryNumbers = 4 * kBufferAlignment / sizeof(Real);

inline std::atomic<int64_t> overrun_buffers = 0;

inline bool is_canary(const Real* begin, const Real* end) {
  return std::all_of(reinterpret_cast<const unsigned char*>(begin), reinterpret_cast<const unsigned char*>(end),
                     [](unsigned char byte) { return byte == kCanary; });
}

inline std::shared_ptr<Real[]> allocate_guarded(int64_t count) {
  const int64_t size = count + 2 * kCanaryNumbers;
  const std::shared_ptr<Real[]> whole = allocate_from_pool(size);
  Real* const buffer = whole.get() + kCanaryNumbers;
  std::memset(whole.get(), kCanary, static_cast<size_t>(size) * sizeof(Real));
  std::memset(buffer, kUnwritten, static_cast<size_t>(count) * sizeof(Real));
  return {buffer, [whole, count, size](Real* begin) {
            if (!is_canary(whole.get(), begin) || !is_canary(begin + count, whole.get() + size)) ++overrun_buffers;
          }};
}

/// While it lives, a new buffer is full of NaN, and what lies before and behind its numbers is watched until it is
/// freed.
class BufferGuard {
 public:
  BufferGuard() {
    overrun_buffers = 0;
    set_allocator(allocate_guarded);
  }
  ~BufferGuard() { set_allocator(allocate_from_pool); }
  BufferGuard(const BufferGuard&) = delete;
  BufferGuard& operator=(const BufferGuard&) = delete;

  /// How many of those buffers were written outside, of the ones freed so far.
  int64_t overrun() const { return overrun_buffers; }
};

}  // namespace onefold
