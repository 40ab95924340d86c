#pragma once

#include <filesystem>
#include <string>

#include "datasets/dataset.h"

namespace onefold {

/// The folder of the official CIFAR-10 binary files for `dir`: `dir` itself or `dir`/cifar-10-batches-bin, whichever
/// holds at least one of the files; an empty path where neither does.
std::filesystem::path find_cifar10(const std::filesystem::path& dir);

/// A line on what of CIFAR-10, or of CIFAR-100, is in `dir` instead of the binary files, and which file is needed; empty
/// where nothing is known.
std::string other_form_of_cifar10(const std::filesystem::path& dir);

/// Reads the official binary form (Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009;
/// https://www.cs.toronto.edu/~kriz/cifar.html, "Binary version"): data_batch_1.bin to data_batch_5.bin and
/// test_batch.bin of 10,000 records each, class names in batches.meta.txt. A record is one label byte, then 32 x 32
/// bytes of red, of green and of blue; here it becomes [H, W, C].
///
/// `dir` is the folder of the files or its parent. Throws Error naming the file for a missing, empty, truncated or
/// overlong one, for a label above 9 (with its record), and for anything but ten class names.
DatasetSplits load_cifar10(const std::filesystem::path& dir);

}  // namespace onefold
