#include "core/memory.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <vector>

#include "core/available_memory.h"
#include "core/check.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace onefold {

namespace {

/// A page of the usual 4 KiB makes a 32 MiB map 8,192 pages, more than the processor's table of translations holds; of
/// 2 MiB it takes 16. Linux gives such pages to whoever asks.
constexpr size_t kHugePage = size_t{2} << 20;

/// Fresh memory that is taken without asking how much there is, and what is always left to others.
constexpr size_t kUncheckedBytes = size_t{16} << 20;
constexpr size_t kReservedBytes = size_t{64} << 20;

/// A buffer from the system, or null.
void* allocate(size_t bytes) {
  void* const buffer = std::aligned_alloc(kBufferAlignment, bytes);
#if defined(__linux__)
  // The whole pages inside; a wish: where it fails, small pages serve.
  const auto begin = (reinterpret_cast<uintptr_t>(buffer) + kHugePage - 1) / kHugePage * kHugePage;
  const auto end = (reinterpret_cast<uintptr_t>(buffer) + bytes) / kHugePage * kHugePage;
  if (buffer != nullptr && begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#endif
  return buffer;
}

/// Buffers wait here between two owners, grouped by their size in bytes.
class Pool {
 public:
  Real* take(size_t bytes) {
    const std::lock_guard lock(mutex_);
    ++usage_.allocations;
    const bool refused = allocations_to_failure_ > 0 && --allocations_to_failure_ == 0;
    void* const buffer = refused ? nullptr : find(bytes);
    if (buffer == nullptr) {
      fail("out of memory: ", bytes >> 20, " MiB asked for, ", available_memory() >> 20, " MiB available, ",
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

  void fail_allocation(int64_t nth) {
    const std::lock_guard lock(mutex_);
    allocations_to_failure_ = nth;
  }

 private:
  /// A buffer that waits, a fresh one, or null.
  void* find(size_t bytes) {
    if (void* const buffer = take_waiting(bytes)) return buffer;
    if (void* const buffer = take_fresh(bytes)) return buffer;
    // Another size may be waiting in the pool: give all of it back and ask once more.
    release_waiting();
    unchecked_ = kUncheckedBytes;
    return take_fresh(bytes);
  }

  /// A buffer from the system, or null. Linux promises more memory than there is, and ends a process that touches too
  /// much of it: so ask first, now and then.
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
  size_t unchecked_ = 0;  // bytes taken from the system since it was last asked how much there is
  int64_t allocations_to_failure_ = 0;
};

Pool& pool() {
  // Never destroyed: a tensor with static lifetime may give its buffer back after every other destructor.
  static Pool* const instance = new Pool;
  return *instance;
}

std::shared_ptr<Real[]> allocate_from_pool(int64_t count) {
  const size_t wanted = static_cast<size_t>(std::max<int64_t>(count, 1)) * sizeof(Real);
  const size_t bytes = (wanted + kBufferAlignment - 1) / kBufferAlignment * kBufferAlignment;
  return {pool().take(bytes), [bytes](Real* buffer) { pool().give_back(buffer, bytes); }};
}

// A guarded buffer lies in the middle of a larger one. Bytes of 0xFF are NaN whatever Real is, and those around it are
// others, so that a NaN written there shows.
constexpr int kUnwritten = 0xFF;
constexpr unsigned char kCanary = 0x7F;
constexpr int64_t kCanaryNumbers = 4 * kBufferAlignment / sizeof(Real);

std::atomic<bool> guarding = false;
std::atomic<int64_t> overrun_buffers = 0;

bool is_canary(const Real* begin, const Real* end) {
  return std::all_of(reinterpret_cast<const unsigned char*>(begin), reinterpret_cast<const unsigned char*>(end),
                     [](unsigned char byte) { return byte == kCanary; });
}

std::shared_ptr<Real[]> allocate_guarded(int64_t count) {
  const int64_t size = count + 2 * kCanaryNumbers;
  const std::shared_ptr<Real[]> whole = allocate_from_pool(size);
  Real* const buffer = whole.get() + kCanaryNumbers;
  std::memset(whole.get(), kCanary, static_cast<size_t>(size) * sizeof(Real));
  std::memset(buffer, kUnwritten, static_cast<size_t>(count) * sizeof(Real));
  return {buffer, [whole, count, size](Real* begin) {
            if (!is_canary(whole.get(), begin) || !is_canary(begin + count, whole.get() + size)) ++overrun_buffers;
          }};
}

}  // namespace

std::shared_ptr<Real[]> allocate_buffer(int64_t count) {
  return guarding ? allocate_guarded(count) : allocate_from_pool(count);
}

MemoryUsage memory_usage() { return pool().usage(); }

void reset_peak_memory() { pool().reset_peak(); }

void release_pooled_memory() { pool().release(); }

void fail_allocation(int64_t nth) { pool().fail_allocation(nth); }

BufferGuard::BufferGuard() {
  overrun_buffers = 0;
  guarding = true;
}

BufferGuard::~BufferGuard() { guarding = false; }

int64_t BufferGuard::overrun() const { return overrun_buffers; }

}  // namespace onefold
