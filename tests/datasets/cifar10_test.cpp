#include "datasets/cifar10.h"

#include <sys/stat.h>

#include "core/check.h"
#include "tests/catch.h"
#include "tests/datasets/test_files.h"

namespace onefold {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

constexpr int64_t kRecord = 3073;
constexpr const char* kNames = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n";

/// A file of 10,000 records that takes no room on the disk: black images of label 0, but for the records given.
void write_records(const fs::path& path, const std::vector<std::pair<int64_t, test::Bytes>>& records = {}) {
  test::write_file(path, {});
  fs::resize_file(path, 10000 * kRecord);
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  for (const auto& [index, record] : records) {
    file.seekp(index * kRecord);
    file.write(reinterpret_cast<const char*>(record.data()), std::ssize(record));
  }
}

void write_all(const fs::path& folder) {
  for (int i = 1; i <= 5; ++i) write_records(folder / ("data_batch_" + std::to_string(i) + ".bin"));
  write_records(folder / "test_batch.bin");
  test::write_text(folder / "batches.meta.txt", kNames);
}

std::string cifar10_error(const fs::path& dir) {
  try {
    load_cifar10(dir);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST_CASE("CIFAR-10: planes become pixels, files follow one another", "[datasets]") {
  const TemporaryFolder folder;
  write_all(folder / "cifar-10-batches-bin");
  test::Bytes record = {6};
  for (int channel = 0; channel < 3; ++channel) {
    for (int i = 0; i < 1024; ++i) record.push_back(static_cast<uint8_t>(80 * channel + i % 71));
  }
  write_records(folder / "cifar-10-batches-bin/data_batch_3.bin", {{9999, record}});
  record[0] = 9;
  write_records(folder / "cifar-10-batches-bin/test_batch.bin", {{4, record}});

  // The parent of the files' folder will do.
  const DatasetSplits splits = load_cifar10(folder.path());
  CHECK_NOTHROW(check_dataset(splits.train));
  CHECK_NOTHROW(check_dataset(splits.test));
  CHECK(splits.train.size() == 50000);
  CHECK(splits.test.size() == 10000);
  CHECK(splits.train.classes.size() == 10);
  CHECK(splits.test.classes[9] == "truck");
  CHECK(splits.train.labels[29999] == 6);
  CHECK(splits.train.labels[29998] == 0);
  CHECK(splits.test.labels[4] == 9);
  int64_t wrong = 0;
  for (int64_t i = 0; i < 1024; ++i) {
    for (int64_t c = 0; c < 3; ++c) {
      wrong += splits.train.image(29999)[3 * i + c] != 80 * c + i % 71;
      wrong += splits.test.image(4)[3 * i + c] != 80 * c + i % 71;
      wrong += splits.train.image(30000)[3 * i + c] != 0;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("CIFAR-10: found in the folder or in cifar-10-batches-bin below it", "[datasets]") {
  const TemporaryFolder folder;
  CHECK(find_cifar10(folder.path()).empty());
  CHECK(find_cifar10(folder / "absent").empty());
  fs::create_directories(folder / "cifar-10-batches-bin");
  CHECK(find_cifar10(folder.path()).empty());
  test::write_text(folder / "cifar-10-batches-bin/data_batch_4.bin", "");
  CHECK(find_cifar10(folder.path()) == folder / "cifar-10-batches-bin");
  CHECK(find_cifar10(folder / "cifar-10-batches-bin") == folder / "cifar-10-batches-bin");
}

TEST_CASE("CIFAR-10: every fault of a file is an error that names it and the remedy", "[datasets]") {
  const TemporaryFolder folder;
  CHECK_THAT(cifar10_error(folder.path()), ContainsSubstring("has data_batch_1.bin") && ContainsSubstring("download"));

  write_all(folder.path());
  const auto check_error = [&](const fs::path& path, const std::string& what) {
    CHECK_THAT(cifar10_error(folder.path()), ContainsSubstring(path.string()) && ContainsSubstring(what) &&
                                                 ContainsSubstring("run datasets/download_cifar10.sh"));
  };
  const fs::path batch = folder / "data_batch_2.bin", meta = folder / "batches.meta.txt";

  fs::remove(batch);
  check_error(batch, "is missing");
  test::write_text(batch, "");
  check_error(batch, "is empty: delete it");
  write_records(batch);
  fs::resize_file(batch, 10000 * kRecord - 1);
  check_error(batch, "30729999 bytes, not a multiple of the 3073");
  fs::resize_file(batch, 9999 * kRecord);
  check_error(batch, "9999 records, expected 10000");
  fs::resize_file(batch, 10001 * kRecord);
  check_error(batch, "10001 records");
  fs::remove(batch);
  fs::create_directory(batch);
  check_error(batch, "is missing");
  fs::remove(batch);
  write_records(batch);

  fs::remove(meta);
  check_error(meta, "is missing");
  test::write_text(meta, "airplane\r\n\r\ntruck\r\n");
  check_error(meta, "has 2 class names, expected 10");
  test::write_text(meta, kNames);

  write_records(folder / "data_batch_1.bin", {{17, {10}}});
  check_error(folder / "data_batch_1.bin", "record 17 has label 10, labels are 0 to 9");
}

TEST_CASE("CIFAR-10: bytes that are no whole records are an error, and leave the dataset as it was", "[datasets]") {
  Dataset dataset;
  dataset.height = dataset.width = 32;
  test::Bytes bytes(2 * kRecord, 3);
  append_cifar10_records("some/file", bytes, dataset);
  CHECK(dataset.labels == std::vector<int>{3, 3});
  CHECK(dataset.pixels == test::Bytes(2 * 3072, 3));

  // As where a file shrinks after its size was found right.
  CHECK_THROWS_WITH(append_cifar10_records("some/file", std::span(bytes).first(kRecord + 1), dataset),
                    ContainsSubstring("some/file: has 3074 bytes, not a multiple of the 3073"));
  bytes[kRecord] = 10;
  CHECK_THROWS_WITH(append_cifar10_records("some/file", bytes, dataset), ContainsSubstring("record 1 has label 10"));
  CHECK(dataset.size() == 2);
  CHECK(dataset.pixels.size() == 2 * 3072);
}

TEST_CASE("CIFAR-10: a pipe in place of a file is none, and nothing waits for it", "[datasets]") {
  const TemporaryFolder folder;
  write_all(folder.path());
  for (const char* name : {"batches.meta.txt", "data_batch_1.bin"}) {
    fs::remove(folder / name);
    REQUIRE(mkfifo((folder / name).c_str(), 0600) == 0);
    CHECK_THAT(cifar10_error(folder.path()), ContainsSubstring((folder / name).string() + ": is missing"));
    fs::remove(folder / name);
    test::write_text(folder / name, kNames);
  }
}

}  // namespace
}  // namespace onefold
