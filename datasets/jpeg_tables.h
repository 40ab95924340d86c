#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace onefold {

/// What must be known of a JPEG file before a decoder sees it.
struct JpegSurvey {
  bool is_jpeg = false;         // else there is nothing to know
  const char* fault = nullptr;  // why no decoder should see it, if so
  size_t scan_bytes = 0;        // from the first scan to the end of the image: what the pixels are made of
};

/// Finds the faults that a decoder trusts a file not to have:
///
/// A file that is cut off: its end-of-image marker is missing. stb_image from 2.28 on fills up the pixels with grey.
/// A Huffman table (ITU-T T.81, section B.2.4.2) of more than 256 codes, as many as there are bytes. stb_image before
/// 2.29 writes such a table beyond its own.
/// More than 100 scans, or 400 segments of tables: a scan of ten bytes costs a pass over all pixels. Encoders make
/// about ten.
///
/// The file is walked from marker to marker: over a segment by its length, over a scan's data to the next marker that
/// is none of its own, up to the end of the image. What follows that, as the films and thumbnails of phones, is not
/// looked at. Whether a scan holds all of its blocks only decoding can tell.
JpegSurvey survey_jpeg(std::span<const uint8_t> bytes);

}  // namespace onefold
