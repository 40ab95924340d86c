#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace onefold {

/// All bytes of a file, or nothing if it does not exist. Throws Error, naming the file and the reason, if it exists but
/// cannot be read, or is larger than 64 MiB.
std::optional<std::string> read_if_there(const std::filesystem::path& path);

/// A double represents whole numbers exactly up to here, and sums of thousands of them fit 64 bits.
inline constexpr double kLargestCount = 9007199254740992.0;  // 2^53

/// Parses the text of a file that anyone may have written. Throws Error or nlohmann::json::exception if it is not JSON,
/// has more than 32 levels (thousands would exhaust the stack of code that walks them), or has a number of magnitude
/// above `largest`, so that all numbers can be counted and drawn with.
nlohmann::ordered_json parse_json(std::string_view text, double largest);

}  // namespace onefold
