#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "datasets/dataset.h"

namespace onefold {

/// Bytes per record: a label and three planes of 32 x 32.
inline constexpr int64_t kCifar10RecordBytes = 1 + 3 * 32 * 32;

/// Appends the images and labels of whole records, the contents of the file at `path`, which error messages name.
/// Throws Error for an incomplete record and for a label above 9, and leaves the dataset unchanged.
void append_cifar10_records(const std::filesystem::path& path, std::span<const uint8_t> bytes, Dataset& dataset);

/// The ten class names in the text of the file at `path`, one per line. Throws Error for any other number of them.
std::vector<std::string> parse_cifar10_classes(const std::filesystem::path& path, const std::string& text);

/// The remedy that an error message gives for an invalid file.
std::string cifar10_remedy(const std::filesystem::path& path);

/// The command that downloads the missing files.
std::string fetching_cifar10(const std::filesystem::path& path);

}  // namespace onefold
