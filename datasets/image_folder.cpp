#include "datasets/image_folder.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>

#include "core/check.h"
#include "core/parallel.h"
#include "core/process_limits.h"
#include "datasets/read_file.h"
#include "datasets/stb_image.h"

namespace onefold {

namespace {

namespace fs = std::filesystem;

struct LabelledFile {
  fs::path path;
  int label;
};

constexpr std::array<std::string_view, 3> kRead = {".png", ".jpg", ".jpeg"};
constexpr std::array<std::string_view, 16> kNotRead = {".webp", ".bmp",  ".gif",  ".tif", ".tiff", ".heic",
                                                       ".heif", ".avif", ".jfif", ".jpe", ".jp2",  ".jxl",
                                                       ".ppm",  ".pgm",  ".tga",  ".svg"};

/// The number of images in each format that is not read.
using LeftOut = std::map<std::string, int64_t>;

/// "3 .webp, 1 .gif"
std::string text_of(const LeftOut& left_out) {
  std::string text;
  for (const auto& [ending, count] : left_out)
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + ending;
  return text;
}

/// A file's extension in lower case, such as ".png".
std::string ending_of(const fs::path& path) {
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending;
}

bool is_line_of_text(const std::string& name) {
  try {
    nlohmann::json(name).dump();  // throws unless it is UTF-8
  } catch (const nlohmann::json::exception&) {
    return false;
  }
  return std::ranges::none_of(name, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

/// Class names are written to run.json and to trained networks' files after training: check them before.
void check_class_name(const fs::path& folder) {
  const std::string name = folder.filename().string();
  check(is_line_of_text(name), folder.parent_path().string(), ": the class folder ",
        nlohmann::json(name).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace),
        " has a name that is not a line of UTF-8 text: rename it");
}

/// The names of the class folders of a split, in order. Broken links are not folders.
std::vector<std::string> class_names(const fs::path& split) {
  std::error_code ignored;
  check(fs::is_directory(split, ignored), split.string(), ": is missing: a folder of images needs ",
        "train/CLASS/*.png (or .jpg) and test/CLASS/*.png");
  std::vector<std::string> names;
  for (const fs::path& entry : list_folder(split)) {
    if (!fs::is_directory(entry, ignored)) continue;
    check_class_name(entry);
    names.push_back(entry.filename().string());
  }
  return names;
}

/// The images of a class by name; omitted files are counted. Broken links are not files.
std::vector<fs::path> image_files_of_class(const fs::path& folder, LeftOut& left_out) {
  std::vector<fs::path> files;
  LeftOut others;
  std::error_code ignored;
  for (const fs::path& entry : list_folder(folder)) {
    const std::string ending = ending_of(entry);
    const bool is_read = std::ranges::count(kRead, ending) > 0;
    if (!is_read && !std::ranges::count(kNotRead, ending)) continue;
    if (!fs::is_regular_file(entry, ignored)) continue;
    if (is_read)
      files.push_back(entry);
    else
      ++others[ending];
  }
  check(!files.empty(), folder.string(), ": has no .png, .jpg or .jpeg file",
        others.empty() ? ": add images or remove the folder" : ", but " + text_of(others) + ": convert to PNG or JPEG");
  for (const auto& [ending, count] : others) left_out[ending] += count;
  return files;
}

/// The images of all classes in turn: the first of each, then the second of each, so that any first images cover all
/// classes. `left_out` describes the omitted images.
std::vector<LabelledFile> image_files(const fs::path& split, const std::vector<std::string>& classes,
                                      std::string& left_out) {
  std::vector<std::vector<fs::path>> of_class;
  LeftOut others;
  for (const std::string& name : classes) of_class.push_back(image_files_of_class(split / name, others));
  left_out = text_of(others);

  const size_t rounds = std::ranges::max(of_class, {}, &std::vector<fs::path>::size).size();
  std::vector<LabelledFile> files;
  for (size_t round = 0; round < rounds; ++round) {
    for (size_t label = 0; label < classes.size(); ++label) {
      if (round < of_class[label].size()) files.push_back({of_class[label][round], static_cast<int>(label)});
    }
  }
  return files;
}

DecodedImage read_image(const fs::path& path) {
  return decode_image(path.string(), read_file(path, kMostImageFileBytes));
}

/// Throws Error if the pixels need more memory than is available; otherwise the system would kill the process.
void reserve_pixels(Dataset& dataset, size_t images) {
  const size_t bytes = images * static_cast<size_t>(dataset.image_bytes());
  const int64_t available = available_memory();
  check(static_cast<int64_t>(bytes) <= available, dataset.name, ": ", images, " images of ", dataset.width, " x ",
        dataset.height, " pixels need ", bytes >> 20, " MiB of memory, ", available >> 20,
        " MiB are available: make the images smaller");
  dataset.pixels.resize(bytes);
}

/// Decodes all files, which must have the size of the image at `model`.
void read_images(const std::vector<LabelledFile>& files, const fs::path& model, Dataset& dataset) {
  reserve_pixels(dataset, files.size());
  dataset.labels.resize(files.size());

  // Record the fault of each file, so that the first file's is reported, whichever thread came first.
  std::vector<std::string> faults(files.size());
  parallel_for(static_cast<int64_t>(files.size()), 32, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const size_t index = static_cast<size_t>(i);
      try {
        const DecodedImage image = read_image(files[index].path);
        check(image.height == dataset.height && image.width == dataset.width, files[index].path.string(), ": has ",
              image.width, " x ", image.height, " pixels, but ", model.string(), " has ", dataset.width, " x ",
              dataset.height, ": all images must have the same size, so resize them, for example with ImageMagick: ",
              "mogrify -resize ", dataset.width, "x", dataset.height, "! FILES");
        std::ranges::copy(image.pixels, dataset.pixels.data() + i * dataset.image_bytes());
        dataset.labels[index] = files[index].label;
      } catch (const Error& error) {
        faults[index] = error.what();
      }
    }
  });
  for (const std::string& fault : faults) check(fault.empty(), fault);
}

/// Throws Error unless both splits have the same classes.
void check_same_classes(const fs::path& dir, const std::vector<std::string>& train,
                        const std::vector<std::string>& test) {
  for (const std::string& name : train) {
    check(std::ranges::binary_search(test, name), (dir / "test").string(), ": has no folder ", name, ", but ",
          (dir / "train").string(), " has: both need the same classes");
  }
  for (const std::string& name : test) {
    check(std::ranges::binary_search(train, name), (dir / "train").string(), ": has no folder ", name, ", but ",
          (dir / "test").string(), " has: both need the same classes");
  }
}

}  // namespace

