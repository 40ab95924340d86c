#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace onefold {

/// All bytes of a regular file. Throws Error naming the file and the system's reason, and for one of more than `most`
/// bytes.
std::vector<uint8_t> read_file(const std::filesystem::path& path, uint64_t most);

/// The entries of a folder by name in byte order, but for hidden ones and those that systems add to the user's own, as
/// __MACOSX in unpacked archives. Throws Error naming the folder and the reason.
std::vector<std::filesystem::path> list_folder(const std::filesystem::path& folder);

}  // namespace onefold
