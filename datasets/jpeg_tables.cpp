#include "datasets/jpeg_tables.h"

#include <cstddef>

namespace onefold {

namespace {

constexpr size_t kMostCodes = 256;
constexpr size_t kTableHeader = 17;  // class and number, then how many codes there are of each length from 1 to 16

// The second byte of a marker; the first is 0xFF.
constexpr uint8_t kFill = 0xFF, kDefineHuffmanTables = 0xC4, kStartOfScan = 0xDA;

/// Decoders read zeros beyond the end of a file.
size_t byte_at(std::span<const uint8_t> bytes, size_t place) { return place < bytes.size() ? bytes[place] : 0; }

/// The two bytes after a marker, big-endian: how long the segment is, from these bytes on.
size_t segment_length(std::span<const uint8_t> bytes, size_t after_marker) {
  return byte_at(bytes, after_marker) << 8 | byte_at(bytes, after_marker + 1);
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

}  // namespace

bool huffman_tables_fit(std::span<const uint8_t> bytes) {
  const bool is_jpeg = bytes.size() > 2 && bytes[0] == 0xFF && bytes[1] == 0xD8;
  if (!is_jpeg) return true;

  bool in_header = true;
  size_t place = 2;
  while (place + 1 < bytes.size()) {
    if (bytes[place] != 0xFF || bytes[place + 1] == kFill) {
      ++place;
      continue;
    }
    const uint8_t marker = bytes[place + 1];
    place += 2;
    if (marker == kDefineHuffmanTables && !tables_of_segment_fit(bytes, place)) return false;
    // Only 0xC0 to 0xFE have a length that decoders go by; what else comes is an error to them.
    if (marker == kStartOfScan || marker < 0xC0) in_header = false;
    if (in_header) place += segment_length(bytes, place);
  }
  return true;
}

}  // namespace onefold
