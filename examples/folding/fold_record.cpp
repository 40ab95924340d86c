#include "examples/folding/fold_record.h"

#include <algorithm>
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

/// Throws Error unless there is something to draw. (If one extent is 0, the others could be anything.)
void check_pictured(const PicturedKernel& kernel) {
  const Shape& filters = kernel.filters.shape();
  const Shape& magnitude = kernel.mean_magnitude.shape();
  check(filters.rank() == 4 && filters.size() > 0, "filters of ", kernel.name, " have shape ", filters,
        ", [R S inputs outputs] is needed");
  check(magnitude == Shape({filters[0], filters[1]}), "the mean magnitude of ", kernel.name, " has shape ", magnitude,
        ", [R S] of the filters ", filters, " is needed");
}

void check_times(const std::vector<FormTimes>& times) {
  for (const FormTimes& time : times) {
    check(time.batch >= 1 && time.batch <= 1'000'000'000 && time.before >= 1e-9 && time.after >= 1e-9,
          "times of a batch of ", time.batch, " are ", time.before, " and ", time.after,
          " s; a batch has 1 to 10^9 images, and takes time");
  }
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
  // A value that is not finite is null in JSON.
  for (const Json& value : json.at("values")) {
    values.push_back(value.is_null() ? std::numeric_limits<Real>::quiet_NaN() : value.get<Real>());
  }
  tensor = Tensor::from(Shape(extents.data(), static_cast<int64_t>(extents.size())), values);
}

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PicturedKernel, name, filters, mean_magnitude)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(FoldRow, title, parameters, convolutions, batch_norms, additions, interior, border)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BranchShare, branch, share)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Counts, parameters, multiply_adds, convolutions, batch_norms, additions,
                                   element_wise)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(FormTimes, batch, before, after)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BlockKernels, trained, scaled, folded)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(FoldedBlockRow, name, description, before, after, interior, border, largest_output,
                                   shares, steps, kernels, times)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(FoldProof, images, equal, largest_difference, largest_logit, accuracy_before,
                                   accuracy_after)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(FoldRecord, net, dataset, reparam, block, block_images, network_steps, blocks,
                                   before, after, proof, times, threads, machine)

namespace {

/// A block of a file from an earlier version, in today's format.
Json block_of_today(const Json& block, const Json& file) {
  FoldedBlockRow row;
  block.at("name").get_to(row.name);
  block.at("description").get_to(row.description);
  block.at("parameters_before").get_to(row.before.parameters);
  block.at("parameters_after").get_to(row.after.parameters);
  block.at("interior").get_to(row.interior);
  block.at("border").get_to(row.border);
  block.at("largest_output").get_to(row.largest_output);
  block.at("shares").get_to(row.shares);
  if (row.name == file.at("block").get<std::string>()) {
    file.at("block_steps").get_to(row.steps);
    file.at("trained_kernels").get_to(row.kernels.trained);
    file.at("scaled_kernels").get_to(row.kernels.scaled);
    file.at("folded_kernel").get_to(row.kernels.folded);
  }
  return row;
}

Json file_of_today(Json json) {
  if (!json.contains("block_steps")) return json;
  for (Json& block : json.at("blocks")) block = block_of_today(block, json);
  for (const char* form : {"before", "after"}) json.at(form).emplace("element_wise", 0);
  return json;
}

}  // namespace

const FoldedBlockRow& FoldRecord::shown_block() const {
  const auto shown = std::find_if(blocks.begin(), blocks.end(), [&](const auto& each) { return each.name == block; });
  check(shown != blocks.end(), "the record of a fold has no block \"", block, "\"");
  return *shown;
}

Json to_json(const FoldRecord& record) { return record; }
Json to_json(const FoldedBlockRow& row) { return row; }
Json to_json(const PicturedKernel& kernel) { return kernel; }

FoldRecord fold_record_from_json(const Json& json) {
  const auto record = file_of_today(json).get<FoldRecord>();
  for (const FoldedBlockRow& block : record.blocks) {
    for (const auto* kernels : {&block.kernels.trained, &block.kernels.scaled, &block.kernels.folded}) {
      for (const PicturedKernel& kernel : *kernels) check_pictured(kernel);
    }
    check_times(block.times);
  }
  check_times(record.times);
  check(record.blocks.empty() || !record.shown_block().kernels.folded.empty(), "block ", record.block,
        " has no folded kernel, at least one is needed");
  return record;
}

}  // namespace onefold
