#include "datasets/cifar10.h"

#include <algorithm>
#include <array>
#include <span>
#include <sstream>

#include "core/check.h"
#include "core/parallel.h"
#include "datasets/read_file.h"

namespace onefold {

namespace {

namespace fs = std::filesystem;

constexpr int64_t kSide = 32;
constexpr int64_t kPlane = kSide * kSide;    // bytes of one colour
constexpr int64_t kRecord = 1 + 3 * kPlane;  // a label and three planes
constexpr int64_t kRecordsOfFile = 10000;
constexpr uint64_t kMostClassesBytes = 4096;

using FileNames = std::span<const char* const>;
constexpr std::array<const char*, 6> kRecordFiles = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                                                     "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"};
constexpr FileNames kTrainFiles = FileNames(kRecordFiles).first(5);
constexpr FileNames kTestFiles = FileNames(kRecordFiles).last(1);
constexpr const char* kClassesFile = "batches.meta.txt";

bool holds_a_file(const fs::path& folder) {
  return std::ranges::any_of(kRecordFiles, [&](const char* file) {
    std::error_code ignored;
    return fs::exists(folder / file, ignored);
  });
}

/// The command that fetches what is missing.
std::string fetching(const fs::path& path) {
  return "run datasets/download_cifar10.sh " + fs::absolute(path).parent_path().parent_path().string();
}

std::string remedy(const fs::path& path) { return ": delete it and " + fetching(path); }

/// The size of a file that must be there and hold something.
int64_t size_of_file(const fs::path& path) {
  std::error_code error;
  check(fs::is_regular_file(path, error), path.string(), ": is missing: ", fetching(path));
  const auto size = static_cast<int64_t>(fs::file_size(path, error));
  check(!error, path.string(), ": cannot be read: ", error.message());
  check(size > 0, path.string(), ": is empty", remedy(path));
  return size;
}

void check_record_file(const fs::path& path) {
  const int64_t size = size_of_file(path);
  check(size % kRecord == 0, path.string(), ": has ", size, " bytes, no multiple of the ", kRecord,
        " of a record, so it is truncated or something else", remedy(path));
  check(size / kRecord == kRecordsOfFile, path.string(), ": has ", size / kRecord, " records, ", kRecordsOfFile,
        " are needed", remedy(path));
}

std::vector<std::string> read_classes(const fs::path& path) {
  const std::vector<uint8_t> bytes = read_file(path, kMostClassesBytes);
  std::istringstream lines(std::string(bytes.begin(), bytes.end()));
  std::vector<std::string> classes;
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) classes.push_back(line);
  }
  check(classes.size() == 10, path.string(), ": has ", classes.size(), " class names, 10 are needed", remedy(path));
  return classes;
}

/// Appends the images and labels of one file of records.
void append_records(const fs::path& path, Dataset& dataset) {
  const std::vector<uint8_t> bytes = read_file(path, kRecordsOfFile * kRecord);
  for (int64_t i = 0; i < kRecordsOfFile; ++i) {
    const int label = bytes[static_cast<size_t>(i * kRecord)];
    if (label > 9) fail(path.string(), ": record ", i, " has label ", label, ", labels are 0 to 9", remedy(path));
    dataset.labels.push_back(label);
  }

  // Planes of red, green and blue become pixels of three bytes.
  const size_t begin_of_file = dataset.pixels.size();
  dataset.pixels.resize(begin_of_file + static_cast<size_t>(kRecordsOfFile * 3 * kPlane));
  parallel_for(kRecordsOfFile, 256, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const uint8_t* planes = bytes.data() + i * kRecord + 1;
      uint8_t* pixels = dataset.pixels.data() + begin_of_file + i * 3 * kPlane;
      for (int64_t p = 0; p < kPlane; ++p) {
        for (int64_t c = 0; c < 3; ++c) pixels[3 * p + c] = planes[c * kPlane + p];
      }
    }
  });
}

Dataset read_split(const fs::path& folder, FileNames files, const std::vector<std::string>& classes) {
  Dataset dataset;
  dataset.name = "CIFAR-10 (official binary files)";
  dataset.classes = classes;
  dataset.height = dataset.width = kSide;
  const size_t images = files.size() * kRecordsOfFile;
  dataset.labels.reserve(images);
  dataset.pixels.reserve(images * 3 * kPlane);
  for (const char* file : files) append_records(folder / file, dataset);
  return dataset;
}

}  // namespace

std::filesystem::path find_cifar10(const std::filesystem::path& dir) {
  for (const fs::path& folder : {dir, dir / "cifar-10-batches-bin"}) {
    if (holds_a_file(folder)) return folder;
  }
  return {};
}

DatasetSplits load_cifar10(const std::filesystem::path& dir) {
  const fs::path folder = find_cifar10(dir);
  check(!folder.empty(), "CIFAR-10: neither ", dir.string(), " nor cifar-10-batches-bin below it holds ",
        "data_batch_1.bin: run datasets/download_cifar10.sh to fetch all, or name the folder with --data-dir");

  // Find fault with any file before the first is read.
  size_of_file(folder / kClassesFile);
  for (const char* file : kRecordFiles) check_record_file(folder / file);
  const std::vector<std::string> classes = read_classes(folder / kClassesFile);
  return {read_split(folder, kTrainFiles, classes), read_split(folder, kTestFiles, classes)};
}

}  // namespace onefold
