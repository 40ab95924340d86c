#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "datasets/dataset.h"

namespace CLI {
class App;
}

namespace onefold {

/// Which images a program works on.
struct DataOptions {
  std::string dataset = "auto";         // "auto", "cifar10" or "shapes10"
  std::optional<std::string> data_dir;  // see datasets/load_dataset.h
  int64_t limit_train = 0;              // so many images at most; 0 is all
  int64_t limit_test = 0;
};

/// --dataset, --data-dir and --limit-test. (--limit-train is for programs that train.)
void add_data_options(CLI::App& app, DataOptions& options);

/// Images and what they are.
struct DataSource {
  std::string kind;  // "cifar10", "shapes10" or "images" (a folder of class folders)
  DatasetSplits splits;
  ChannelNormalization normalization;  // of the training images
};

/// Loads what the options ask for. "auto" is whatever lies in the data folder, CIFAR-10 or images in class folders;
/// where no folder was named and the usual one holds nothing, it is Shapes10, which is drawn, not loaded.
/// Throws Error, with the remedy, for data that is missing or broken.
DataSource load_data(const DataOptions& options);

}  // namespace onefold
