#include "datasets/cifar10_records.h"

#include <sstream>

#include "core/check.h"
#include "core/parallel.h"

namespace onefold {

namespace {

constexpr int64_t kPlane = 32 * 32;  // bytes of one colour

/// Planes of red, green and blue become pixels of three bytes.
void interleave(const uint8_t* planes, uint8_t* pixels) {
  for (int64_t p = 0; p < kPlane; ++p) {
    for (int64_t c = 0; c < 3; ++c) pixels[3 * p + c] = planes[c * kPlane + p];
  }
}

}  // namespace

std::string fetching_cifar10(const std::filesystem::path& path) {
  return "run datasets/download_cifar10.sh " + std::filesystem::absolute(path).parent_path().parent_path().string();
}

std::string cifar10_remedy(const std::filesystem::path& path) { return ": delete it and " + fetching_cifar10(path); }

std::vector<std::string> parse_cifar10_classes(const std::filesystem::path& path, const std::string& text) {
  std::istringstream lines(text);
  std::vector<std::string> classes;
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) classes.push_back(line);
  }
  check(classes.size() == 10, path.string(), ": has ", classes.size(), " class names, expected 10",
        cifar10_remedy(path));
  return classes;
}

void append_cifar10_records(const std::filesystem::path& path, std::span<const uint8_t> bytes, Dataset& dataset) {
  const int64_t records = std::ssize(bytes) / kCifar10RecordBytes;
  check(std::ssize(bytes) % kCifar10RecordBytes == 0, path.string(), ": has ", bytes.size(),
        " bytes, not a multiple of the ", kCifar10RecordBytes, " of a record, so it is truncated or something else",
        cifar10_remedy(path));
  std::vector<int> labels;
  for (int64_t i = 0; i < records; ++i) {
    const int label = bytes[static_cast<size_t>(i * kCifar10RecordBytes)];
    if (label > 9) {
      fail(path.string(), ": record ", i, " has label ", label, ", labels are 0 to 9", cifar10_remedy(path));
    }
    labels.push_back(label);
  }

  const size_t begin_of_file = dataset.pixels.size();
  dataset.pixels.resize(begin_of_file + static_cast<size_t>(records * 3 * kPlane));
  dataset.labels.insert(dataset.labels.end(), labels.begin(), labels.end());
  parallel_for(records, 256, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      interleave(bytes.data() + i * kCifar10RecordBytes + 1, dataset.pixels.data() + begin_of_file + i * 3 * kPlane);
    }
  });
}

}  // namespace onefold
