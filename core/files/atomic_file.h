#pragma once

#include <filesystem>
#include <span>
#include <string_view>

namespace onefold {

/// Writes a file as a whole or not at all: a crash, a full disk or a power cut leaves the old file or the new one,
/// never a half. The bytes go to a temporary file in the same folder, which is synced and then renamed over `path`;
/// then the folder is synced. A symbolic link is followed. The new file has the old one's permissions.
///
/// On failure throws Error naming the file, the reason and a remedy; the old file is intact and no temporary stays.
/// Refuses a path that is there and is no regular file (a folder, a device, a pipe).
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

/// The same from several parts, written one after the other: large ones need not be joined in memory first.
void write_file_atomically(const std::filesystem::path& path, std::span<const std::string_view> parts);

/// Throws the Error of write_file_atomically() for a path that no file can have: to ask before the long work whose
/// result goes there.
void check_can_write(const std::filesystem::path& path);

/// Removes from a folder what processes left that were killed as they wrote: files named as write_file_atomically()
/// names its temporaries, which nobody writes any more. What cannot be removed stays.
void remove_old_temporaries(const std::filesystem::path& folder);

}  // namespace onefold
