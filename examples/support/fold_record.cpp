#include "examples/support/fold_record.h"

#include <cmath>
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>

namespace onefold {

using Json = nlohmann::json;

namespace {

double five_digits(double value) {
  if (!std::isfinite(value)) return value;
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.4e", value);
  return std::stod(digits);
}

}  // namespace

// JSON has no tensors: they become {"shape": [...], "values": [...]}.
void to_json(Json& json, const Tensor& tensor) {
  std::vector<int64_t> extents;
  for (int axis = 0; axis < tensor.shape().rank(); ++axis) extents.push_back(tensor.shape()[axis]);
  std::vector<double> values;
  for (int64_t i = 0; i < tensor.size(); ++i) values.push_back(five_digits(tensor[i]));
  json = {{"shape", extents}, {"values", values}};
}

void from_json(const Json& json, Tensor& tensor) {
  const auto extents = json.at("shape").get<std::vector<int64_t>>();
  std::vector<Real> values;
  // A number that is not finite is null in JSON.
  for (const Json& value : json.at("values")) {
    values.push_back(value.is_null() ? std::numeric_limits<Real>::quiet_NaN() : value.get<Real>());
  }
  tensor = Tensor::from(Shape(extents.data(), static_cast<int64_t>(extents.size())), values);
}

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PicturedKernel, name, filters, mean_magnitude)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(FoldRow, title, parameters, convolutions, batch_norms, additions, interior, border)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BranchShare, branch, share)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(FoldedBlockRow, name, description, parameters_before, parameters_after, interior,
                                   border, largest_output, shares)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Counts, parameters, multiply_adds, convolutions, batch_norms, additions)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(FormTimes, batch, before, after)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(FoldProof, images, equal, largest_difference, largest_logit, accuracy_before,
                                   accuracy_after)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(FoldRecord, net, dataset, reparam, block, block_description, block_images,
                                   block_steps, trained_kernels, scaled_kernels, folded_kernel, network_steps, blocks,
                                   before, after, proof, times, threads, machine)

Json to_json(const FoldRecord& record) {
  Json json;
  to_json(json, record);
  return json;
}

FoldRecord fold_record_from_json(const Json& json) { return json.get<FoldRecord>(); }

}  // namespace onefold
