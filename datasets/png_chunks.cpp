#include "datasets/png_chunks.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace onefold {

namespace {

constexpr std::array<uint8_t, 8> kSignature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
constexpr size_t kChunkHeader = 8, kChecksum = 4;  // length and type stand before a chunk's data, a checksum after it

uint32_t big_endian(std::span<const uint8_t> bytes) {
  return static_cast<uint32_t>(bytes[0]) << 24 | static_cast<uint32_t>(bytes[1]) << 16 |
         static_cast<uint32_t>(bytes[2]) << 8 | bytes[3];
}

bool is_png(std::span<const uint8_t> bytes) {
  return bytes.size() >= kSignature.size() && std::ranges::equal(kSignature, bytes.first(kSignature.size()));
}

}  // namespace

bool png_pixels_begin_empty(std::span<const uint8_t> bytes) {
  constexpr uint32_t kPixels = 0x49444154;  // "IDAT"
  if (!is_png(bytes)) return false;
  size_t place = kSignature.size();
  while (place + kChunkHeader <= bytes.size()) {
    const uint32_t length = big_endian(bytes.subspan(place));
    if (big_endian(bytes.subspan(place + 4)) == kPixels) return length == 0;
    place += kChunkHeader + length + kChecksum;
  }
  return false;
}

int png_bits_of_pixel(std::span<const uint8_t> bytes) {
  // Behind signature, length, type, width and height.
  constexpr size_t kDepth = kSignature.size() + kChunkHeader + 8, kColourType = kDepth + 1;
  // Grey, none, RGB, palette, grey and alpha, none, RGB and alpha.
  constexpr std::array<int, 7> kChannels = {1, 0, 3, 1, 2, 0, 4};
  if (!is_png(bytes) || bytes.size() <= kColourType || bytes[kColourType] >= kChannels.size()) return 1;
  return std::clamp(bytes[kDepth] * kChannels[bytes[kColourType]], 1, 64);
}

}  // namespace onefold