bool is_image_folder(const std::filesystem::path& dir) {
  std::error_code ignored;
  return fs::is_directory(dir / "train", ignored) || fs::is_directory(dir / "test", ignored);
}

DatasetSplits load_image_folder(const std::filesystem::path& dir) {
  const std::vector<std::string> classes = class_names(dir / "train");
  const std::vector<std::string> test_classes = class_names(dir / "test");
  check(!classes.empty(), (dir / "train").string(),
        ": has no class folders, expected at least 2: ", "images lie in train/CLASS/*.png");
  check(classes.size() >= 2, (dir / "train").string(), ": has one class folder, ", classes[0],
        ", expected at least 2: add the images of another class");
  check_same_classes(dir, classes, test_classes);

  std::string left_out_of_train, left_out_of_test;
  const std::vector<LabelledFile> train_files = image_files(dir / "train", classes, left_out_of_train);
  const std::vector<LabelledFile> test_files = image_files(dir / "test", classes, left_out_of_test);
  const DecodedImage first = read_image(train_files[0].path);

  DatasetSplits splits;
  splits.train.name = "images of " + dir.string();
  splits.train.classes = classes;
  splits.train.height = first.height;
  splits.train.width = first.width;
  splits.test = splits.train;
  splits.train.left_out = left_out_of_train;
  splits.test.left_out = left_out_of_test;
  read_images(train_files, train_files[0].path, splits.train);
  read_images(test_files, train_files[0].path, splits.test);
  return splits;
}

}  // namespace onefold
