#include "datasets/exif.h"

#include <algorithm>
#include <array>

#include "datasets/image_survey.h"

namespace onefold {

namespace {

constexpr std::array<uint8_t, 6> kExif = {'E', 'x', 'i', 'f', 0, 0};  // at the start of a segment, before a TIFF

/// Whole numbers in either byte order; what is outside of the bytes reads as zero.
struct Numbers {
  std::span<const uint8_t> bytes;
  bool little_endian = false;

  uint32_t at(size_t place, size_t width) const {
    uint32_t value = 0;
    for (size_t i = 0; i < width; ++i) {
      const size_t index = place + (little_endian ? width - 1 - i : i);
      value = value << 8 | (index < bytes.size() ? bytes[index] : 0u);
    }
    return value;
  }
};

/// The orientation in a TIFF's first directory: a count, then that many entries of tag, type, count and value.
int orientation_of(std::span<const uint8_t> tiff) {
  constexpr uint32_t kIntel = 0x4949, kMotorola = 0x4D4D, kMagic = 42, kOrientation = 0x0112, kShort = 3;
  constexpr size_t kEntry = 12;
  Numbers numbers{tiff};
  const uint32_t order = numbers.at(0, 2);
  numbers.little_endian = order == kIntel;
  if ((order != kIntel && order != kMotorola) || numbers.at(2, 2) != kMagic) return 1;

  const size_t directory = numbers.at(4, 4);
  const size_t entries = numbers.at(directory, 2);
  for (size_t entry = directory + 2; entry < directory + 2 + entries * kEntry; entry += kEntry) {
    if (numbers.at(entry, 2) != kOrientation || numbers.at(entry + 2, 2) != kShort) continue;
    const uint32_t orientation = numbers.at(entry + 8, 2);
    return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
  }
  return 1;
}

}  // namespace

int exif_orientation(std::span<const uint8_t> bytes) {
  const Numbers numbers{bytes};
  if (numbers.at(0, 2) != (0xFF00u | kStartOfImage)) return 1;

  // From segment to segment: a marker, the length of itself and what follows, the content. Before any pixels.
  for (size_t place = 2; place + 4 <= bytes.size() && bytes[place] == 0xFF;) {
    const uint8_t marker = bytes[place + 1];
    if (marker == kFill) {
      ++place;
      continue;
    }
    const size_t length = numbers.at(place + 2, 2);
    if (marker == kStartOfScan || marker == kEndOfImage || length < 2) return 1;
    const std::span<const uint8_t> content = bytes.subspan(place + 4, std::min(length - 2, bytes.size() - place - 4));
    if (marker == kApplication1 && content.size() >= kExif.size() &&
        std::ranges::equal(kExif, content.first(kExif.size()))) {
      return orientation_of(content.subspan(kExif.size()));
    }
    place += 2 + length;
  }
  return 1;
}

}  // namespace onefold
