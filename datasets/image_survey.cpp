#include "datasets/image_survey.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace onefold {

namespace {

// JPEG.

constexpr size_t kMostCodes = 256;
constexpr int kMostScans = 100, kMostTableSegments = 400;  // a scan needs at most four tables
constexpr size_t kTableHeader = 17;  // class and number, then the number of codes of each length from 1 to 16

/// Whether the byte after 0xFF makes it a marker. In a scan's data, 0xFF 0x00 is a byte 0xFF, and the restart markers
/// 0xD0 to 0xD7 are part of the data.
bool is_marker(uint8_t second) { return second != 0x00 && second != kFill && (second < 0xD0 || second > 0xD7); }

/// Decoders read zeros beyond the end of a file.
size_t byte_at(std::span<const uint8_t> bytes, size_t place) { return place < bytes.size() ? bytes[place] : 0; }

/// The two bytes after a marker, big-endian: the segment's length, including these bytes.
size_t segment_length(std::span<const uint8_t> bytes, size_t after_marker) {
  return byte_at(bytes, after_marker) << 8 | byte_at(bytes, after_marker + 1);
}

/// The position after a JPEG file's first marker, which like any other may be preceded by fill bytes 0xFF; else 0.
size_t after_start_of_image(std::span<const uint8_t> bytes) {
  size_t place = 0;
  while (byte_at(bytes, place) == kFill) ++place;
  return place > 0 && byte_at(bytes, place) == kStartOfImage ? place + 1 : 0;
}

bool tables_of_segment_fit(std::span<const uint8_t> bytes, size_t after_marker) {
  const size_t end = after_marker + segment_length(bytes, after_marker);
  size_t table = after_marker + 2;
  while (table < end) {
    size_t codes = 0;
    for (size_t length = 1; length <= 16; ++length) codes += byte_at(bytes, table + length);
    if (codes > kMostCodes) return false;
    table += kTableHeader + codes;
  }
  return true;
}

// PNG.

constexpr std::array<uint8_t, 8> kPngSignature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
constexpr size_t kChunkHeader = 8, kChecksum = 4;  // length and type before a chunk's data, a checksum after it

uint32_t big_endian(std::span<const uint8_t> bytes) {
  return static_cast<uint32_t>(bytes[0]) << 24 | static_cast<uint32_t>(bytes[1]) << 16 |
         static_cast<uint32_t>(bytes[2]) << 8 | bytes[3];
}

bool is_png(std::span<const uint8_t> bytes) {
  return bytes.size() >= kPngSignature.size() && std::ranges::equal(kPngSignature, bytes.first(kPngSignature.size()));
}

/// The contribution of a byte to the cyclic redundancy check.
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

JpegSurvey survey_jpeg(std::span<const uint8_t> bytes) {
  JpegSurvey survey;
  const size_t start = after_start_of_image(bytes);
  survey.is_jpeg = start > 0;
  if (!survey.is_jpeg) return survey;

  int scans = 0, table_segments = 0;
  size_t first_scan = 0;
  for (size_t place = start; place + 1 < bytes.size();) {
    const uint8_t marker = bytes[place + 1];
    if (bytes[place] != 0xFF || !is_marker(marker)) {
      ++place;
      continue;
    }
    if (marker == kEndOfImage) {
      survey.scan_bytes = scans == 0 ? 0 : place - first_scan;
      return survey;
    }
    place += 2;
    if (marker == kDefineHuffmanTables) {
      if (++table_segments > kMostTableSegments)
        survey.fault = "more than 400 segments of Huffman tables";
      else if (!tables_of_segment_fit(bytes, place))
        survey.fault = "a Huffman table has more codes than bytes";
    }
    if (marker == kStartOfScan) {
      if (++scans > kMostScans) survey.fault = "more than 100 scans";
      if (scans == 1) first_scan = place;
    }
    if (survey.fault != nullptr) return survey;
    place += segment_length(bytes, place);
  }
  survey.fault = "it is truncated: its end marker is missing";
  return survey;
}

const char* fault_of_png(std::span<const uint8_t> bytes) {
  constexpr uint32_t kPixels = 0x49444154, kEnd = 0x49454E44;  // "IDAT", "IEND"
  if (!is_png(bytes)) return nullptr;
  bool before_pixels = true;
  std::span<const uint8_t> rest = bytes.subspan(kPngSignature.size());
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
  return "it is truncated: its last chunk is missing";
}

int png_bits_of_pixel(std::span<const uint8_t> bytes) {
  // After signature, length, type, width and height.
  constexpr size_t kDepth = kPngSignature.size() + kChunkHeader + 8, kColourType = kDepth + 1;
  // Grey, none, RGB, palette, grey and alpha, none, RGB and alpha.
  constexpr std::array<int, 7> kChannels = {1, 0, 3, 1, 2, 0, 4};
  if (!is_png(bytes) || bytes.size() <= kColourType || bytes[kColourType] >= kChannels.size()) return 1;
  return std::clamp(bytes[kDepth] * kChannels[bytes[kColourType]], 1, 64);
}

}  // namespace onefold
