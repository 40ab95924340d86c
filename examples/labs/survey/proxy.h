#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "examples/labs/survey/arena_training.h"
#include "examples/labs/survey/finished_runs.h"
#include "examples/labs/survey/short_training.h"
#include "layers/initializer.h"
#include "layers/sequential.h"

namespace onefold {

// What the labs share that rank many networks by the same short training, a proxy for the long one that they are for.

/// Settings of such a lab.
struct ProxySettings {
  ShortRecipe recipe;
  int64_t held_out = 0;  // images to search with, from those that training leaves
  DataOptions data;
  std::filesystem::path out;
  std::optional<std::filesystem::path> picture;
};

/// The options of a training, of its images, of the files, and --threads. --held-out is one of them if held_out > 0.
void add_proxy_options(CommandLine& line, ProxySettings& settings, const std::string& picture_of);

/// Trains networks, each once: their results stand in a file, and the same command goes on from there.
class Proxy {
 public:
  using Make = std::function<std::unique_ptr<Sequential>(int64_t classes, Initializer& initializer)>;

  /// Loads the images and the results so far, and catches signals to stop. Throws UsageError and Error as
  /// FinishedRuns does, and if there are too few images, or the picture could not be written.
  explicit Proxy(const ProxySettings& settings);

  /// "loss" of the last epoch, "accuracy" on test images, or "held_out" accuracy, of the network of this name with the
  /// weights and the order of images of this seed. NaN if the training diverged.
  double value(const std::string& what, const std::string& name, uint64_t seed, const Make& make);

  /// One image, [1, H, W, C].
  Shape image() const;

  /// "3 epochs of 2,000 images of CIFAR-10".
  std::string about() const;

 private:
  FinishedRuns::Result train(const std::string& name, uint64_t seed, const Make& make) const;

  ShortRecipe recipe_;
  ArenaImages images_;
  FinishedRuns runs_;
};

}  // namespace onefold
