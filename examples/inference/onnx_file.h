#pragma once

#include <cstdint>
#include <filesystem>

#include "examples/training/networks.h"
#include "layers/labs/onnx_model.h"

namespace onefold {

/// Writes a network, in either form, as an ONNX file for images of this size, atomically, and returns what was written:
/// pixels from 0 to 255 in, logits out, the card as its metadata. See layers/labs/onnx_network.h.
/// Throws Error if the file cannot be written, and FoldError if ONNX cannot express a layer; then nothing is written.
OnnxModel save_onnx(const std::filesystem::path& file, Vgg& network, const ModelCard& card, int64_t height,
                    int64_t width);

}  // namespace onefold
