#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace onefold {

/// What PyTorch computed in double: tests/reference/NAME.json, written by tests/torch/make_reference_values.py. A value
/// is named by its place in the file, such as "/cases/0/x".
class ReferenceValues {
 public:
  explicit ReferenceValues(const std::string& name);
  ~ReferenceValues();

  double number(const std::string& place) const;
  std::string text(const std::string& place) const;
  std::vector<double> numbers(const std::string& place) const;
  std::vector<int64_t> integers(const std::string& place) const;
  std::vector<int> labels(const std::string& place) const;

  /// The number of entries of a list, and the names of an object's.
  int size(const std::string& place) const;
  std::vector<std::string> names(const std::string& place) const;

  /// A stored tensor, in the layout of memory; a whole state of them.
  Tensor tensor(const std::string& place) const;
  std::map<std::string, Tensor> state(const std::string& place) const;

  /// The largest difference from a stored tensor, as a part of its largest number; compared in double. Infinite for
  /// another shape and for a stored tensor of zeros, NaN for a NaN.
  double relative_error(const Tensor& got, const std::string& place) const;

 private:
  struct Json;
  std::unique_ptr<Json> json_;
};

/// How far a single op may be from PyTorch's double: rounding, and in float that of every input.
inline constexpr double kReferenceTolerance = sizeof(Real) == 8 ? 1e-10 : 1e-5;

}  // namespace onefold
