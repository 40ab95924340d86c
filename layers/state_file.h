#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "layers/module.h"

namespace onefold {

// A model's state in a .safetensors file that other tools can load. The file uses the common layouts, OIHW and OI;
// memory uses [R, S, C, K] and [C, K]. Only these functions convert between them.

/// Convert a state to the file's layout, and back. Tensors of rank 4 are convolution weights, tensors of rank 2 are
/// linear weights; all others are unchanged.
std::map<std::string, Tensor> to_file_layout(const std::map<std::string, Tensor>& state);
std::map<std::string, Tensor> from_file_layout(const std::map<std::string, Tensor>& tensors);

/// Writes all parameters and buffers, and metadata such as {"net", "mini"}, {"form", "folded"}. An existing file stays
/// intact until the new one is complete. Throws Error that names the file.
void save_model(const std::filesystem::path& path, Module& module,
                const std::map<std::string, std::string>& metadata = {});

/// Loads a state of exactly this network, bit for bit, and returns the file's metadata. On any mismatch nothing is
/// loaded, and the Error has the state_differences(). PyTorch's counters, named "*.num_batches_tracked", are ignored.
std::map<std::string, std::string> load_model(const std::filesystem::path& path, Module& module);

}  // namespace onefold
