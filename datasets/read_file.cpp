#include "datasets/read_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <system_error>

#include "core/check.h"

namespace onefold {

std::vector<uint8_t> read_file(const std::filesystem::path& path, uint64_t most) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  // Reading a pipe would wait forever, and a device may never end. A missing file is reported when it is opened.
  check(!std::filesystem::exists(status) || std::filesystem::is_regular_file(status), path.string(),
        ": is a folder, a pipe or a device; expected a file");
  const auto close = [](std::FILE* file) { std::fclose(file); };
  const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path.c_str(), "rb"), close);
  check(file != nullptr, path.string(), ": cannot be opened: ", std::strerror(errno));

  const uint64_t size = std::filesystem::file_size(path, error);
  check(!error, path.string(), ": cannot be read: ", error.message());
  check(size <= most, path.string(), ": has ", size, " bytes, at most ", most, " are allowed");

  std::vector<uint8_t> bytes(size);
  const size_t got = std::fread(bytes.data(), 1, bytes.size(), file.get());
  check(!std::ferror(file.get()), path.string(), ": cannot be read: ", std::strerror(errno));
  check(got == bytes.size(), path.string(), ": ended after ", got, " of ", size, " bytes: is it still being written?");
  return bytes;
}

namespace {

/// Files that macOS's archives, network disks, Windows and Linux add to the user's files.
constexpr std::array kOfSystems = {"__MACOSX",    "@eaDir",    "#recycle",  "$RECYCLE.BIN", "System Volume Information",
                                   "desktop.ini", "Thumbs.db", "lost+found"};

bool is_of_user(const std::string& name) { return !name.starts_with('.') && !std::ranges::count(kOfSystems, name); }

}  // namespace

std::vector<std::filesystem::path> list_folder(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> entries;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  for (const std::filesystem::directory_iterator end; !error && entry != end; entry.increment(error)) {
    if (is_of_user(entry->path().filename().string())) entries.push_back(entry->path());
  }
  check(!error, folder.string(), ": cannot be listed: ", error.message());
  std::ranges::sort(entries, {}, [](const std::filesystem::path& path) { return path.filename().string(); });
  return entries;
}

}  // namespace onefold
