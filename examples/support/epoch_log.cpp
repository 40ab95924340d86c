#include "examples/support/epoch_log.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "core/atomic_file.h"
#include "core/check.h"

namespace onefold {

namespace {

/// The file's lines of epochs 1 to `epochs`.
std::string lines_of_epochs(const std::filesystem::path& path, int64_t epochs) {
  std::ifstream file(path);
  std::string kept;
  for (std::string line; std::getline(file, line);) {
    const auto entry = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    const bool is_epoch = entry.is_object() && entry.contains("epoch") && entry["epoch"].is_number_integer();
    if (is_epoch && entry["epoch"].get<int64_t>() <= epochs) kept += line + '\n';
  }
  return kept;
}

}  // namespace

EpochLog::EpochLog(std::filesystem::path path, int64_t epochs) : path_(std::move(path)) {
  write_file_atomically(path_, lines_of_epochs(path_, epochs));
}

void EpochLog::append(const nlohmann::ordered_json& entry) {
  const auto size_before = std::filesystem::file_size(path_);
  std::ofstream file(path_, std::ios::app | std::ios::binary);
  file << entry.dump() << '\n' << std::flush;
  const bool written = file.good();
  file.close();
  if (!written || file.fail()) {
    std::error_code ignored;
    std::filesystem::resize_file(path_, size_before, ignored);
    fail(path_.string(), ": an epoch's line could not be written; is the disk full? The run can go on with --resume");
  }
}

}  // namespace onefold
