#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "datasets/dataset.h"

namespace onefold {

/// The folder to search for data: the option --data-dir if given, else the environment variable ONEFOLD_DATA_DIR if
/// set, else ~/.cache/onefold ($XDG_CACHE_HOME/onefold if that is set), where download_cifar10.sh puts the data.
/// It need not exist. Throws Error if the option is empty or no home folder is known.
std::filesystem::path find_data_dir(const std::optional<std::string>& option);

/// Whether `dir` holds data in a format that load_dataset recognises. (Loading may still fail.)
bool has_dataset(const std::filesystem::path& dir);

/// Loads the data in `dir` and detects its format: the CIFAR-10 binary files, in `dir` or in cifar-10-batches-bin below
/// it (cifar10.h), or images in class folders (image_folder.h).
/// Throws Error if neither is found, saying what it looked for and where, and what to do.
DatasetSplits load_dataset(const std::filesystem::path& dir);

}  // namespace onefold
