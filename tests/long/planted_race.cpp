// Two ranges of a parallel loop write to one number: what tests/long/tsan.sh must find.
#include <cstdio>

#include "core/parallel.h"

int main() {
  onefold::set_threads(2);
  int64_t largest = 0;
  onefold::parallel_for(1 << 20, 64, [&](int64_t, int64_t end) { largest = end; });
  std::printf("%lld\n", static_cast<long long>(largest));
}
