#include "examples/cli/text_file.h"

#include <system_error>

#include "datasets/read_file.h"

namespace onefold {

std::optional<std::string> read_if_there(const std::filesystem::path& path) {
  constexpr uint64_t kMostBytes = uint64_t{64} << 20;
  std::error_code error;
  if (!std::filesystem::exists(path, error) && !error) return std::nullopt;
  const std::vector<uint8_t> bytes = read_file(path, kMostBytes);
  return std::string(bytes.begin(), bytes.end());
}

}  // namespace onefold
