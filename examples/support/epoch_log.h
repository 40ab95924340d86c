#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>

namespace onefold {

/// log.jsonl: one JSON object a line and an epoch, each there as a whole as soon as append() returns.
class EpochLog {
 public:
  /// Continues the file with the lines of its first `epochs` epochs: a resumed run goes on behind its checkpoint, and
  /// what was logged after that is dropped with any line that a crash left unfinished. Zero epochs start a new file.
  EpochLog(std::filesystem::path path, int64_t epochs);

  /// Adds a line. Throws Error where it cannot be written whole, and leaves the file as it was.
  void append(const nlohmann::ordered_json& entry);

 private:
  std::filesystem::path path_;
};

}  // namespace onefold
