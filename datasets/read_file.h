#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace onefold {

/// All bytes of a regular file. Throws Error, naming the file and the system's reason, if it cannot be read, and if it
/// has more than `most` bytes.
std::vector<uint8_t> read_file(const std::filesystem::path& path, uint64_t most);

/// The entries of a folder, sorted by name in byte order, without hidden entries and those that operating systems add,
/// such as __MACOSX in unpacked archives. Throws Error, naming the folder and the reason, if it cannot be listed.
std::vector<std::filesystem::path> list_folder(const std::filesystem::path& folder);

}  // namespace onefold
