#include "datasets/load_dataset.h"

#include <cstdlib>
#include <system_error>

#include "core/check.h"
#include "datasets/cifar10.h"
#include "datasets/image_folder.h"

namespace onefold {

namespace {

namespace fs = std::filesystem;

/// The value of an environment variable, empty if it is not set.
std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Describes what `dir` is or has instead of a dataset, if it is a known mistake.
std::string hint(const fs::path& dir) {
  std::error_code ignored;
  if (!fs::exists(dir, ignored)) return "The folder does not exist.\n";
  if (!fs::is_directory(dir, ignored))
    return "That is a file, not a folder.\n" + other_form_of_cifar10(dir.parent_path());
  return other_form_of_cifar10(dir);
}

}  // namespace

std::filesystem::path find_data_dir(const std::optional<std::string>& option) {
  if (option) {
    check(!option->empty(), "--data-dir: got an empty name, expected a folder");
    return *option;
  }
  if (const std::string dir = environment("ONEFOLD_DATA_DIR"); !dir.empty()) return dir;
  if (const std::string cache = environment("XDG_CACHE_HOME"); !cache.empty()) return fs::path(cache) / "onefold";
  const std::string home = environment("HOME");
  check(!home.empty(), "data folder: HOME is not set, so ~/.cache/onefold is unknown: choose one with --data-dir");
  return fs::path(home) / ".cache" / "onefold";
}

bool has_dataset(const std::filesystem::path& dir) { return !find_cifar10(dir).empty() || is_image_folder(dir); }

DatasetSplits load_dataset(const std::filesystem::path& dir) {
  if (!find_cifar10(dir).empty()) return load_cifar10(dir);
  if (is_image_folder(dir)) return load_image_folder(dir);
  fail("no dataset in ", dir.string(), "\n", hint(dir),
       "Looked for, in this order:\n"
       "  CIFAR-10's binary files: data_batch_1.bin to data_batch_5.bin and test_batch.bin, in it or in "
       "cifar-10-batches-bin below it\n"
       "  a folder of images: train/CLASS/*.png (or .jpg) and test/CLASS/*.png\n"
       "What to do, one of:\n"
       "  fetch CIFAR-10 (162 MiB): datasets/download_cifar10.sh\n"
       "  name the folder that has it: --data-dir FOLDER, or ONEFOLD_DATA_DIR\n"
       "  use Shapes10, which is drawn and needs no files: --dataset shapes10");
}

}  // namespace onefold
