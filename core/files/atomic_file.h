#pragma once

#include <filesystem>
#include <span>
#include <string_view>

namespace onefold {

/// Writes a file completely or not at all: after a crash, a full disk or a power cut the path holds the old file or the
/// new one, never a partial one. The bytes go to a temporary file in the same folder, which is synced and then renamed
/// to `path`; then the folder is synced. Symbolic links are followed. The new file has the old one's permissions.
/// On failure it throws Error naming the file, the reason and a remedy; the old file is intact and no temporary file
/// remains. Throws Error if the path exists and is not a regular file (a folder, a device, a pipe).
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

/// The same from several parts, written one after the other, so that large ones need not be joined in memory.
void write_file_atomically(const std::filesystem::path& path, std::span<const std::string_view> parts);

/// Throws the Error of write_file_atomically() if no file can be written to `path`. Call it before a long computation
/// whose result goes there.
void check_can_write(const std::filesystem::path& path);

/// Removes the temporary files that killed processes left in a folder: files named as write_file_atomically() names
/// its temporaries that no process is writing. Files that cannot be removed stay.
void remove_old_temporaries(const std::filesystem::path& folder);

}  // namespace onefold
