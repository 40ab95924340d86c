#include "examples/training/first_weights.h"

#include "datasets/data_loader.h"
#include "layers/labs/whitening.h"

namespace onefold {

Tensor first_batch(const Dataset& train, const ChannelNormalization& normalization) {
  constexpr int64_t kImages = 500;
  return all_images(first_images(train, kImages), normalization);
}

void fit_whitening(Vgg& network, const Dataset& train, const ChannelNormalization& normalization) {
  auto* whitening = dynamic_cast<Whitening*>(network.whitening());
  if (whitening != nullptr) whitening->fit(first_batch(train, normalization));
}

}  // namespace onefold
