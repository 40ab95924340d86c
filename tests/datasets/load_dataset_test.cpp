#include "datasets/load_dataset.h"

#include "core/check.h"
#include "tests/catch.h"
#include "tests/datasets/test_files.h"

namespace onefold {
namespace {

namespace fs = std::filesystem;
using test::TemporaryEnvironment;
using test::TemporaryFolder;

std::string error_of(const fs::path& dir) {
  try {
    load_dataset(dir);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST_CASE("data folder: the option, then ONEFOLD_DATA_DIR, then the cache", "[datasets]") {
  const TemporaryEnvironment variable("ONEFOLD_DATA_DIR", "/from/variable");
  const TemporaryEnvironment cache("XDG_CACHE_HOME", "/from/cache");
  const TemporaryEnvironment home("HOME", "/home/reader");
  CHECK(find_data_dir("/from/option") == "/from/option");
  CHECK(find_data_dir({}) == "/from/variable");
  const TemporaryEnvironment no_variable("ONEFOLD_DATA_DIR", "");
  CHECK(find_data_dir({}) == "/from/cache/onefold");
  const TemporaryEnvironment no_cache("XDG_CACHE_HOME", std::nullopt);
  CHECK(find_data_dir({}) == "/home/reader/.cache/onefold");
  const TemporaryEnvironment no_home("HOME", std::nullopt);
  CHECK_THROWS_WITH(find_data_dir({}), ContainsSubstring("HOME is not set") && ContainsSubstring("--data-dir"));
  CHECK_THROWS_WITH(find_data_dir(""), ContainsSubstring("--data-dir: got an empty name"));
}

TEST_CASE("load dataset: a folder of images is recognised by looking", "[datasets]") {
  const TemporaryFolder folder;
  CHECK_FALSE(has_dataset(folder.path()));
  for (const char* file : {"train/a/1.png", "train/b/1.png", "test/a/1.png", "test/b/1.png"}) {
    test::write_file(folder / file, test::png_of_colour(4, 4, {1, 2, 3}));
  }
  CHECK(has_dataset(folder.path()));
  CHECK(load_dataset(folder.path()).train.classes == std::vector<std::string>{"a", "b"});
}

TEST_CASE("load dataset: CIFAR-10's files are recognised by looking, even where some are missing", "[datasets]") {
  const TemporaryFolder folder;
  test::write_text(folder / "cifar-10-batches-bin/test_batch.bin", "x");
  CHECK(has_dataset(folder.path()));
  CHECK_THAT(error_of(folder.path()), ContainsSubstring("batches.meta.txt: is missing"));
  CHECK_THAT(error_of(folder / "cifar-10-batches-bin"), ContainsSubstring("batches.meta.txt: is missing"));
}

TEST_CASE("load dataset: where there is none, it says what was looked for, where, and the remedies", "[datasets]") {
  const TemporaryFolder folder;
  const std::string error = error_of(folder.path());
  CHECK_THAT(error, ContainsSubstring("no dataset in " + folder.path().string()));
  for (const char* part : {"data_batch_1.bin", "cifar-10-batches-bin", "train/CLASS/*.png", "--data-dir FOLDER",
                           "datasets/download_cifar10.sh", "ONEFOLD_DATA_DIR", "--dataset shapes10"}) {
    CHECK_THAT(error, ContainsSubstring(part));
  }

  CHECK_THAT(error_of(folder / "absent"), ContainsSubstring("The folder does not exist."));
  test::write_text(folder / "file", "");
  CHECK_THAT(error_of(folder / "file"), ContainsSubstring("That is a file, not a folder."));
  fs::create_directory(folder / "cifar-10-batches-bin");
  CHECK_THAT(error_of(folder.path()), ContainsSubstring("There is cifar-10-batches-bin, without these files."));
  test::write_text(folder / "data_batch_1", "");
  CHECK_THAT(error_of(folder.path()), ContainsSubstring("the binary version is needed"));
  test::write_text(folder / "cifar-10-binary.tar.gz", "");
  CHECK_THAT(error_of(folder.path()), ContainsSubstring("not unpacked"));
}

}  // namespace
}  // namespace onefold
