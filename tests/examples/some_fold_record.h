#pragma once

#include <nlohmann/json.hpp>

#include "core/random.h"
#include "examples/folding/fold_record.h"

namespace onefold {

/// A small record with all that it can have.
inline FoldRecord some_record() {
  FoldRecord record;
  record.net = "tiny";
  record.dataset = "Shapes10";
  record.block = "stages.1.0";
  record.network_steps = {{.title = "the trained network", .parameters = 331082},
                          {.title = "branches gone", .parameters = 296218, .interior = 1.5e-6}};
  const Tensor filters = random_normal({3, 3, 2, 2}, Random(1, 1)), map = Tensor::full({3, 3}, Real(0.5));
  record.blocks = {
      {.name = "stages.0.0",
       .description = "RepVggBlock 3 -> 16",
       .before = {.parameters = 544, .multiply_adds = 491520, .convolutions = 2, .element_wise = 49152},
       .after = {.parameters = 448, .multiply_adds = 442368, .convolutions = 1},
       .shares = {{"3x3", 0.75}, {"1x1", 0.25}},
       .steps = {{.title = "a trained block", .parameters = 544}},
       .kernels = {{{"3x3", filters, map}}, {{"3x3", filters, map}, {"1x1", filters, map}}, {{"sum", filters, map}}},
       .times = {{.batch = 128, .before = 0.012, .after = 0.008}}},
      {.name = "stages.1.0",
       .description = "RepVggBlock 16 -> 16",
       .before = {.parameters = 2656, .multiply_adds = 2621440, .convolutions = 2, .element_wise = 65536},
       .after = {.parameters = 2320, .multiply_adds = 2359296, .convolutions = 1},
       .interior = 1.5e-6,
       .border = 1e-6,
       .shares = {{"3x3", 0.5}, {"identity", 0.5}},
       .steps = {{.title = "the trained block", .parameters = 2656},
                 {.title = "branches gone", .parameters = 2320, .interior = 1.5e-6, .border = 1e-6}},
       .kernels = {{{"3x3", filters, map}},
                   {{"3x3", filters, map}, {"identity", filters, map}},
                   {{"sum", filters, map}}},
       .times = {{.batch = 128, .before = 0.015, .after = 0.01}}}};
  record.before = {.parameters = 331082,
                   .multiply_adds = 18844160,
                   .convolutions = 18,
                   .batch_norms = 23,
                   .additions = 14,
                   .element_wise = 250112};
  record.after = {.parameters = 296218, .multiply_adds = 16960000, .convolutions = 9, .element_wise = 4352};
  record.proof = {.images = 2000, .equal = 2000, .largest_difference = 1e-5, .largest_logit = 10};
  record.times = {{.batch = 128, .before = 0.03, .after = 0.02}};
  return record;
}

/// What an earlier version wrote: one block's steps and kernels, and no counts or times of blocks.
inline nlohmann::json record_of_before() {
  nlohmann::json json = to_json(some_record());
  const nlohmann::json shown = json["blocks"][1];
  json["block_description"] = shown["description"];
  json["block_steps"] = shown["steps"];
  json["trained_kernels"] = shown["kernels"]["trained"];
  json["scaled_kernels"] = shown["kernels"]["scaled"];
  json["folded_kernel"] = shown["kernels"]["folded"];
  for (nlohmann::json& block : json["blocks"]) {
    block["parameters_before"] = block["before"]["parameters"];
    block["parameters_after"] = block["after"]["parameters"];
    for (const char* key : {"before", "after", "steps", "kernels", "times"}) block.erase(key);
  }
  for (const char* form : {"before", "after"}) json[form].erase("element_wise");
  return json;
}

}  // namespace onefold
