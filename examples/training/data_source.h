#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "datasets/dataset.h"
#include "examples/cli/program.h"
#include "examples/training/networks.h"

namespace onefold {

/// Which images a program works on.
struct DataOptions {
  std::string dataset = "auto";         // "auto", "cifar10" or "shapes10"
  std::optional<std::string> data_dir;  // see datasets/load_dataset.h
  int64_t limit_train = 0;              // maximum number of images; 0 = all
  int64_t limit_test = 0;
};

/// --dataset, --data-dir and --limit-test.
void add_data_options(CommandLine& line, DataOptions& options);

/// --limit-train, for programs that train.
void add_limit_train_option(CommandLine& line, DataOptions& options);

/// Images and the kind of dataset that they are.
struct DataSource {
  std::string kind;  // "cifar10", "shapes10" or "images" (a folder of class folders)
  DatasetSplits splits;
  ChannelNormalization normalization;  // of the training images
};

/// The folder that every program loads its data from, or none for Shapes10, which is drawn. The first that applies:
///
///   --dataset shapes10        none; throws UsageError with --data-dir, from which nothing would be read
///   --data-dir DIR            DIR, whatever it holds: a folder named by the user is used, or loading it is an error
///   `trained_on` "shapes10"   none: a saved network's own data, unless --dataset says otherwise
///   ONEFOLD_DATA_DIR          that folder: a default, so everything above takes precedence; but no other data replaces
///                             what it lacks
///   ~/.cache/onefold          that folder, or none if it holds no data and --dataset is "auto"
std::optional<std::filesystem::path> data_folder(const DataOptions& options, const std::string& trained_on = {});

/// Loads what the options ask for, from data_folder(): "auto" is whatever it holds, CIFAR-10 or images in class
/// folders. Throws Error, with the remedy, if data is missing or broken.
DataSource load_data(const DataOptions& options, const std::string& trained_on = {});

/// Training and test images for a saved network: by default from the data that it was trained on. Throws Error, with
/// the remedy, if their classes are not the network's.
DatasetSplits load_splits(const DataOptions& options, const ModelCard& card);

/// Only the test images.
Dataset load_test_images(DataOptions options, const ModelCard& card);

}  // namespace onefold
