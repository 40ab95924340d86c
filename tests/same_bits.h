#pragma once

#include <cstring>
#include <vector>

#include "core/parallel.h"
#include "core/tensor.h"

/// The number of threads while it lives; afterwards what it was.
class ThreadCount {
 public:
  explicit ThreadCount(int count) : before_(onefold::threads()) { onefold::set_threads(count); }
  ~ThreadCount() { onefold::set_threads(before_); }
  ThreadCount(const ThreadCount&) = delete;
  ThreadCount& operator=(const ThreadCount&) = delete;

 private:
  int before_;
};

/// Bit by bit, so that a NaN equals itself and -0 is not 0.
inline bool same_bits(const onefold::Tensor& a, const onefold::Tensor& b) {
  return a.shape() == b.shape() &&
         std::memcmp(a.data(), b.data(), static_cast<size_t>(a.size()) * sizeof(onefold::Real)) == 0;
}

/// Whether compute(), a function to std::vector<Tensor>, gives the same bits with 1, 2 and 3 threads.
template <class Compute>
bool same_bits_for_any_threads(const Compute& compute) {
  const auto compute_with = [&](int count) {
    const ThreadCount threads(count);
    return compute();
  };
  const std::vector<onefold::Tensor> expected = compute_with(1);
  for (const int count : {2, 3}) {
    const std::vector<onefold::Tensor> got = compute_with(count);
    for (size_t i = 0; i < expected.size(); ++i) {
      if (!same_bits(got[i], expected[i])) return false;
    }
  }
  return !expected.empty();
}
