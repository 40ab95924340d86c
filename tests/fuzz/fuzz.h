#pragma once

// What the fuzz targets share. A target defines LLVMFuzzerTestOneInput(): it gives the bytes to a reader of ours, as if
// they were a file. An Error is a good outcome; so is success, where what was read holds together. All else ends the
// process, which is a finding.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "core/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace onefold::fuzz {

inline void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "finding: %s\n", what);
  std::abort();
}

/// Whether body() comes to its end. An Error has to say something; other exceptions leave, and end the process.
template <class Body>
bool succeeds(const Body& body) {
  try {
    body();
    return true;
  } catch (const Error& error) {
    require(*error.what() != '\0', "an Error without a message");
    return false;
  }
}

/// Whether this run has to find the bug that each target has for that (tests/fuzz/run.sh --self-test).
inline bool bug_is_planted() {
  static const bool planted = std::getenv("ONEFOLD_PLANTED_BUG") != nullptr;
  return planted;
}

/// The planted bug: reads one byte behind a block of memory. AddressSanitizer has to see it.
inline void read_out_of_bounds() {
  const size_t size = 16;
  uint8_t* block = static_cast<uint8_t*>(std::calloc(size, 1));
  volatile size_t place = size;
  std::fprintf(stderr, "planted bug: read %d\n", block[place]);
  std::free(block);
}

/// An input taken apart from front to back; zeros follow its end.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : bytes_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return place_ >= bytes_.size(); }
  uint8_t byte() { return empty() ? 0 : static_cast<uint8_t>(bytes_[place_++]); }

  /// At most so many of the next bytes.
  std::string bytes(size_t count) {
    const std::string taken = empty() ? "" : bytes_.substr(place_, count);
    place_ += taken.size();
    return taken;
  }

  /// All up to the next `end`, which is skipped.
  std::string until(char end) {
    if (empty()) return "";
    const size_t found = bytes_.find(end, place_);
    const std::string taken = bytes_.substr(place_, found == std::string::npos ? found : found - place_);
    place_ = found == std::string::npos ? bytes_.size() : found + 1;
    return taken;
  }

 private:
  std::string bytes_;
  size_t place_ = 0;
};

}  // namespace onefold::fuzz
