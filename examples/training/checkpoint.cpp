#include "examples/training/checkpoint.h"

#include <cmath>
#include <limits>
#include <string>

#include "core/check.h"
#include "core/files/safetensors.h"
#include "examples/cli/program.h"
#include "examples/cli/text_file.h"

namespace onefold {

namespace {

using nlohmann::ordered_json;

constexpr double kLargest = std::numeric_limits<double>::max();  // no limit

const std::string kNetwork = "network.";
const std::string kOptimizer = "optimizer.";

ordered_json to_json(const Position& position) {
  return {{"epoch", position.epoch},
          {"step", position.step},
          {"images", position.images},
          {"correct", position.correct},
          {"loss_sum", position.loss_sum},
          {"seconds", position.seconds},
          {"wait_seconds", position.wait_seconds}};
}

/// A count: a whole number, not a fraction that would be truncated, from 0 to the maximum that JSON holds exactly.
int64_t to_count(const ordered_json& json) {
  constexpr uint64_t kMost = uint64_t{1} << 53;
  check(json.is_number_unsigned() && json.get<uint64_t>() < kMost, "a count must be a whole number of at least 0, got ",
        json.is_number() ? json.dump() : json.type_name());
  return json.get<int64_t>();
}

Position to_position(const ordered_json& json) {
  const Position position{.epoch = to_count(json.at("epoch")),
                          .step = to_count(json.at("step")),
                          .images = to_count(json.at("images")),
                          .correct = to_count(json.at("correct")),
                          .loss_sum = json.at("loss_sum").get<double>(),
                          .seconds = json.at("seconds").get<double>(),
                          .wait_seconds = json.at("wait_seconds").get<double>()};
  check(position.correct <= position.images, position.correct, " of ", position.images, " images cannot be correct");
  return position;
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const TrainerState& state, const ordered_json& about) {
  SafetensorsFile file;
  for (const auto& [name, tensor] : state.network) file.tensors[kNetwork + name] = tensor;
  for (const auto& [name, tensor] : state.optimizer) file.tensors[kOptimizer + name] = tensor;
  for (const auto& [name, tensor] : file.tensors) {
    if (!std::isfinite(max_abs(tensor))) {
      throw NonFiniteLoss(name + " holds a value that is not finite after epoch " +
                          std::to_string(state.position.epoch) + "; " +
                          smaller_rate_advice(state.optimizer.contains("muon.momentum.0")));
    }
  }
  file.metadata = {{"position", to_json(state.position).dump()}, {"about", about.dump()}};
  save_safetensors(path, file);
}

Checkpoint load_checkpoint(const std::filesystem::path& path) {
  const SafetensorsFile file = load_safetensors(path);
  Checkpoint checkpoint;
  try {
    checkpoint.state.position = to_position(parse_json(file.metadata.at("position"), kLargest));
    checkpoint.about = parse_json(file.metadata.at("about"), kLargest);
    check(checkpoint.about.is_object(), "\"about\" must be an object");
  } catch (const std::exception& error) {
    fail(path.string(), ": is not a checkpoint of train_cifar10 (", error.what(), "); start again with --overwrite");
  }
  for (const auto& [name, tensor] : file.tensors) {
    if (name.starts_with(kNetwork))
      checkpoint.state.network[name.substr(kNetwork.size())] = tensor;
    else if (name.starts_with(kOptimizer))
      checkpoint.state.optimizer[name.substr(kOptimizer.size())] = tensor;
  }
  return checkpoint;
}

}  // namespace onefold
