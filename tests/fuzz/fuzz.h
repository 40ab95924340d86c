#pragma once

// What the fuzz targets share. A target defines LLVMFuzzerTestOneInput(): it passes the bytes to one of our readers, as
// if they were a file. An Error is a good outcome; so is success, if what was read is consistent. Anything else ends
// the process, which is a finding.

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

/// Whether body() throws no Error. An Error must have a message; other exceptions are not caught, and end the process.
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

/// Whether this run must find the bug planted in each target (tests/fuzz/run.sh --self-test).
inline bool bug_is_planted() {
  static const bool planted = std::getenv("ONEFOLD_PLANTED_BUG") != nullptr;
  return planted;
}

/// The planted bug: reads one byte past the end of a block of memory. AddressSanitizer must find it.
inline void read_out_of_bounds() {
  const size_t size = 16;
  uint8_t* block = static_cast<uint8_t*>(std::calloc(size, 1));
  volatile size_t place = size;
  std::fprintf(stderr, "planted bug: read %d\n", block[place]);
  std::free(block);
}

/// An input consumed from front to back; zeros follow its end.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : bytes_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return place_ >= bytes_.size(); }
  uint8_t byte() { return empty() ? 0 : static_cast<uint8_t>(bytes_[place_++]); }

  /// The next bytes, at most `count`.
  std::string bytes(size_t count) {
    const std::string taken = empty() ? "" : bytes_.substr(place_, count);
    place_ += taken.size();
    return taken;
  }

  /// Everything up to the next `end`, which is skipped.
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
