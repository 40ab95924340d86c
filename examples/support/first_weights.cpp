#include "examples/support/first_weights.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "datasets/data_loader.h"

namespace onefold {

namespace {

constexpr int64_t kImages = 500;

/// The first images, normalised, in one batch.
Tensor some_images(const Dataset& train, const ChannelNormalization& normalization) {
  return all_images(first_images(train, kImages), normalization);
}

/// A network that diverged, or has a negative variance, cannot go on.
void check_sound(RepVgg& network, const std::filesystem::path& file) {
  for (const auto& [name, tensor] : state(network)) {
    const auto is_sound = [variance = name.ends_with("running_var")](Real value) {
      return std::isfinite(value) && !(variance && value < 0);
    };
    check(std::all_of(tensor.data(), tensor.data() + tensor.size(), is_sound), file.string(), ": ", name,
          " holds a number that is not finite or a negative variance: the training diverged or the file is damaged, ",
          "take an earlier state");
  }
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
  check_sound(*saved.network, file);
  if (saved.card.form == "folded") {
    saved.network = saved.network->unfold_network(some_images(train, saved.card.normalization));
    saved.card.form = "training";
    saved.card.reparam = saved.network->size().family;
  }
  return saved;
}

}  // namespace onefold
