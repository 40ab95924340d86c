#include "examples/training/epoch_log.h"

#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "core/files/atomic_file.h"
#include "examples/cli/text_file.h"

namespace onefold {

namespace {

/// The file's lines of epochs 1 to `epochs`.
std::string lines_of_epochs(const std::filesystem::path& path, int64_t epochs) {
  std::istringstream file(read_if_there(path).value_or(""));
  std::string kept;
  for (std::string line; std::getline(file, line);) {
    const auto entry = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    const bool is_epoch = entry.is_object() && entry.contains("epoch") && entry["epoch"].is_number_integer();
    if (is_epoch && entry["epoch"].get<int64_t>() <= epochs) kept += line + '\n';
  }
  return kept;
}

}  // namespace

EpochLog::EpochLog(std::filesystem::path path, int64_t epochs)
    : path_(std::move(path)), lines_(lines_of_epochs(path_, epochs)) {
  write_file_atomically(path_, lines_);
}

void EpochLog::append(const nlohmann::ordered_json& entry) {
  std::string lines = lines_ + entry.dump() + '\n';
  write_file_atomically(path_, lines);
  lines_ = std::move(lines);
}

}  // namespace onefold
