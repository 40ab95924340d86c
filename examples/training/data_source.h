#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "datasets/dataset.h"
#include "examples/training/networks.h"

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

/// The folder that every program loads its data from, or none for Shapes10, which is drawn. The first that applies:
///
///   --dataset shapes10        none; with --data-dir, which nothing would be read from, throws UsageError
///   --data-dir DIR            DIR, whatever is in it: a folder that is named is used, or loading it is an error
///   `trained_on` "shapes10"   none: a saved network's own data, if --dataset does not say otherwise
///   ONEFOLD_DATA_DIR          that folder: a default place to look, not an order, so all of the above comes first; but
///                             no other data stands in for what it lacks
///   ~/.cache/onefold          that folder, or none if it holds no data and --dataset is "auto"
std::optional<std::filesystem::path> data_folder(const DataOptions& options, const std::string& trained_on = {});

/// Loads what the options ask for, from data_folder(): "auto" is whatever lies there, CIFAR-10 or images in class
/// folders. Throws Error, with the remedy, for data that is missing or broken.
DataSource load_data(const DataOptions& options, const std::string& trained_on = {});

/// Training and test images for a saved network: where the options do not say which, those of the data that it was
/// trained on. Throws Error, with the remedy, where their classes are not the network's.
DatasetSplits load_splits(const DataOptions& options, const ModelCard& card);

/// The test images alone.
Dataset load_test_images(DataOptions options, const ModelCard& card);

}  // namespace onefold
