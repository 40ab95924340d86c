#include "examples/inference/onnx_file.h"

#include "core/files/atomic_file.h"
#include "layers/labs/onnx_network.h"
#include "onefold/version.h"

namespace onefold {

OnnxModel save_onnx(const std::filesystem::path& file, Vgg& network, const ModelCard& card, int64_t height,
                    int64_t width) {
  const OnnxImages images{height, width, card.normalization.mean, card.normalization.deviation};
  OnnxModel model = onnx_network(network, vgg_variant(card.net, card.reparam), images);
  write_file_atomically(file, model.bytes(network.type(), ONEFOLD_VERSION, to_metadata(card)));
  return model;
}

}  // namespace onefold
