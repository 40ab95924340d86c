// The bytes describe a folder of images: images, other files, links, pipes and folders with any names.

#include <sys/stat.h>

#include <array>
#include <filesystem>

#include "core/parallel.h"
#include "datasets/image_folder.h"
#include "datasets/load_dataset.h"
#include "tests/datasets/test_files.h"
#include "tests/fuzz/fuzz.h"

using namespace onefold;

namespace fs = std::filesystem;

namespace {

/// The name of an entry: up to 15 bytes, including newlines and invalid UTF-8, and an extension.
std::string read_name(fuzz::Input& input, uint8_t ending) {
  static const std::array<const char*, 4> endings = {".png", ".jpg", ".JPEG", ""};
  std::string name = input.bytes(input.byte() % 16) + endings[ending % 4];
  std::erase_if(name, [](char c) { return c == '/' || c == '\0'; });
  return name.empty() || name == "." || name == ".." ? "x" : name;
}

void make_entry(fuzz::Input& input, const fs::path& root) {
  static const std::array<const char*, 7> places = {"train/a", "train/b", "test/a", "test/b", "train", "test", "."};
  static const std::array<const char*, 6> targets = {"..", ".", "/dev/zero", "../a", "nowhere", "x.png"};
  static const test::Bytes small = test::png_of_colour(4, 4, {1, 2, 3}), other = test::png_of_colour(3, 5, {4, 5, 6});
  const uint8_t kind = input.byte();
  const fs::path path = root / places[input.byte() % places.size()] / read_name(input, kind / 8);
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(path, ignored))) return;  // never write through a link
  switch (kind % 8) {
    case 0: fs::create_directory_symlink(targets[input.byte() % targets.size()], path, ignored); break;
    case 1: fs::create_symlink(path.filename(), path, ignored); break;
    case 2: ::mkfifo(path.c_str(), 0600); break;
    case 3: fs::create_directory(path, ignored); break;
    case 4: write_bytes(path, input.bytes(input.byte())); break;
    case 5: write_bytes(path, {reinterpret_cast<const char*>(other.data()), other.size()}); break;
    default: write_bytes(path, {reinterpret_cast<const char*>(small.data()), small.size()}); break;
  }
}

void check_split(const Dataset& split) {
  check_dataset(split);
  for (const int label : split.labels) {
    fuzz::require(label >= 0 && label < std::ssize(split.classes), "a label without a class");
    if (fuzz::bug_is_planted() && split.size() == 4) fuzz::read_out_of_bounds();
  }
}

/// Empties the folder on each call; tests/fuzz/run.sh keeps it in memory.
const fs::path& empty_folder() {
  static const TemporaryFolder folder;
  static const fs::path root = folder / "data";
  fs::remove_all(root);
  return root;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  set_threads(1);
  const fs::path& root = empty_folder();
  const uint8_t missing = input.byte();
  int bit = 0;
  for (const char* folder : {"train/a", "train/b", "test/a", "test/b"}) {
    if ((missing >> bit++ & 1) == 0) fs::create_directories(root / folder);
  }
  for (int entries = 0; entries < 40 && !input.empty(); ++entries) make_entry(input, root);

  DatasetSplits splits;
  if (fuzz::succeeds([&] { splits = load_dataset(root); })) {
    fuzz::require(splits.train.classes == splits.test.classes, "two splits with different classes");
    check_split(splits.train);
    check_split(splits.test);
  }
  return 0;
}
