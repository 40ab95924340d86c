#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace onefold {

/// What must be known of a JPEG file before a decoder sees it.
struct JpegSurvey {
  bool is_jpeg = false;         // else there is nothing to know
  const char* fault = nullptr;  // why no decoder should see it, if so
  size_t scan_bytes = 0;        // from the first scan to the end: what the pixels are made of
};

/// Finds the faults that a decoder trusts a file not to have:
///
/// A Huffman table (ITU-T T.81, section B.2.4.2) of more than 256 codes, as many as there are bytes. stb_image before
/// 2.29 writes such a table beyond its own.
/// More than 100 scans, or 400 segments of tables: a scan of ten bytes costs a pass over all pixels. Encoders make
/// about ten.
///
/// Up to the first scan the file is walked segment by segment. From there on all that looks like a segment has to be
/// one: strict, but where a scan ends is for the decoder to know.
JpegSurvey survey_jpeg(std::span<const uint8_t> bytes);

}  // namespace onefold
