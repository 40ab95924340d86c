#include "datasets/photo.h"

#include <algorithm>
#include <array>
#include <vector>

#include "core/check.h"
#include "core/process_limits.h"
#include "datasets/image_survey.h"
#include "datasets/read_file.h"

namespace onefold {

namespace {

constexpr ImageLimits kPhotoLimits{.side = 1 << 14, .pixels = 1 << 26, .working_bytes = int64_t{1} << 30};

/// Where the pixel (row, column) of an upright image lies in the stored one.
struct Turn {
  bool swapped;      // column and row, first
  bool from_bottom;  // the stored rows count from the bottom
  bool from_right;   // the stored columns count from the right
};
constexpr std::array<Turn, 8> kTurns = {{{false, false, false},
                                         {false, false, true},
                                         {false, true, true},
                                         {false, true, false},
                                         {true, false, false},
                                         {true, true, false},
                                         {true, true, true},
                                         {true, false, true}}};

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

Photo load_photo(const std::filesystem::path& path) {
  const std::vector<uint8_t> bytes = read_file(path, kMostImageFileBytes);
  ImageLimits limits = kPhotoLimits;
  limits.working_bytes = std::min(limits.working_bytes, available_memory());
  const int orientation = exif_orientation(bytes);
  return {upright(decode_image(path.string(), bytes, limits), orientation), orientation};
}

DecodedImage upright(const DecodedImage& image, int orientation) {
  check(orientation >= 1 && orientation <= 8, "upright: got the orientation ", orientation, ", expected 1 to 8");
  const Turn turn = kTurns[static_cast<size_t>(orientation - 1)];
  DecodedImage turned{image.height, image.width, std::vector<uint8_t>(image.pixels.size())};
  if (turn.swapped) std::swap(turned.height, turned.width);
  uint8_t* to = turned.pixels.data();
  for (int64_t y = 0; y < turned.height; ++y) {
    for (int64_t x = 0; x < turned.width; ++x, to += 3) {
      int64_t row = turn.swapped ? x : y, column = turn.swapped ? y : x;
      if (turn.from_bottom) row = image.height - 1 - row;
      if (turn.from_right) column = image.width - 1 - column;
      std::copy_n(image.pixels.data() + 3 * (row * image.width + column), 3, to);
    }
  }
  return turned;
}

int exif_orientation(std::span<const uint8_t> bytes) {
  const Numbers numbers{bytes};
  if (numbers.at(0, 2) != (0xFF00u | jpeg::kStartOfImage)) return 1;

  // From segment to segment: a marker, the length of itself and what follows, the content. Before any pixels.
  for (size_t place = 2; place + 4 <= bytes.size() && bytes[place] == 0xFF;) {
    const uint8_t marker = bytes[place + 1];
    if (marker == jpeg::kFill) {
      ++place;
      continue;
    }
    const size_t length = numbers.at(place + 2, 2);
    if (marker == jpeg::kStartOfScan || marker == jpeg::kEndOfImage || length < 2) return 1;
    const std::span<const uint8_t> content = bytes.subspan(place + 4, std::min(length - 2, bytes.size() - place - 4));
    if (marker == jpeg::kApplication1 && content.size() >= kExif.size() &&
        std::ranges::equal(kExif, content.first(kExif.size()))) {
      return orientation_of(content.subspan(kExif.size()));
    }
    place += 2 + length;
  }
  return 1;
}

}  // namespace onefold
