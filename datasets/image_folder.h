#pragma once

#include <filesystem>

#include "datasets/dataset.h"

namespace onefold {

/// Whether `dir` has a folder train or test, which is how a folder of images is recognised.
bool is_image_folder(const std::filesystem::path& dir);

/// Reads DIR/train/CLASS/*.png and DIR/test/CLASS/*.jpg: a folder a class, named as the class; endings png, jpg and
/// jpeg in any case. Classes are in the order of their names; images come from all classes in turn, by name too, so the
/// result never depends on the file system and its first images are of all classes.
/// Hidden files and folders, those that systems add (__MACOSX), files with other endings and deeper folders are skipped;
/// pictures in formats that are not read (.webp, .gif, ...) are counted in Dataset::left_out. Grey images and images
/// with transparency become RGB. Files are decoded on all threads.
///
/// Throws Error naming the folder or file, with the remedy: fewer than two classes, a class that only one split has,
/// a class without images, a class whose name is no line of UTF-8 text, a file that is no PNG or JPEG, two images of
/// different sizes.
DatasetSplits load_image_folder(const std::filesystem::path& dir);

}  // namespace onefold
