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

/// What a byte adds to the cyclic redundancy check of those before it.
constexpr std::array<uint32_t, 256> kCrcOfByte = [] {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    table[byte] = byte;
    for (int bit = 0; bit < 8; ++bit) table[byte] = table[byte] >> 1 ^ (table[byte] & 1) * 0xEDB88320u;
  }
  return table;
}();

uint32_t crc_of(std::span<const uint8_t> bytes) {
  uint32_t crc = ~0u;
  for (const uint8_t byte : bytes) crc = crc >> 8 ^ kCrcOfByte[(crc ^ byte) & 0xFF];
  return ~crc;
}

}  // namespace

const char* fault_of_png(std::span<const uint8_t> bytes) {
  constexpr uint32_t kPixels = 0x49444154, kEnd = 0x49454E44;  // "IDAT", "IEND"
  if (!is_png(bytes)) return nullptr;
  bool before_pixels = true;
  std::span<const uint8_t> rest = bytes.subspan(kSignature.size());
  while (rest.size() >= kChunkHeader + kChecksum) {
    const size_t length = big_endian(rest);
    if (length > rest.size() - kChunkHeader - kChecksum) break;
    const uint32_t type = big_endian(rest.subspan(4));
    if (crc_of(rest.subspan(4, 4 + length)) != big_endian(rest.subspan(kChunkHeader + length))) {
      return "the checksum of a chunk is wrong: the file was damaged";
    }
    if (type == kEnd) return nullptr;
    if (type == kPixels && before_pixels && length == 0) return "its first chunk of pixels is empty";
    before_pixels = before_pixels && type != kPixels;
    rest = rest.subspan(kChunkHeader + length + kChecksum);
  }
  return "it is cut off: its last chunk is missing";
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
