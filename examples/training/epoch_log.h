#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace onefold {

/// log.jsonl: one JSON object a line and an epoch, each there as a whole as soon as append() returns.
class EpochLog {
 public:
  /// Continues the file with the lines of its first `epochs` epochs: a resumed run goes on behind its checkpoint, and
  /// what was logged after that is dropped. Zero epochs start a new file. Throws Error where the file cannot be read or
  /// written, and leaves it as it was.
  EpochLog(std::filesystem::path path, int64_t epochs);

  /// Adds a line. Throws Error where it cannot be written whole, and leaves the file as it was.
  void append(const nlohmann::ordered_json& entry);

 private:
  std::filesystem::path path_;
  std::string lines_;  // a line an epoch is so little that each time all of them are written, atomically
};

}  // namespace onefold
