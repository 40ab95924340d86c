#pragma once

#include <cstdint>
#include <vector>

#include "core/function_ref.h"

namespace onefold {

/// The cores that this process may use; a limit on its share of their time is not looked at.
int usable_cores();

/// Threads that parallel loops use from now on; throws Error below 1 or above 1,024.
void set_threads(int count);

/// At first as many as the environment's ONEFOLD_THREADS says, else usable_cores(). Throws Error where the
/// variable says no number from 1 to 1,024.
int threads();

/// Calls body(begin, end) for the consecutive ranges of `grain` indices that cover [0, count), spread over all threads.
///
/// The ranges depend on count and grain alone, never on the number of threads. Loop over what the body writes: then no
/// two threads write the same number. An exception leaves the loop once all threads are done: that which came first. A
/// loop inside a loop that is spread over threads runs on its caller's thread.
void parallel_for(int64_t count, int64_t grain, FunctionRef<void(int64_t begin, int64_t end)> body);

/// Sums `width` quantities over [0, count): body(begin, end, sums) adds its range's share to `sums`, which starts at
/// zero. The shares of fixed ranges of `grain` are joined in order and in double: the same bits for any number of
/// threads. (OpenMP's `reduction(+)` gives other bits for every number of threads.)
std::vector<double> ordered_sums(int64_t count, int64_t grain, int64_t width,
                                 FunctionRef<void(int64_t begin, int64_t end, double* sums)> body);

}  // namespace onefold
