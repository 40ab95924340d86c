#pragma once

#include <filesystem>

#include "datasets/dataset.h"

namespace onefold {

/// Whether `dir` has a folder train or test, which identifies a folder of images.
bool is_image_folder(const std::filesystem::path& dir);

/// Reads DIR/train/CLASS/*.png and DIR/test/CLASS/*.jpg: one folder per class, named after the class. The extensions
/// are png, jpg and jpeg in any case. Classes are sorted by name. Images are taken from all classes in turn, sorted by
/// name too, so the result never depends on the file system and the first images cover all classes. Skips hidden files
/// and folders, those that operating systems add (__MACOSX), files with other extensions and deeper folders. Images in
/// unsupported formats (.webp, .gif, ...) are counted in Dataset::left_out. Greyscale images and images with
/// transparency are converted to RGB. Files are decoded on all threads.
///
/// Throws Error, naming the folder or file and the remedy, if there are fewer than two classes, a class is in one split
/// only, a class has no images, a class name is not a line of UTF-8 text, a file is not a PNG or JPEG, or two images
/// differ in size.
DatasetSplits load_image_folder(const std::filesystem::path& dir);

}  // namespace onefold
