#pragma once

#include <array>
#include <cstdint>

#include "layers/labs/onnx_model.h"
#include "layers/labs/vgg_variant.h"
#include "layers/models/vgg.h"

namespace onefold {

/// The images that an exported network gets: their size, and how their pixels, divided by 255, are normalised.
struct OnnxImages {
  int64_t height = 32, width = 32;
  std::array<double, 3> mean = {0, 0, 0};
  std::array<double, 3> deviation = {1, 1, 1};
};

/// A network of this variant in evaluation mode, in training or folded form, as an ONNX graph: "images" [N, 3, H, W],
/// pixels from 0 to 255, to "logits" [N, classes]. Every branch of a block is shown as it is: a convolution is a Conv,
/// a batch norm a BatchNormalization; a composed kernel is stored with its values, and any other linear piece as the
/// depthwise convolution that it computes, or as the factor per channel.
/// Throws FoldError, naming block and layer, in training mode, for a block that is not linear up to its ReLU, for
/// padding with values other than zero, and for a weight that is NaN or infinite.
OnnxModel onnx_network(Vgg& network, const VggVariant& variant, const OnnxImages& images);

}  // namespace onefold
