#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "core/check.h"
#include "core/random.h"
#include "layers/module.h"

// What the tests of layers share: awkward batch-norm statistics, and differences on the border and inside.

namespace onefold::testing {

/// The largest error, relative to the largest number, that a fold may make.
inline constexpr double kFoldTolerance = sizeof(Real) == 8 ? 1e-12 : 1e-5;

/// What every error of a mistake must exceed, relative to the largest number: 1000 times more than rounding in float.
inline constexpr double kMistake = 1e-2;

inline Variable random_images(const Shape& shape, uint64_t seed = 7) {
  return Variable(random_normal(shape, Random(seed, 0)));
}

inline bool ends_with(const std::string& name, const std::string& end) {
  return name.size() >= end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0;
}

/// Replaces all batch-norm numbers and biases by random ones, among them a gamma of zero, negative gammas and, where
/// asked for, tiny variances: fresh ones (1, 0, 0, 1) hide every bug of a fold.
inline void randomize(Module& module, uint64_t seed, bool tiny_variances = true) {
  std::map<std::string, Tensor> state = onefold::state(module);
  uint64_t stream = 100;
  for (auto& [name, tensor] : state) {
    const Random random(seed, stream++);
    if (tensor.shape().rank() != 1) continue;
    Tensor values = random_normal(tensor.shape(), random, 0.5);
    for (int64_t c = 0; c < values.size(); ++c) {
      if (ends_with(name, "running_var")) {
        values[c] = tiny_variances && c % 5 == 2 ? Real(1e-7) : Real(0.3) + values[c] * values[c];
      } else if (ends_with(name, "weight")) {
        values[c] = c % 7 == 3 ? 0 : values[c] + (c % 2 == 0 ? Real(1) : Real(-1));
      }
    }
    tensor = values;
  }
  load_state(module, state);
}

/// |a - b| of two images [N, P, Q, K], separately: half of the classic mistakes show on the border only.
struct FoldDifference {
  double interior = 0;
  double border = 0;
  double largest = 0;  // |a|

  bool ok() const { return std::max(interior, border) <= kFoldTolerance * largest; }
};

inline FoldDifference fold_difference(const Tensor& a, const Tensor& b) {
  FoldDifference difference;
  difference.largest = max_abs(a);
  if (a.shape() != b.shape()) return {INFINITY, INFINITY, difference.largest};
  const int64_t P = a.shape()[1], Q = a.shape()[2], K = a.shape()[3];
  for (int64_t i = 0; i < a.size(); ++i) {
    const int64_t p = i / (Q * K) % P, q = i / K % Q;
    const bool border = p == 0 || q == 0 || p == P - 1 || q == Q - 1;
    const double error = std::abs(double{a[i]} - double{b[i]});
    double& largest = border ? difference.border : difference.interior;
    largest = !(error <= largest) ? error : largest;  // lets a NaN through
  }
  return difference;
}

inline double relative_difference(const Tensor& a, const Tensor& b) {
  return double{max_abs_difference(a, b)} / double{max_abs(a)};
}

inline bool bit_equal(const std::map<std::string, Tensor>& a, const std::map<std::string, Tensor>& b) {
  if (!state_differences(a, b).empty()) return false;
  return std::all_of(a.begin(), a.end(),
                     [&b](const auto& entry) { return entry.second.to_vector() == b.at(entry.first).to_vector(); });
}

/// The message of the Error that `action` throws; empty where it throws none.
template <class Action>
std::string error_of(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace onefold::testing
