#include "examples/cli/text_file.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/check.h"
#include "datasets/read_file.h"

namespace onefold {

std::optional<std::string> read_if_there(const std::filesystem::path& path) {
  constexpr uint64_t kMostBytes = uint64_t{64} << 20;
  std::error_code error;
  if (!std::filesystem::exists(path, error) && !error) return std::nullopt;
  const std::vector<uint8_t> bytes = read_file(path, kMostBytes);
  return std::string(bytes.begin(), bytes.end());
}

nlohmann::ordered_json parse_json(std::string_view text, double largest) {
  using Json = nlohmann::ordered_json;
  constexpr int kMostLevels = 32;
  return Json::parse(text, [=](int depth, Json::parse_event_t event, const Json& parsed) {
    const bool begins = event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    check(!begins || depth < kMostLevels, "more than ", kMostLevels, " levels of objects and arrays");
    if (event == Json::parse_event_t::value && parsed.is_number()) {
      check(std::abs(parsed.get<double>()) <= largest, "the number ", parsed.dump(), " is beyond ", largest);
    }
    return true;
  });
}

}  // namespace onefold
