#include "core/parallel.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <sstream>
#include <thread>

#include "core/check.h"
#include "core/process_limits.h"

#if defined(__linux__)
#include <sched.h>
#endif
#if defined(_OPENMP)
#include <omp.h>
#endif

namespace onefold {

namespace {

constexpr int kMostThreads = 1024;

/// A list such as "4,2" has one number per level of nested loops. Here only the outermost uses threads.
int first_of_list(const char* text) {
  std::istringstream in(text);
  int first = 0, inner = 0;
  bool valid = in >> first && first >= 1 && first <= kMostThreads;
  for (char comma = 0; valid && in >> comma;) {
    valid = comma == ',' && in >> inner && inner >= 1 && inner <= kMostThreads;
  }
  check(valid, "OMP_NUM_THREADS: got ", text, ", expected an integer from 1 to ", kMostThreads);
  return first;
}

int default_threads() {
  const char* const text = std::getenv("OMP_NUM_THREADS");
  if (text != nullptr && *text != '\0') return first_of_list(text);
  return std::min(usable_cores(), cpu_quota());
}

std::atomic<int> thread_count{0};  // 0: not set yet

#if defined(_OPENMP)
std::atomic<bool> team_has_owner{false};

/// OpenMP gives each thread that opens a parallel region its own team, and two teams would compete for the cores. So
/// one thread owns the only team, from its first loop until it ends.
class TeamOwnership {
 public:
  ~TeamOwnership() {
    if (owned_) team_has_owner = false;
  }
  bool claim() { return owned_ || (owned_ = !team_has_owner.exchange(true)); }

 private:
  bool owned_ = false;
};
thread_local TeamOwnership team_ownership;

bool team_is_free() { return omp_in_parallel() == 0 && team_ownership.claim(); }

/// A thread's part of a loop. Other threads take from it when theirs is done; until then, separate cache lines keep the
/// threads from slowing each other down.
struct alignas(64) Share {
  std::atomic<int64_t> next = 0;
  int64_t end = 0;
};
#endif

/// Calls task(i) for i in [0, count); task must not throw.
void run(int64_t count, FunctionRef<void(int64_t)> task) {
#if defined(_OPENMP)
  // A loop of one range never enters a region, and every region requests the same team: GCC's OpenMP ends threads and
  // starts others whenever the team's size changes, even to one thread.
  const int team = threads();
  if (count > 1 && team > 1 && team_is_free()) {
    // One contiguous share per thread, the same in every loop, so that a thread finds its data in its cache. If a
    // thread falls behind because its core has other work, the others do the rest of its share.
    std::vector<Share> shares(static_cast<size_t>(team));
    for (int i = 0; i < team; ++i) {
      shares[static_cast<size_t>(i)].next = count * i / team;
      shares[static_cast<size_t>(i)].end = count * (i + 1) / team;
    }
#pragma omp parallel num_threads(team)
    for (int i = 0; i < team; ++i) {
      Share& share = shares[static_cast<size_t>((omp_get_thread_num() + i) % team)];
      for (int64_t index; (index = share.next++) < share.end;) task(index);
    }
    return;
  }
#endif
  for (int64_t i = 0; i < count; ++i) task(i);
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
  if (thread_count == 0) thread_count = default_threads();
#if defined(_OPENMP)
  return std::min<int>(thread_count, omp_get_thread_limit());
#else
  return 1;
#endif
}

void parallel_for(int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
  check(grain >= 1, "parallel_for: grain ", grain, " must be at least 1");
  std::mutex mutex;
  std::exception_ptr first_error;
  run((count + grain - 1) / grain, [&](int64_t range) {
    try {
      body(range * grain, std::min(count, (range + 1) * grain));
    } catch (...) {
      // An exception must not leave an OpenMP region: keep it and rethrow it on the caller's thread.
      const std::lock_guard lock(mutex);
      if (!first_error) first_error = std::current_exception();
    }
  });
  if (first_error) std::rethrow_exception(first_error);
}

std::vector<double> ordered_sums(int64_t count, int64_t grain, int64_t width,
                                 FunctionRef<void(int64_t, int64_t, double*)> body) {
  check(grain >= 1, "ordered_sums: grain ", grain, " must be at least 1");
  // [ordered-sums]
  const int64_t ranges = (count + grain - 1) / grain;
  std::vector<double> shares(static_cast<size_t>(ranges * width), 0.0);
  parallel_for(count, grain,
               [&](int64_t begin, int64_t end) { body(begin, end, shares.data() + begin / grain * width); });

  std::vector<double> sums(static_cast<size_t>(width), 0.0);
  for (int64_t range = 0; range < ranges; ++range) {
    for (int64_t i = 0; i < width; ++i) sums[static_cast<size_t>(i)] += shares[static_cast<size_t>(range * width + i)];
  }
  return sums;
  // [/ordered-sums]
}

}  // namespace onefold
