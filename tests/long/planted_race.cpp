// Two ranges of a parallel loop write to the same variable at the same time: tests/long/tsan.sh must find this race.
#include <atomic>
#include <cstdio>
#include <thread>

#include "core/parallel.h"

int main() {
  onefold::set_threads(2);
  std::atomic<int> begun{0};
  int64_t largest = 0;
  onefold::parallel_for(2, 1, [&](int64_t, int64_t end) {
    for (++begun; begun < 2;) std::this_thread::yield();
    largest = end;
  });
  std::printf("%lld\n", static_cast<long long>(largest));
}
