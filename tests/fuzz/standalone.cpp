// Runs a fuzz target over files, or all files of folders, in order of their names: with any compiler, without a fuzzer.
// So every build compiles the targets and reads their corpora.

#include <algorithm>
#include <filesystem>
#include <vector>

#include "tests/fuzz/fuzz.h"
#include "tests/temporary_folder.h"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_at(const fs::path& path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(path)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int main(int argc, char** argv) {
  size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    for (const fs::path& file : files_at(argv[i])) {
      std::fprintf(stderr, "%s\n", file.c_str());  // if the target fails, the last name is the file at fault
      const std::string bytes = read_bytes(file);
      LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
      ++count;
    }
  }
  onefold::fuzz::require(count > 0, "no file was given");
  std::printf("%zu inputs, no finding\n", count);
}
