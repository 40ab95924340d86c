#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace onefold::fuzz {

/// A regular file in memory, with a path that any reader can open: no disk limits the number of inputs per second.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(::memfd_create("onefold-fuzz", 0)) {
    if (descriptor_ < 0) throw std::runtime_error("memfd_create failed: Linux is needed");
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

  /// Replaces the contents of the file.
  void write(std::string_view bytes) const {
    if (::ftruncate(descriptor_, 0) != 0 ||
        ::pwrite(descriptor_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
      throw std::runtime_error("not enough memory for the file");
    }
  }

 private:
  int descriptor_;
};

}  // namespace onefold::fuzz
