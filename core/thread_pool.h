#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "core/function_ref.h"

namespace onefold {

/// Threads that wait for work. Of a parallel loop each has a part of its own, the same one in every loop, so that it
/// finds in its cache what it left there; whoever is done with that takes from the others' parts.
///
/// Two loops of a training step follow each other within microseconds, so a thread that runs out of work looks for more
/// for a moment; then it sleeps, and leaves its core to others. A thread that comes late, because it slept or another
/// program has its core, finds less work or none; nobody waits for one that has not begun. (GCC's OpenMP deals out a
/// loop among all of its threads and waits for each, so beside another busy program it runs many times slower.)
class ThreadPool {
 public:
  ThreadPool() = default;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool() = delete;  // its threads look at it as long as the process lives

  /// Calls task(i) for i in [0, count) on the caller's thread and up to threads - 1 others, and returns when all are
  /// done. `task` must not throw. Called from within a task, or while another thread's loop runs, it works on the
  /// caller's thread alone. Where the system refuses another thread, the loop runs on those that there are.
  void run(int64_t count, int threads, FunctionRef<void(int64_t)> task);

 private:
  struct Loop;

  void add_worker();
  void work(int worker);

  std::mutex one_loop_;               // held by the thread whose loop runs
  int workers_ = 0;                   // asked of the system so far
  std::atomic<Loop*> loop_{nullptr};  // that runs
  std::atomic<int> looking_{0};      // workers that may be looking at *loop_
  std::atomic<int> loops_begun_{0};  // what sleeping workers wait for
};

}  // namespace onefold
