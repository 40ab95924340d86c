#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "examples/training/trainer.h"

namespace onefold {

/// Writes a training's state to one .safetensors file, atomically: network.*, optimizer.*, and in the metadata the
/// position and what the program wants to know again when it resumes. Tensors stand in memory's layout.
/// Throws NonFiniteLoss, and leaves the last good checkpoint, where a number of the state is NaN or infinite.
void save_checkpoint(const std::filesystem::path& path, const TrainerState& state, const nlohmann::ordered_json& about);

/// A checkpoint's state and what the program stored beside it.
struct Checkpoint {
  TrainerState state;
  nlohmann::ordered_json about;
};

/// Throws Error, naming the file, for one that cannot be read or is no checkpoint.
Checkpoint load_checkpoint(const std::filesystem::path& path);

}  // namespace onefold
