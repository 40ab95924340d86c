#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "datasets/dataset.h"

namespace onefold {

/// The folder of the official CIFAR-10 binary files: `dir` or `dir`/cifar-10-batches-bin, whichever holds at least one
/// of the files; an empty path if neither does.
std::filesystem::path find_cifar10(const std::filesystem::path& dir);

/// A line that says which other form of CIFAR-10, or CIFAR-100, is in `dir` and which file is expected instead; empty
/// if no known form is found.
std::string other_form_of_cifar10(const std::filesystem::path& dir);

/// Reads the official binary version (Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009;
/// https://www.cs.toronto.edu/~kriz/cifar.html, "Binary version"): data_batch_1.bin to data_batch_5.bin and
/// test_batch.bin of 10,000 records each, with class names in batches.meta.txt. A record is one label byte, then
/// 32 x 32 bytes each of red, green and blue; here it becomes [H, W, C].
///
/// `dir` is the folder of the files or its parent. Throws Error, naming the file, if a file is missing, empty,
/// truncated or too long, a label is above 9 (naming the record), or there are not exactly ten class names.
DatasetSplits load_cifar10(const std::filesystem::path& dir);

/// Bytes per record: a label and three planes of 32 x 32.
inline constexpr int64_t kCifar10RecordBytes = 1 + 3 * 32 * 32;

/// Appends the images and labels of whole records, the contents of the file at `path`, which error messages name.
/// Throws Error for an incomplete record and for a label above 9, and leaves the dataset unchanged.
void append_cifar10_records(const std::filesystem::path& path, std::span<const uint8_t> bytes, Dataset& dataset);

/// The ten class names in the text of the file at `path`, one per line. Throws Error for any other number of them.
std::vector<std::string> parse_cifar10_classes(const std::filesystem::path& path, const std::string& text);

}  // namespace onefold
