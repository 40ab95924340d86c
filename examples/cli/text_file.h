#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace onefold {

/// All bytes of a file, or nothing where there is none. Throws Error, naming the file and the reason, where one is
/// there and cannot be read, and for one of more than 64 MiB.
std::optional<std::string> read_if_there(const std::filesystem::path& path);

/// Numbers up to here are whole numbers exactly, and sums of thousands of them fit 64 bits.
inline constexpr double kLargestCount = 9007199254740992.0;  // 2^53

/// Parses the text of a file that anyone may have written. Throws Error or nlohmann::json::exception for what is no
/// JSON, for more than 32 levels (thousands would exhaust the stack of whoever walks them), and for a number beyond
/// `largest` in size, so that it can be counted and drawn with.
nlohmann::ordered_json parse_json(std::string_view text, double largest);

}  // namespace onefold
