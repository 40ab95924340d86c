#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "datasets/dataset.h"

namespace onefold {

/// The folder where data is looked for: the option --data-dir if given, else the environment variable ONEFOLD_DATA_DIR
/// if set, else ~/.cache/onefold ($XDG_CACHE_HOME/onefold if that is set), where download_cifar10.sh puts the data.
/// It need not exist. Throws Error where the option is empty, or where there is no home folder either.
std::filesystem::path find_data_dir(const std::optional<std::string>& option);

/// Whether `dir` holds data in a form that load_dataset recognises. (Loading may still find fault with it.)
bool has_dataset(const std::filesystem::path& dir);

/// Loads what is in `dir`, whose form is recognised by looking: the CIFAR-10 binary files, there or in
/// cifar-10-batches-bin below (cifar10.h), or images in class folders (image_folder.h).
/// Throws Error where there is neither, saying what was looked for, where, and the remedies.
DatasetSplits load_dataset(const std::filesystem::path& dir);

}  // namespace onefold
