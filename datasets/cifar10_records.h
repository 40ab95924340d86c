#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "datasets/dataset.h"

namespace onefold {

/// Bytes of a record: a label and three planes of 32 x 32.
inline constexpr int64_t kCifar10RecordBytes = 1 + 3 * 32 * 32;

/// Appends the images and labels of whole records, the content of the file at `path`, which messages name.
/// Throws Error for a part of a record and for a label above 9, and leaves the dataset as it was.
void append_cifar10_records(const std::filesystem::path& path, std::span<const uint8_t> bytes, Dataset& dataset);

/// The ten class names, one a line, of the text at `path`. Throws Error for any other number of them.
std::vector<std::string> parse_cifar10_classes(const std::filesystem::path& path, const std::string& text);

/// What to do with a file that is not what it should be.
std::string cifar10_remedy(const std::filesystem::path& path);

/// The command that fetches what is missing.
std::string fetching_cifar10(const std::filesystem::path& path);

}  // namespace onefold
