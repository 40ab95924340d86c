#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "examples/training/trainer.h"

namespace onefold {

/// Writes the state of a training run to one .safetensors file, atomically: network.*, optimizer.*, and in the metadata
/// the position and `about`, what the program needs to resume. Tensors keep their layout in memory. Throws
/// NonFiniteLoss, and leaves the last good checkpoint, if a value of the state is NaN or infinite.
void save_checkpoint(const std::filesystem::path& path, const TrainerState& state, const nlohmann::ordered_json& about);

/// A checkpoint's state and what the program stored with it.
struct Checkpoint {
  TrainerState state;
  nlohmann::ordered_json about;
};

/// Throws Error, naming the file, if it cannot be read or is not a checkpoint.
Checkpoint load_checkpoint(const std::filesystem::path& path);

}  // namespace onefold
