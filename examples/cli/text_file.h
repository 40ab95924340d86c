#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace onefold {

/// All bytes of a file, or nothing where there is none. Throws Error, naming the file and the reason, where one is
/// there and cannot be read, and for one of more than 64 MiB.
std::optional<std::string> read_if_there(const std::filesystem::path& path);

}  // namespace onefold
