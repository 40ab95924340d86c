#include "examples/support/first_weights.h"

#include "datasets/data_loader.h"

namespace onefold {

Tensor first_batch(const Dataset& train, const ChannelNormalization& normalization) {
  constexpr int64_t kImages = 500;
  return all_images(first_images(train, kImages), normalization);
}

void fit_whitening(RepVgg& network, const Dataset& train, const ChannelNormalization& normalization) {
  if (network.whitening() != nullptr) network.whitening()->fit(first_batch(train, normalization));
}

}  // namespace onefold
