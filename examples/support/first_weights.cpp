#include "examples/support/first_weights.h"

#include "core/check.h"
#include "datasets/data_loader.h"

namespace onefold {

namespace {

constexpr int64_t kImages = 500;

/// The first images, normalised, in one batch.
Tensor some_images(const Dataset& train, const ChannelNormalization& normalization) {
  const Dataset first = first_images(train, kImages);
  DataLoader loader(first, {.batch_size = first.size(), .normalization = normalization});
  loader.start_epoch(0);
  return loader.next()->images;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

void fit_whitening(RepVgg& network, const Dataset& train, const ChannelNormalization& normalization) {
  if (network.whitening() != nullptr) network.whitening()->fit(some_images(train, normalization));
}

SavedNetwork to_fine_tune(SavedNetwork saved, const std::filesystem::path& file, const Dataset& train) {
  check(saved.card.classes == train.classes, file.string(), ": this network knows ", listed(saved.card.classes),
        "; the training images are of ", listed(train.classes), ". Fine-tune it on its own classes, in that order");
  if (saved.card.form == "folded") {
    saved.network = saved.network->unfold_network(some_images(train, saved.card.normalization));
    saved.card.form = "training";
    saved.card.reparam = saved.network->size().family;
  }
  return saved;
}

}  // namespace onefold
