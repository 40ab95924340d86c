#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace onefold {

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

}  // namespace onefold
