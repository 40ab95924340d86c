#include "core/memory.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <vector>

#include "core/check.h"

namespace onefold {

namespace {

/// Buffers wait here between two owners, grouped by their size in bytes.
class Pool {
 public:
  Real* take(size_t bytes) {
    const std::lock_guard lock(mutex_);
    void* buffer = take_waiting(bytes);
    if (buffer == nullptr) buffer = std::aligned_alloc(kBufferAlignment, bytes);
    if (buffer == nullptr) {
      // Another size may be waiting in the pool: give all of it back and ask once more.
      release_waiting();
      buffer = std::aligned_alloc(kBufferAlignment, bytes);
    }
    check(buffer != nullptr, "out of memory: ", bytes >> 20, " MiB asked for, ", usage_.live >> 20,
          " MiB held by tensors; use a smaller batch or network");
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
};

Pool& pool() {
  // Never destroyed: a tensor with static lifetime may give its buffer back after every other destructor.
  static Pool* const instance = new Pool;
  return *instance;
}

}  // namespace

std::shared_ptr<Real[]> allocate_buffer(int64_t count) {
  const size_t wanted = static_cast<size_t>(std::max<int64_t>(count, 1)) * sizeof(Real);
  const size_t bytes = (wanted + kBufferAlignment - 1) / kBufferAlignment * kBufferAlignment;
  return {pool().take(bytes), [bytes](Real* buffer) { pool().give_back(buffer, bytes); }};
}

MemoryUsage memory_usage() { return pool().usage(); }

void reset_peak_memory() { pool().reset_peak(); }

void release_pooled_memory() { pool().release(); }

}  // namespace onefold
