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

constexpr int64_t kImageSide = 32;
constexpr int64_t kPlane = kImageSide * kImageSide;  // bytes per colour channel
constexpr int64_t kRecord = kCifar10RecordBytes;
constexpr int64_t kRecordsOfFile = 10000;
constexpr uint64_t kMostClassesBytes = 4096;

using FileNames = std::span<const char* const>;
constexpr std::array<const char*, 6> kRecordFiles = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                                                     "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"};
constexpr FileNames kTrainFiles = FileNames(kRecordFiles).first(5);
constexpr FileNames kTestFiles = FileNames(kRecordFiles).last(1);
constexpr const char* kClassesFile = "batches.meta.txt";

/// The other downloads besides the binary version, packed and unpacked, and the files in their folders.
struct OtherForm {
  const char* file;
  const char* what;
};
constexpr const char* kForPython = "CIFAR-10's Python version";
constexpr const char* kForMatlab = "CIFAR-10's Matlab version";
constexpr const char* kOfHundred = "CIFAR-100";
constexpr std::array<OtherForm, 16> kOtherForms = {{{"cifar-10-batches-py", kForPython},
                                                    {"data_batch_1", kForPython},
                                                    {"cifar-10-python.tar.gz", kForPython},
                                                    {"cifar-10-batches-mat", kForMatlab},
                                                    {"data_batch_1.mat", kForMatlab},
                                                    {"cifar-10-matlab.tar.gz", kForMatlab},
                                                    {"cifar-100-binary", kOfHundred},
                                                    {"train.bin", kOfHundred},
                                                    {"fine_label_names.txt", kOfHundred},
                                                    {"cifar-100-binary.tar.gz", kOfHundred},
                                                    {"cifar-100-python", kOfHundred},
                                                    {"meta", kOfHundred},
                                                    {"cifar-100-python.tar.gz", kOfHundred},
                                                    {"cifar-100-matlab", kOfHundred},
                                                    {"train.mat", kOfHundred},
                                                    {"cifar-100-matlab.tar.gz", kOfHundred}}};

bool holds_a_file(const fs::path& folder) {
  return std::ranges::any_of(kRecordFiles, [&](const char* file) {
    std::error_code ignored;
    return fs::exists(folder / file, ignored);
  });
}

std::string download_command(const fs::path& path) {
  const fs::path folder = fs::absolute(path).parent_path();
  if (folder.filename() == "cifar-10-batches-bin") {
    return "run datasets/download_cifar10.sh " + folder.parent_path().string();
  }
  return "run datasets/download_cifar10.sh, and name with --data-dir the folder that it fills instead of " +
         folder.string();
}

/// What to do about an invalid file.
std::string remedy(const fs::path& path) { return ": delete it and " + download_command(path); }

/// The size of a file that must exist and not be empty.
int64_t size_of_file(const fs::path& path) {
  std::error_code error;
  check(fs::is_regular_file(path, error), path.string(), ": is missing: ", download_command(path));
  const auto size = static_cast<int64_t>(fs::file_size(path, error));
  check(!error, path.string(), ": cannot be read: ", error.message());
  check(size > 0, path.string(), ": is empty", remedy(path));
  return size;
}

void check_record_file(const fs::path& path) {
  const int64_t size = size_of_file(path);
  check(size % kRecord == 0, path.string(), ": has ", size, " bytes, not a multiple of the ", kRecord,
        " of a record, so it is truncated or something else", remedy(path));
  check(size / kRecord == kRecordsOfFile, path.string(), ": has ", size / kRecord, " records, expected ",
        kRecordsOfFile, remedy(path));
}

std::vector<std::string> read_classes(const fs::path& path) {
  const std::vector<uint8_t> bytes = read_file(path, kMostClassesBytes);
  return parse_cifar10_classes(path, {bytes.begin(), bytes.end()});
}

