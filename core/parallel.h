#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace onefold {

template <class Signature>
class FunctionRef;

/// A non-owning reference to a callable: two pointers, no allocation. Valid only while the callable lives, so use it
/// for parameters only.
template <class Result, class... Args>
class FunctionRef<Result(Args...)> {
 public:
  template <class Callable>
    requires(!std::is_same_v<std::remove_cvref_t<Callable>, FunctionRef>)
  FunctionRef(Callable&& callable)  // NOLINT: implicit on purpose, so that a lambda can be passed
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(callable)))),
        call_([](void* object, Args... args) -> Result {
          return (*static_cast<std::remove_reference_t<Callable>*>(object))(std::forward<Args>(args)...);
        }) {}

  Result operator()(Args... args) const { return call_(object_, std::forward<Args>(args)...); }

 private:
  void* object_;
  Result (*call_)(void*, Args...);
};

/// The number of cores that this process may run on.
int usable_cores();

/// Sets the number of threads that parallel loops use from now on. Throws Error below 1 or above 1,024.
void set_threads(int count);

/// The number of threads of parallel loops: as set by set_threads(), else the first number in the environment variable
/// OMP_NUM_THREADS, else usable_cores(), or fewer if a container's CPU quota allows fewer; at most OMP_THREAD_LIMIT.
/// 1 in a build without OpenMP. Throws Error if the variable is not a list of integers in [1, 1024].
int threads();

/// Calls body(begin, end) for the consecutive ranges of `grain` indices that cover [0, count), spread over all threads.
///
/// The ranges depend only on count and grain, never on the number of threads. Partition a loop by its output, so that
/// no two threads write the same element. If a body throws, the first exception is rethrown once all threads are done.
/// A loop inside a loop runs on its caller's thread only. So do the loops of any second thread: the first thread that
/// starts a loop keeps the helpers until that thread itself ends.
void parallel_for(int64_t count, int64_t grain, FunctionRef<void(int64_t begin, int64_t end)> body);

/// Sums `width` quantities over [0, count): body(begin, end, sums) adds its range's contribution to `sums`, which
/// starts at zero. The partial sums of fixed ranges of `grain` indices are added in order and in double, so the result
/// has the same bits for any number of threads. (OpenMP's `reduction(+)` gives other bits for every number of threads.)
std::vector<double> ordered_sums(int64_t count, int64_t grain, int64_t width,
                                 FunctionRef<void(int64_t begin, int64_t end, double* sums)> body);

}  // namespace onefold
