#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "layers/module.h"

namespace onefold {

// A model's state in a .safetensors file that other tools load as it is. The file has the world's layout, weights as
// OIHW and OI; memory has ours, [R, S, C, K] and [C, K]. Here, and nowhere else, one becomes the other.

/// A state in the file's layout, and back: tensors of four dimensions are convolution weights, of two linear weights,
/// and all others stay as they are.
std::map<std::string, Tensor> to_file_layout(const std::map<std::string, Tensor>& state);
std::map<std::string, Tensor> from_file_layout(const std::map<std::string, Tensor>& tensors);

/// Writes all parameters and buffers, and what else the file should say of itself: {"net", "mini"}, {"form", "folded"}.
/// The old file stays whole until the new one is. Throws Error that names the file.
void save_model(const std::filesystem::path& path, Module& module,
                const std::map<std::string, std::string>& metadata = {});

/// Loads a state of this very network, bit by bit, and returns what the file says of itself. On any mismatch nothing is
/// loaded, and the Error lists every missing name, every unexpected one and every other shape, and the prefix if names
/// differ by one alone. PyTorch's counters, whose names end with ".num_batches_tracked", are ignored.
std::map<std::string, std::string> load_model(const std::filesystem::path& path, Module& module);

}  // namespace onefold
