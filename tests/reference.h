#pragma once

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/tensor.h"
#include "tests/catch.h"

// What PyTorch computed in double: tests/reference/NAME.json, written by tests/torch/make_reference_values.py.
namespace onefold {

inline nlohmann::json reference_values(const std::string& name) {
  const std::string path = std::string(ONEFOLD_SOURCE_DIR) + "/tests/reference/" + name + ".json";
  std::ifstream file(path);
  INFO("reading " << path);
  REQUIRE(file.good());
  return nlohmann::json::parse(file);
}

/// A stored tensor, in the layout of memory.
inline Tensor reference_tensor(const nlohmann::json& stored) {
  const auto extents = stored.at("shape").get<std::vector<int64_t>>();
  return Tensor::from(Shape(extents.data(), static_cast<int64_t>(extents.size())),
                      stored.at("values").get<std::vector<Real>>());
}

/// The largest difference from a stored tensor, as a part of its largest number; compared in double.
inline double relative_error(const Tensor& got, const nlohmann::json& stored) {
  const auto wanted = stored.at("values").get<std::vector<double>>();
  REQUIRE(got.shape().text() == reference_tensor(stored).shape().text());
  double largest = 0, difference = 0;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const double error = std::abs(static_cast<double>(got[static_cast<int64_t>(i)]) - wanted[i]);
    difference = error <= difference ? difference : error;  // a NaN stays
    largest = std::max(largest, std::abs(wanted[i]));
  }
  REQUIRE(largest > 0);
  return difference / largest;
}

/// How far a single op may be from PyTorch's double: rounding, and in float that of every input.
inline constexpr double kReferenceTolerance = sizeof(Real) == 8 ? 1e-10 : 1e-5;

}  // namespace onefold
