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

}  // namespace

bool png_pixels_begin_empty(std::span<const uint8_t> bytes) {
  constexpr uint32_t kPixels = 0x49444154;  // "IDAT"
  if (bytes.size() < kSignature.size() || !std::ranges::equal(kSignature, bytes.first(kSignature.size()))) return false;
  size_t place = kSignature.size();
  while (place + kChunkHeader <= bytes.size()) {
    const uint32_t length = big_endian(bytes.subspan(place));
    if (big_endian(bytes.subspan(place + 4)) == kPixels) return length == 0;
    place += kChunkHeader + length + kChecksum;
  }
  return false;
}

}  // namespace onefold
