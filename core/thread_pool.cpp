#include "core/thread_pool.h"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <thread>
#include <vector>

namespace onefold {

namespace {

/// How long a thread looks for work before it sleeps: several times what lies between two loops of a training step.
constexpr auto kPatience = std::chrono::microseconds(100);

/// Whether this thread is in a task already.
thread_local bool in_task = false;

void rest_a_moment() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Waits until `value` is no longer `old`: awake at first, then asleep.
void wait_for_change(const std::atomic<int>& value, int old) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < end) {
    for (int i = 0; i < 32; ++i) {
      if (value.load(std::memory_order_acquire) != old) return;
      rest_a_moment();
    }
  }
  value.wait(old, std::memory_order_acquire);
}

}  // namespace

struct ThreadPool::Loop {
  /// Consecutive indices, taken from the front. On a cache line of its own, for threads write to it all the time.
  struct alignas(64) Part {
    std::atomic<int64_t> next;
    int64_t end;
  };

  Loop(int64_t count, int64_t threads, FunctionRef<void(int64_t)> loop_task)
      : task(loop_task), parts(static_cast<size_t>(threads)) {
    for (int64_t p = 0; p < threads; ++p) {
      parts[static_cast<size_t>(p)].next = p * count / threads;
      parts[static_cast<size_t>(p)].end = (p + 1) * count / threads;
    }
  }

  /// Works on one's own part, then on what is left of the others.
  void take_part(size_t own) {
    in_task = true;
    for (size_t p = 0; p < parts.size(); ++p) {
      Part& part = parts[(own + p) % parts.size()];
      for (int64_t i = part.next.fetch_add(1); i < part.end; i = part.next.fetch_add(1)) task(i);
    }
    in_task = false;
  }

  const FunctionRef<void(int64_t)> task;
  std::vector<Part> parts;  // of the caller, then of each worker
};

void ThreadPool::run(int64_t count, int threads, FunctionRef<void(int64_t)> task) {
  std::unique_lock only_loop(one_loop_, std::defer_lock);
  if (in_task || count <= 1 || threads <= 1 || !only_loop.try_lock()) {
    for (int64_t i = 0; i < count; ++i) task(i);
    return;
  }
  while (workers_ < threads - 1) add_worker();

  Loop loop(count, std::min<int64_t>(count, threads), task);
  loop_.store(&loop);
  loops_begun_.fetch_add(1);
  loops_begun_.notify_all();
  loop.take_part(0);

  // Whoever looks for work from here on finds none; those that have begun must finish.
  loop_.store(nullptr);
  for (int looking = looking_.load(); looking != 0; looking = looking_.load()) wait_for_change(looking_, looking);
}

void ThreadPool::add_worker() {
  ++workers_;
  try {
    std::thread([this, worker = workers_] { work(worker); }).detach();
  } catch (const std::system_error&) {
    // The system's limit of threads: this worker never comes, and nobody waits for it.
  }
}

void ThreadPool::work(int worker) {
  const auto own = static_cast<size_t>(worker);
  int begun = 0;
  while (true) {
    // Announced before looking, so that the loop lives while it is looked at.
    looking_.fetch_add(1);
    Loop* const loop = loop_.load();
    if (loop != nullptr && own < loop->parts.size()) loop->take_part(own);
    looking_.fetch_sub(1);
    looking_.notify_all();
    wait_for_change(loops_begun_, begun);
    begun = loops_begun_.load();
  }
}

}  // namespace onefold
