#pragma once

// Small files that the tests of datasets write: a folder that cleans up after itself, PNG images of any kind, a JPEG.

#include <stdlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "core/check.h"
#include "tests/temporary_folder.h"

namespace onefold::test {

using Bytes = std::vector<uint8_t>;

using ::TemporaryFolder;

/// An environment variable, set (or unset) for a while.
class TemporaryEnvironment {
 public:
  TemporaryEnvironment(const std::string& name, const std::optional<std::string>& value) : name_(name) {
    if (const char* old = getenv(name.c_str())) old_ = old;
    set(value);
  }
  ~TemporaryEnvironment() { set(old_); }
  TemporaryEnvironment(const TemporaryEnvironment&) = delete;
  TemporaryEnvironment& operator=(const TemporaryEnvironment&) = delete;

 private:
  void set(const std::optional<std::string>& value) {
    if (value) {
      setenv(name_.c_str(), value->c_str(), 1);
    } else {
      unsetenv(name_.c_str());
    }
  }

  std::string name_;
  std::optional<std::string> old_;
};

/// Writes a file, and the folders above it.
inline void write_file(const std::filesystem::path& path, const Bytes& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
}

inline void write_text(const std::filesystem::path& path, const std::string& text) {
  write_file(path, Bytes(text.begin(), text.end()));
}

/// What a PNG's header says of its pixels.
enum class PngKind : uint8_t { kGrey = 0, kRgb = 2, kRgbAlpha = 6 };

inline void append_big_endian(Bytes& bytes, uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<uint8_t>(number >> shift));
}

/// A chunk of a PNG file: length, type, data, and their cyclic redundancy check. (PNG specification, section 5.3.)
inline void append_chunk(Bytes& png, const std::string& type, const Bytes& data) {
  Bytes checked(type.begin(), type.end());
  checked.insert(checked.end(), data.begin(), data.end());
  uint32_t crc = ~0u;
  for (const uint8_t byte : checked) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320u);
  }
  append_big_endian(png, static_cast<uint32_t>(data.size()));
  png.insert(png.end(), checked.begin(), checked.end());
  append_big_endian(png, ~crc);
}

/// A PNG file of 8-bit samples, row by row, uncompressed: at most 65,535 bytes with a filter byte a row.
inline Bytes png_of(PngKind kind, uint32_t width, uint32_t height, const Bytes& samples) {
  Bytes png = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  Bytes header;
  append_big_endian(header, width);
  append_big_endian(header, height);
  header.insert(header.end(), {8, static_cast<uint8_t>(kind), 0, 0, 0});
  append_chunk(png, "IHDR", header);

  Bytes rows;
  const size_t row_bytes = height == 0 ? 0 : samples.size() / height;
  for (size_t row = 0; row < samples.size() / std::max<size_t>(1, row_bytes); ++row) {
    rows.push_back(0);  // no filter
    rows.insert(rows.end(), samples.data() + row * row_bytes, samples.data() + (row + 1) * row_bytes);
  }

  // One stored block of deflate between zlib's header and checksum.
  const auto length = static_cast<uint16_t>(rows.size());
  const auto complement = static_cast<uint16_t>(~length);
  Bytes zlib = {0x78, 0x01, 1};
  for (const uint16_t number : {length, complement}) {
    zlib.push_back(static_cast<uint8_t>(number));
    zlib.push_back(static_cast<uint8_t>(number >> 8));
  }
  uint32_t a = 1, b = 0;
  for (const uint8_t byte : rows) {
    zlib.push_back(byte);
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  append_big_endian(zlib, b << 16 | a);
  append_chunk(png, "IDAT", zlib);
  append_chunk(png, "IEND", {});
  return png;
}

/// An RGB PNG of one colour.
inline Bytes png_of_colour(uint32_t width, uint32_t height, std::array<uint8_t, 3> colour) {
  Bytes samples;
  for (uint32_t i = 0; i < width * height; ++i) samples.insert(samples.end(), colour.begin(), colour.end());
  return png_of(PngKind::kRgb, width, height, samples);
}

/// A JPEG of 16 x 8 pixels: left half (200, 61, 32), right half (21, 90, 220).
inline Bytes small_jpeg() {
  const std::string digits =
      "ffd8ffe000104a46494600010100000100010000ffdb0043000d090a0b0a080d0b0a0b0e0e0d0f13201513121213271c1e17"
      "202e2931302e292d2c333a4a3e333646372c2d405741464c4e525352323e5a615a50604a51524fffdb0043010e0e0e131113"
      "261515264f352d354f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f"
      "4f4f4f4f4f4f4f4fffc00011080008001003011100021101031101ffc4001500010100000000000000000000000000000405"
      "ffc40014100100000000000000000000000000000000ffc400160101010100000000000000000000000000070506ffc40014"
      "110100000000000000000000000000000000ffda000c03010002110311003f009a92d48c421e3fffd9";
  Bytes bytes;
  for (size_t i = 0; i < digits.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

}  // namespace onefold::test
