#include "examples/support/fit_whitening.h"

#include "datasets/data_loader.h"

namespace onefold {

void fit_whitening(RepVgg& network, const Dataset& train, const ChannelNormalization& normalization) {
  constexpr int64_t kImages = 500;
  if (network.whitening() == nullptr) return;
  const Dataset first = first_images(train, kImages);
  DataLoader loader(first, {.batch_size = first.size(), .normalization = normalization});
  loader.start_epoch(0);
  network.whitening()->fit(loader.next()->images);
}

}  // namespace onefold
