#include "core/memory.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>
#include <vector>

#include "core/check.h"
#include "core/process_limits.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace onefold {

namespace {

/// With the usual pages of 4 KiB, a 32 MiB feature map takes 8,192 pages, more than the TLB holds; with pages of 2 MiB
/// it takes 16. Linux provides such pages on request.
constexpr size_t kHugePage = size_t{2} << 20;

/// Fresh memory taken without checking how much is available, and the memory always left to others.
constexpr size_t kUncheckedBytes = size_t{16} << 20;
constexpr size_t kReservedBytes = size_t{64} << 20;

/// A buffer from the system, or null.
void* allocate(size_t bytes) {
  void* const buffer = std::aligned_alloc(kBufferAlignment, bytes);
#if defined(__linux__)
  // Only the whole pages inside. Best effort: if it fails, small pages are used.
  const auto begin = (reinterpret_cast<uintptr_t>(buffer) + kHugePage - 1) / kHugePage * kHugePage;
  const auto end = (reinterpret_cast<uintptr_t>(buffer) + bytes) / kHugePage * kHugePage;
  if (buffer != nullptr && begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#endif
  return buffer;
}

/// Buffers wait here for their next owner, grouped by size in bytes.
class Pool {
 public:
  Real* take(size_t bytes) {
    const std::lock_guard lock(mutex_);
    ++usage_.allocations;
    void* const buffer = find(bytes);
    if (buffer == nullptr) {
      fail("out of memory: ", bytes >> 20, " MiB requested, ", available_memory() >> 20, " MiB available, ",
           usage_.live >> 20, " MiB held by tensors; use a smaller batch or network");
    }
    usage_.live += bytes;
    usage_.peak = std::max(usage_.peak, usage_.live);
    return static_cast<Real*>(buffer);
  }

  void give_back(Real* buffer, size_t bytes) noexcept {
    const std::lock_guard lock(mutex_);
    usage_.live -= bytes;
    try {
      waiting_[bytes].push_back(buffer);
      usage_.pooled += bytes;
    } catch (const std::bad_alloc&) {
      std::free(buffer);
    }
  }

  MemoryUsage usage() {
    const std::lock_guard lock(mutex_);
    return usage_;
  }

  void reset_peak() {
    const std::lock_guard lock(mutex_);
    usage_.peak = usage_.live;
  }

  void release() {
    const std::lock_guard lock(mutex_);
    release_waiting();
  }

 private:
  /// A waiting buffer, a fresh one, or null.
  void* find(size_t bytes) {
    if (void* const buffer = take_waiting(bytes)) return buffer;
    if (void* const buffer = take_fresh(bytes)) return buffer;
    // Buffers of other sizes may be waiting: return them all to the system and try again.
    release_waiting();
    unchecked_ = kUncheckedBytes;
    return take_fresh(bytes);
  }

  /// A buffer from the system, or null. Linux promises more memory than it has, and kills a process that touches too
  /// much of it: so check from time to time.
  void* take_fresh(size_t bytes) {
    unchecked_ += bytes;
    if (unchecked_ >= kUncheckedBytes) {
      if (static_cast<int64_t>(bytes + kReservedBytes) > available_memory()) return nullptr;
      unchecked_ = 0;
    }
    return allocate(bytes);
  }

  void* take_waiting(size_t bytes) {
    const auto found = waiting_.find(bytes);
    if (found == waiting_.end() || found->second.empty()) return nullptr;
    void* buffer = found->second.back();
    found->second.pop_back();
    usage_.pooled -= bytes;
    return buffer;
  }

  void release_waiting() {
    for (auto& [bytes, buffers] : waiting_) {
      for (void* buffer : buffers) std::free(buffer);
    }
    waiting_.clear();
    usage_.pooled = 0;
  }

  std::mutex mutex_;
  std::map<size_t, std::vector<void*>> waiting_;
  MemoryUsage usage_;
  size_t unchecked_ = 0;  // bytes taken from the system since the last check
};

Pool& pool() {
  // Never destroyed: a tensor with static lifetime may return its buffer after every other destructor.
  static Pool* const instance = new Pool;
  return *instance;
}

std::atomic<Allocator> allocator = allocate_from_pool;

}  // namespace

std::shared_ptr<Real[]> allocate_from_pool(int64_t count) {
  const size_t wanted = static_cast<size_t>(std::max<int64_t>(count, 1)) * sizeof(Real);
  const size_t bytes = (wanted + kBufferAlignment - 1) / kBufferAlignment * kBufferAlignment;
  return {pool().take(bytes), [bytes](Real* buffer) { pool().give_back(buffer, bytes); }};
}

std::shared_ptr<Real[]> allocate_buffer(int64_t count) { return allocator.load()(count); }

void set_allocator(Allocator chosen) { allocator = chosen; }

MemoryUsage memory_usage() { return pool().usage(); }

void reset_peak_memory() { pool().reset_peak(); }

void release_pooled_memory() { pool().release(); }

}  // namespace onefold