Dataset read_split(const fs::path& folder, FileNames files, const std::vector<std::string>& classes) {
  Dataset dataset;
  dataset.name = "CIFAR-10 (official binary files)";
  dataset.classes = classes;
  dataset.height = dataset.width = kImageSide;
  const size_t images = files.size() * kRecordsOfFile;
  dataset.labels.reserve(images);
  dataset.pixels.reserve(images * (kRecord - 1));
  for (const char* file : files) {
    append_cifar10_records(folder / file, read_file(folder / file, kRecordsOfFile * kRecord), dataset);
  }
  return dataset;
}

/// Converts planes of red, green and blue to pixels of three bytes.
void interleave(const uint8_t* planes, uint8_t* pixels) {
  for (int64_t p = 0; p < kPlane; ++p) {
    for (int64_t c = 0; c < 3; ++c) pixels[3 * p + c] = planes[c * kPlane + p];
  }
}

}  // namespace

std::filesystem::path find_cifar10(const std::filesystem::path& dir) {
  for (const fs::path& folder : {dir, dir / "cifar-10-batches-bin"}) {
    if (holds_a_file(folder)) return folder;
  }
  return {};
}

std::string other_form_of_cifar10(const std::filesystem::path& dir) {
  std::error_code ignored;
  if (fs::exists(dir / "cifar-10-binary.tar.gz", ignored)) {
    return "There is cifar-10-binary.tar.gz, not unpacked: use tar -xzf on it, or run datasets/download_cifar10.sh.\n";
  }
  for (const auto& [file, what] : kOtherForms) {
    if (!fs::exists(dir / file, ignored)) continue;
    return std::string("There is ") + file + ", " + what + "; expected CIFAR-10's binary version, " +
           "cifar-10-binary.tar.gz: datasets/download_cifar10.sh fetches it.\n";
  }
  if (fs::exists(dir / "cifar-10-batches-bin", ignored)) return "There is cifar-10-batches-bin, without its files.\n";
  return "";
}

DatasetSplits load_cifar10(const std::filesystem::path& dir) {
  const fs::path folder = find_cifar10(dir);
  check(!folder.empty(), other_form_of_cifar10(dir), "CIFAR-10: neither ", dir.string(),
        " nor cifar-10-batches-bin below it has data_batch_1.bin: run datasets/download_cifar10.sh to fetch it, or "
        "name the folder with --data-dir");

  // Check all files before reading the first.
  size_of_file(folder / kClassesFile);
  for (const char* file : kRecordFiles) check_record_file(folder / file);
  const std::vector<std::string> classes = read_classes(folder / kClassesFile);
  return {read_split(folder, kTrainFiles, classes), read_split(folder, kTestFiles, classes)};
}

std::vector<std::string> parse_cifar10_classes(const std::filesystem::path& path, const std::string& text) {
  std::istringstream lines(text);
  std::vector<std::string> classes;
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) classes.push_back(line);
  }
  check(classes.size() == 10, path.string(), ": has ", classes.size(), " class names, expected 10", remedy(path));
  return classes;
}

void append_cifar10_records(const std::filesystem::path& path, std::span<const uint8_t> bytes, Dataset& dataset) {
  const int64_t records = std::ssize(bytes) / kRecord;
  check(std::ssize(bytes) % kRecord == 0, path.string(), ": has ", bytes.size(), " bytes, not a multiple of the ",
        kRecord, " of a record, so it is truncated or something else", remedy(path));
  std::vector<int> labels;
  for (int64_t i = 0; i < records; ++i) {
    const int label = bytes[static_cast<size_t>(i * kRecord)];
    if (label > 9) {
      fail(path.string(), ": record ", i, " has label ", label, ", labels are 0 to 9", remedy(path));
    }
    labels.push_back(label);
  }

  const size_t begin_of_file = dataset.pixels.size();
  dataset.pixels.resize(begin_of_file + static_cast<size_t>(records * 3 * kPlane));
  dataset.labels.insert(dataset.labels.end(), labels.begin(), labels.end());
  parallel_for(records, 256, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      interleave(bytes.data() + i * kRecord + 1, dataset.pixels.data() + begin_of_file + i * 3 * kPlane);
    }
  });
}

}  // namespace onefold
