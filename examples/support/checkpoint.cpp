#include "examples/support/checkpoint.h"

#include <cmath>
#include <string>

#include "core/check.h"
#include "core/safetensors.h"
#include "examples/support/program.h"

namespace onefold {

namespace {

using nlohmann::ordered_json;

const std::string kNetwork = "network.";
const std::string kOptimizer = "optimizer.";

ordered_json to_json(const Position& position) {
  return {{"epoch", position.epoch},       {"step", position.step},         {"images", position.images},
          {"correct", position.correct},   {"loss_sum", position.loss_sum}, {"seconds", position.seconds},
          {"wait_seconds", position.wait_seconds}};
}

Position to_position(const ordered_json& json) {
  return {.epoch = json.at("epoch"),       .step = json.at("step"),         .images = json.at("images"),
          .correct = json.at("correct"),   .loss_sum = json.at("loss_sum"), .seconds = json.at("seconds"),
          .wait_seconds = json.at("wait_seconds")};
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const TrainerState& state, const ordered_json& about) {
  SafetensorsFile file;
  for (const auto& [name, tensor] : state.network) file.tensors[kNetwork + name] = tensor;
  for (const auto& [name, tensor] : state.optimizer) file.tensors[kOptimizer + name] = tensor;
  for (const auto& [name, tensor] : file.tensors) {
    if (!std::isfinite(max_abs(tensor))) {
      throw NonFiniteLoss(name + " holds a number that is not finite after epoch " +
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
    checkpoint.state.position = to_position(ordered_json::parse(file.metadata.at("position")));
    checkpoint.about = ordered_json::parse(file.metadata.at("about"));
  } catch (const std::exception&) {
    fail(path.string(), ": is not a checkpoint of train_cifar10; begin anew with --overwrite");
  }
  for (const auto& [name, tensor] : file.tensors) {
    if (name.starts_with(kNetwork)) checkpoint.state.network[name.substr(kNetwork.size())] = tensor;
    else if (name.starts_with(kOptimizer)) checkpoint.state.optimizer[name.substr(kOptimizer.size())] = tensor;
  }
  return checkpoint;
}

}  // namespace onefold
