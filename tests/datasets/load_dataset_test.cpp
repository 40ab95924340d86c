#include "datasets/load_dataset.h"

#include "core/check.h"
#include "datasets/cifar10.h"
#include "tests/catch.h"
#include "tests/datasets/test_files.h"

namespace onefold {
namespace {

namespace fs = std::filesystem;
using test::TemporaryEnvironment;
using test::TemporaryFolder;

std::string loading_error(const fs::path& dir) {
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
  CHECK_THAT(loading_error(folder.path()), ContainsSubstring("batches.meta.txt: is missing"));
  CHECK_THAT(loading_error(folder / "cifar-10-batches-bin"), ContainsSubstring("batches.meta.txt: is missing"));
}

TEST_CASE("load dataset: where there is none, it says what was looked for, where, and the remedies", "[datasets]") {
  const TemporaryFolder folder;
  const std::string error = loading_error(folder.path());
  CHECK_THAT(error, ContainsSubstring("no dataset in " + folder.path().string()));
  for (const char* part : {"data_batch_1.bin", "cifar-10-batches-bin", "train/CLASS/*.png", "--data-dir FOLDER",
                           "datasets/download_cifar10.sh", "ONEFOLD_DATA_DIR", "--dataset shapes10"}) {
    CHECK_THAT(error, ContainsSubstring(part));
  }

  CHECK_THAT(loading_error(folder / "absent"), ContainsSubstring("The folder does not exist."));
  test::write_text(folder / "file", "");
  CHECK_THAT(loading_error(folder / "file"), ContainsSubstring("That is a file, not a folder."));
  fs::create_directory(folder / "cifar-10-batches-bin");
  CHECK_THAT(loading_error(folder.path()), ContainsSubstring("There is cifar-10-batches-bin, without its files."));
  test::write_text(folder / "cifar-10-binary.tar.gz", "");
  CHECK_THAT(loading_error(folder.path()), ContainsSubstring("not unpacked"));
}

TEST_CASE("load dataset: other forms of CIFAR-10 and CIFAR-100 are named, with the file that is needed", "[datasets]") {
  const std::pair<const char*, const char*> forms[] = {{"cifar-10-python.tar.gz", "CIFAR-10's Python version"},
                                                       {"cifar-10-batches-py/data_batch_1", "Python version"},
                                                       {"data_batch_1", "Python version"},
                                                       {"cifar-10-matlab.tar.gz", "CIFAR-10's Matlab version"},
                                                       {"cifar-10-batches-mat/data_batch_1.mat", "Matlab"},
                                                       {"data_batch_1.mat", "Matlab version"},
                                                       {"cifar-100-binary.tar.gz", "CIFAR-100"},
                                                       {"cifar-100-binary/train.bin", "CIFAR-100"},
                                                       {"cifar-100-python.tar.gz", "CIFAR-100"},
                                                       {"cifar-100-python/train", "CIFAR-100"},
                                                       {"train.bin", "CIFAR-100"},
                                                       {"train.mat", "CIFAR-100"},
                                                       {"meta", "CIFAR-100"},
                                                       {"cifar-100-matlab/train.mat", "CIFAR-100"}};
  for (const auto& [file, what] : forms) {
    CAPTURE(file);
    const TemporaryFolder folder;
    test::write_text(folder / file, "");
    const std::string name = std::string(file).substr(0, std::string(file).find('/'));
    const auto check_named = [&](const std::string& error) {
      CHECK_THAT(error, ContainsSubstring("There is " + name) && ContainsSubstring(what) &&
                            ContainsSubstring("binary version, cifar-10-binary.tar.gz: "));
    };
    check_named(loading_error(folder.path()));
    try {
      load_cifar10(folder.path());
      FAIL("no error");
    } catch (const Error& error) {
      check_named(error.what());
    }
    if (name == file) {
      CHECK_THAT(loading_error(folder / file), ContainsSubstring("a file, not a folder"));
      check_named(loading_error(folder / file));
    }
  }
}

}  // namespace
}  // namespace onefold
