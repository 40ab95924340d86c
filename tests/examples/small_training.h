#pragma once

#include <cstring>
#include <map>
#include <string>

#include "datasets/shapes10.h"
#include "examples/support/trainer.h"
#include "layers/models/repvgg.h"

namespace onefold {

inline constexpr int64_t kEpochs = 2, kSteps = 3, kBatch = 4;

inline TrainerOptions options() {
  return {.epochs = kEpochs,
          .batch_size = kBatch,
          .learning_rate = 0.05,
          .label_smoothing = 0.1,
          .warmup_epochs = 0.5,
          .augment = standard_augmentation(),
          .seed = 3};
}

/// A tiny network in training, on 3 batches of Shapes10 and a bit.
struct Training {
  explicit Training(const TrainerOptions& chosen = options())
      : trainer(network, images, {{0.5, 0.5, 0.5}, {0.25, 0.25, 0.25}}, chosen) {}

  Dataset images = shapes10(1, kSteps * kBatch + 2, 1).train;
  Initializer initializer{7};
  RepVgg network{repvgg_size("tiny"), 10, initializer};
  Trainer trainer;

  /// Trains until `steps` steps are done in all, or to the end.
  void train_to(int64_t steps = kEpochs * kSteps) {
    struct Stop {};
    try {
      while (trainer.position().epoch < kEpochs) {
        const auto stop = [&](const Position& at) {
          if (at.epoch * kSteps + at.step >= steps) throw Stop();
        };
        if (trainer.position().epoch * kSteps + trainer.position().step >= steps) return;
        trainer.train_epoch(stop);
        trainer.next_epoch();
      }
    } catch (const Stop&) {
    }
  }
};

inline bool same_bits(const std::map<std::string, Tensor>& a, const std::map<std::string, Tensor>& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [name, tensor] : a) {
    const Tensor& other = b.at(name);
    const size_t bytes = static_cast<size_t>(tensor.size()) * sizeof(Real);
    if (tensor.shape() != other.shape() || std::memcmp(tensor.data(), other.data(), bytes) != 0) return false;
  }
  return true;
}

}  // namespace onefold
