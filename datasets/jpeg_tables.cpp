#include "datasets/jpeg_tables.h"

#include <cstddef>

namespace onefold {

namespace {

constexpr size_t kMostCodes = 256;
constexpr int kMostScans = 100, kMostTableSegments = 400;  // a scan needs four tables at most
constexpr size_t kTableHeader = 17;  // class and number, then how many codes there are of each length from 1 to 16

// The second byte of a marker; the first is 0xFF.
constexpr uint8_t kFill = 0xFF, kStartOfImage = 0xD8, kEndOfImage = 0xD9, kDefineHuffmanTables = 0xC4,
                  kStartOfScan = 0xDA;

/// Whether what stands after 0xFF makes it a marker. In a scan's data, 0xFF 0x00 is a byte 0xFF, and the restart
/// markers 0xD0 to 0xD7 are part of it.
bool is_marker(uint8_t second) { return second != 0x00 && second != kFill && (second < 0xD0 || second > 0xD7); }

/// Decoders read zeros beyond the end of a file.
size_t byte_at(std::span<const uint8_t> bytes, size_t place) { return place < bytes.size() ? bytes[place] : 0; }

/// The two bytes after a marker, big-endian: how long the segment is, from these bytes on.
size_t segment_length(std::span<const uint8_t> bytes, size_t after_marker) {
  return byte_at(bytes, after_marker) << 8 | byte_at(bytes, after_marker + 1);
}

/// Where a JPEG file goes on after its first marker, which like any other may be filled up with 0xFF; else 0.
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
  survey.fault = "it is cut off: the marker of its end is missing";
  return survey;
}

}  // namespace onefold
