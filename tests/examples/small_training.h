#pragma once

#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/check.h"
#include "datasets/shapes10.h"
#include "examples/training/trainer.h"
#include "layers/families/families.h"
#include "layers/labs/vgg_variant.h"

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

/// The same five stages with so few channels that a step takes a millisecond or two.
inline VggVariant narrow(const std::string& family = "repvgg") {
  return {.size = {.name = "narrow", .depths = {1, 1, 1, 1, 1}, .widths = {8, 8, 8, 16, 16}}, .family = family};
}

/// The families that have room in a whole network: the blocks of some add to what they are given, which needs as many
/// channels out as in.
inline std::vector<std::string> families_of_networks() {
  std::vector<std::string> names = family_names();
  std::erase_if(names, [](const std::string& name) {
    Initializer initializer(0);
    try {
      make_repvgg(narrow(name), 10, initializer);
    } catch (const Error&) {
      return true;
    }
    return false;
  });
  return names;
}

/// A small network in training, on 3 batches of Shapes10 and a bit, or on other images.
struct Training {
  explicit Training(const TrainerOptions& chosen = options(), const VggVariant& variant = vgg_variant("tiny"),
                    int64_t image_count = kSteps * kBatch + 2)
      : epochs(chosen.epochs), images(shapes10(1, image_count, 1).train), made(make_repvgg(variant, 10, initializer)),
        trainer(network, images, {{0.5, 0.5, 0.5}, {0.25, 0.25, 0.25}}, chosen) {}

  int64_t epochs;
  Dataset images;
  Initializer initializer{7};
  std::unique_ptr<RepVgg> made;
  RepVgg& network = *made;
  Trainer trainer;

  int64_t steps_in_all() const { return epochs * trainer.steps_per_epoch(); }
  int64_t steps_done() const { return trainer.position().epoch * trainer.steps_per_epoch() + trainer.position().step; }

  /// Trains until `steps` steps are done in all, or to the end; calls after_step() after each.
  void train_to(int64_t steps, const std::function<void()>& after_step = {}) {
    struct Stop {};
    const auto stop = [&](const Position&) {
      if (after_step) after_step();
      if (steps_done() >= steps) throw Stop();
    };
    try {
      while (trainer.position().epoch < epochs && steps_done() < steps) {
        trainer.train_epoch(stop);
        trainer.next_epoch();
      }
    } catch (const Stop&) {
    }
  }
  void train_to_end(const std::function<void()>& after_step = {}) { train_to(steps_in_all() + 1, after_step); }
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
