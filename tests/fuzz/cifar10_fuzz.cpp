// The bytes are records of CIFAR-10's binary format (first byte 0), its class names (1), or the sizes of its files.

#include <algorithm>
#include <array>
#include <fstream>

#include "datasets/cifar10.h"
#include "tests/fuzz/fuzz.h"
#include "tests/temporary_folder.h"

using namespace onefold;

namespace {

constexpr int64_t kRecord = 3073, kFileBytes = 10000 * kRecord;

void read_records(fuzz::Input& input) {
  const std::string text = input.bytes(SIZE_MAX);
  const std::vector<uint8_t> bytes(text.begin(), text.end());
  Dataset dataset;
  dataset.classes.resize(10);
  dataset.height = dataset.width = 32;
  if (!fuzz::succeeds([&] { append_cifar10_records("input", bytes, dataset); })) return;

  fuzz::require(dataset.size() * kRecord == std::ssize(bytes),
                "the number of records does not match the number of bytes");
  fuzz::require(std::ssize(dataset.pixels) == dataset.size() * dataset.image_bytes(), "pixels are missing");
  for (int64_t i = 0; i < dataset.size(); ++i) {
    const auto record = bytes.begin() + i * kRecord;
    const int label = dataset.labels[static_cast<size_t>(i)];
    fuzz::require(label == *record && label >= 0 && label <= 9, "an invalid label");
    for (int64_t p = 0; p < 1024; ++p) {
      for (int64_t c = 0; c < 3; ++c) {
        fuzz::require(dataset.image(i)[3 * p + c] == record[1 + 1024 * c + p], "a pixel is at the wrong position");
      }
    }
  }
}

void read_class_names(fuzz::Input& input) {
  std::vector<std::string> names;
  if (!fuzz::succeeds([&] { names = parse_cifar10_classes("input", input.bytes(SIZE_MAX)); })) return;
  fuzz::require(names.size() == 10, "the number of classes is not ten");
  for (const std::string& name : names) fuzz::require(!name.empty(), "a class without a name");
  if (fuzz::bug_is_planted() && names[0].size() == 4) fuzz::read_out_of_bounds();
}

/// Sparse files of zeros, each of about the right size or any other.
void read_folder(fuzz::Input& input) {
  static const TemporaryFolder folder;
  static const std::array<const char*, 6> names = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                                                   "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"};
  bool all_whole = true;
  for (const char* name : names) {
    std::filesystem::remove(folder / name);
    int64_t size = kFileBytes;
    switch (input.byte() % 8) {
      case 0: continue;
      case 1: size = 0; break;
      case 2: size = kFileBytes + static_cast<int8_t>(input.byte()); break;
      case 3: size = kRecord * (10000 + static_cast<int8_t>(input.byte())); break;
      case 4: size = int64_t{input.byte()} << input.byte() % 40; break;
      default: break;
    }
    write_bytes(folder / name, "");
    std::filesystem::resize_file(folder / name, static_cast<uintmax_t>(size));
    all_whole = all_whole && size == kFileBytes;
  }
  std::filesystem::remove(folder / "batches.meta.txt");
  if (input.byte() % 4 != 0) write_bytes(folder / "batches.meta.txt", input.bytes(SIZE_MAX));

  // Complete files are 184 MB of zeros: read_records() tests records faster.
  const bool is_whole = all_whole && std::filesystem::exists(folder / names[5]);
  if (!is_whole) fuzz::succeeds([&] { load_cifar10(folder.path()); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  switch (input.byte()) {
    case 0: read_records(input); break;
    case 1: read_class_names(input); break;
    default: read_folder(input); break;
  }
  return 0;
}
