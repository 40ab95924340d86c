#include "examples/support/fold_record.h"

#include <cmath>
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/check.h"

namespace onefold {

using Json = nlohmann::json;

namespace {

double five_digits(double value) {
  if (!std::isfinite(value)) return value;
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.4e", value);
  return std::stod(digits);
}

/// Throws Error unless there is something to draw. (Beside an extent of 0 the others could be anything.)
void check_pictured(const PicturedKernel& kernel) {
  const Shape& filters = kernel.filters.shape();
  const Shape& magnitude = kernel.mean_magnitude.shape();
  check(filters.rank() == 4 && filters.size() > 0, "filters of ", kernel.name, " have shape ", filters,
        ", [R S inputs outputs] is needed");
  check(magnitude == Shape({filters[0], filters[1]}), "the mean magnitude of ", kernel.name, " has shape ", magnitude,
        ", [R S] of the filters ", filters, " is needed");
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

FoldRecord fold_record_from_json(const Json& json) {
  FoldRecord record = json.get<FoldRecord>();
  for (const auto* kernels : {&record.trained_kernels, &record.scaled_kernels, &record.folded_kernel}) {
    for (const PicturedKernel& kernel : *kernels) check_pictured(kernel);
  }
  for (const FormTimes& time : record.times) {
    check(time.batch >= 1 && time.batch <= 1'000'000'000 && time.before >= 1e-9 && time.after >= 1e-9,
          "times of a batch of ", time.batch, " are ", time.before, " and ", time.after,
          " s; a batch has 1 to 10^9 images, and takes time");
  }
  check(!record.folded_kernel.empty(), "folded_kernel is empty, at least one kernel is needed");
  return record;
}

}  // namespace onefold
