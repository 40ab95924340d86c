#include "core/parallel.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <mutex>
#include <thread>

#include "core/check.h"
#include "core/thread_pool.h"

#if defined(__linux__)
#include <sched.h>
#endif

namespace onefold {

namespace {

constexpr int kMostThreads = 1024;

int threads_at_first() {
  const char* const text = std::getenv("ONEFOLD_THREADS");
  if (text == nullptr || *text == '\0') return usable_cores();
  int count = 0;
  const char* const end = text + std::strlen(text);
  const auto parsed = std::from_chars(text, end, count);
  check(parsed.ec == std::errc() && parsed.ptr == end && count >= 1 && count <= kMostThreads, "ONEFOLD_THREADS: got ",
        text, ", choose 1 to ", kMostThreads);
  return count;
}

std::atomic<int> thread_count{0};  // 0: not decided yet

ThreadPool& pool() {
  // Never destroyed: its threads live as long as the process.
  static ThreadPool* const instance = new ThreadPool;
  return *instance;
}

}  // namespace

int usable_cores() {
  int count = static_cast<int>(std::thread::hardware_concurrency());
#if defined(__linux__)
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) count = CPU_COUNT(&allowed);
#endif
  return std::clamp(count, 1, kMostThreads);
}

void set_threads(int count) {
  check(count >= 1 && count <= kMostThreads, "threads: got ", count, ", choose 1 to ", kMostThreads);
  thread_count = count;
}

int threads() {
  if (thread_count == 0) thread_count = threads_at_first();
  return thread_count;
}

void parallel_for(int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
  check(grain >= 1, "parallel_for: grain ", grain, " must be at least 1");
  std::mutex mutex;
  std::exception_ptr first_error;
  const auto task = [&](int64_t range) {
    try {
      body(range * grain, std::min(count, (range + 1) * grain));
    } catch (...) {
      // On whatever thread: kept, and thrown on the caller's.
      const std::lock_guard lock(mutex);
      if (!first_error) first_error = std::current_exception();
    }
  };
  pool().run((count + grain - 1) / grain, threads(), task);
  if (first_error) std::rethrow_exception(first_error);
}

std::vector<double> ordered_sums(int64_t count, int64_t grain, int64_t width,
                                 FunctionRef<void(int64_t, int64_t, double*)> body) {
  check(grain >= 1, "ordered_sums: grain ", grain, " must be at least 1");
  // [ordered-sums]
  const int64_t ranges = (count + grain - 1) / grain;
  std::vector<double> shares(static_cast<size_t>(ranges * width), 0.0);
  parallel_for(count, grain, [&](int64_t begin, int64_t end) {
    body(begin, end, shares.data() + begin / grain * width);
  });

  std::vector<double> sums(static_cast<size_t>(width), 0.0);
  for (int64_t range = 0; range < ranges; ++range) {
    for (int64_t i = 0; i < width; ++i) sums[static_cast<size_t>(i)] += shares[static_cast<size_t>(range * width + i)];
  }
  return sums;
  // [/ordered-sums]
}

}  // namespace onefold
