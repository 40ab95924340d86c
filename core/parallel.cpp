#include "core/parallel.h"

#include <algorithm>
#include <exception>

#include "core/check.h"

#ifdef _OPENMP
#include <omp.h>
#endif

namespace onefold {

void set_threads(int count) {
  check(count >= 1 && count <= 1024, "threads: got ", count, ", choose 1 to 1024");
#ifdef _OPENMP
  omp_set_num_threads(count);
#endif
}

int threads() {
#ifdef _OPENMP
  return omp_get_max_threads();
#else
  return 1;
#endif
}

void parallel_for(int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
  check(grain >= 1, "parallel_for: grain ", grain, " must be at least 1");
  const int64_t ranges = (count + grain - 1) / grain;
  const auto run = [&](int64_t range) { body(range * grain, std::min(count, (range + 1) * grain)); };

#ifdef _OPENMP
  if (ranges > 1 && threads() > 1 && !omp_in_parallel()) {
    // An exception must not cross a parallel region's edge: keep the first, rethrow it outside.
    std::exception_ptr first_error;
#pragma omp parallel for schedule(dynamic, 1)
    for (int64_t range = 0; range < ranges; ++range) {
      try {
        run(range);
      } catch (...) {
#pragma omp critical(onefold_first_error)
        if (!first_error) first_error = std::current_exception();
      }
    }
    if (first_error) std::rethrow_exception(first_error);
    return;
  }
#endif
  for (int64_t range = 0; range < ranges; ++range) run(range);
}

std::vector<double> ordered_sums(int64_t count, int64_t grain, int64_t width,
                                 FunctionRef<void(int64_t, int64_t, double*)> body) {
  check(grain >= 1, "ordered_sums: grain ", grain, " must be at least 1");
  // [ordered-sums]
  const int64_t ranges = (count + grain - 1) / grain;
  std::vector<double> shares(static_cast<size_t>(ranges * width), 0.0);
  parallel_for(count, grain, [&](int64_t begin, int64_t end) { body(begin, end, shares.data() + begin / grain * width); });

  std::vector<double> sums(static_cast<size_t>(width), 0.0);
  for (int64_t range = 0; range < ranges; ++range) {
    for (int64_t i = 0; i < width; ++i) sums[static_cast<size_t>(i)] += shares[static_cast<size_t>(range * width + i)];
  }
  return sums;
  // [/ordered-sums]
}

}  // namespace onefold
