#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace onefold {

// What decoders do not check, before they get a file.

/// The second byte of a JPEG marker; the first is 0xFF.
inline constexpr uint8_t kFill = 0xFF, kStartOfImage = 0xD8, kEndOfImage = 0xD9, kDefineHuffmanTables = 0xC4,
                         kStartOfScan = 0xDA, kApplication1 = 0xE1;

/// What is checked of a JPEG file before it is decoded.
struct JpegSurvey {
  bool is_jpeg = false;         // if false, the other members have no meaning
  const char* fault = nullptr;  // why it must not be decoded; null if it may be
  size_t scan_bytes = 0;        // from the first scan to the end of the image, the bytes that encode the pixels
};

/// Finds faults that decoders do not check for:
///
/// A truncated file: its end-of-image marker is missing. stb_image from 2.28 on fills the missing pixels with grey.
/// A Huffman table (ITU-T T.81, section B.2.4.2) of more than 256 codes, one per byte value. stb_image before 2.29
/// writes such a table out of bounds.
/// More than 100 scans or 400 table segments: a scan of ten bytes costs a pass over all pixels. Encoders write about
/// ten.
///
/// The file is parsed from marker to marker, up to the end of the image: a segment is skipped by its length, the data
/// of a scan up to the next marker that is not part of it. Anything after the image, such as the videos and thumbnails
/// that phones append, is ignored. Whether a scan holds all of its blocks can only be found by decoding.
JpegSurvey survey_jpeg(std::span<const uint8_t> bytes);

/// The reason why a PNG file must not be decoded; nullptr if there is none or the file is not a PNG.
///
/// The file is truncated: its last chunk (IEND) or a part of any chunk is missing.
/// The cyclic redundancy check of a chunk (PNG specification, section 5.3) is wrong, so a bit has flipped. stb_image
/// checks no sums and would return wrong pixels.
/// The first chunk of pixels (IDAT; section 11.2.4) is empty. The format allows it and encoders do not write it, but
/// stb_image then copies zero bytes to a null pointer: undefined behaviour.
///
/// Anything after the last chunk is ignored.
const char* fault_of_png(std::span<const uint8_t> bytes);

/// The bits per pixel according to the header of a PNG file, its first chunk (IHDR; section 11.2.2): 1 to 64. 1 if the
/// header is missing or invalid.
int png_bits_of_pixel(std::span<const uint8_t> bytes);

}  // namespace onefold
