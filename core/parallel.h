#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace onefold {

template <class Signature>
class FunctionRef;

/// A borrowed callable: two pointers, no allocation. Valid only while the callable lives, so for parameters only.
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

/// The number of threads of parallel loops: that of set_threads(), else the first number of the environment variable
/// OMP_NUM_THREADS, else usable_cores(), or fewer if a container's CPU quota allows fewer. Always 1 in a build without
/// OpenMP. Throws Error if the variable is not a list of integers from 1 to 1,024.
int threads();

/// Calls body(begin, end) for the consecutive ranges of `grain` indices that cover [0, count), spread over all threads.
///
/// The ranges depend on count and grain alone, never on the number of threads. Loop over what the body writes: then no
/// two threads write the same number. If bodies throw, the first exception leaves the loop once all threads are done.
/// A loop inside a loop runs on its caller's thread alone. So does a loop of any thread but one: the first thread that
/// runs a loop has the other threads for itself until it ends.
void parallel_for(int64_t count, int64_t grain, FunctionRef<void(int64_t begin, int64_t end)> body);

/// Sums `width` quantities over [0, count): body(begin, end, sums) adds its range's share to `sums`, which starts at
/// zero. The shares of fixed ranges of `grain` are joined in order and in double: the same bits for any number of
/// threads. (OpenMP's `reduction(+)` gives other bits for every number of threads.)
std::vector<double> ordered_sums(int64_t count, int64_t grain, int64_t width,
                                 FunctionRef<void(int64_t begin, int64_t end, double* sums)> body);

}  // namespace onefold
