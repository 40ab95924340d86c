#pragma once

#include <cstdint>
#include <span>

namespace onefold {

/// Whether every Huffman table that a decoder may meet in a JPEG file (ITU-T T.81, section B.2.4.2) has at most 256
/// codes, as many as there are bytes. stb_image before 2.29 trusts a table that claims more, and writes beyond its own.
///
/// Up to the first scan the file is walked segment by segment. From there on all that looks like a table has to be one:
/// strict, but where a scan ends is for the decoder to know. Files that are no JPEG have no tables.
bool huffman_tables_fit(std::span<const uint8_t> bytes);

}  // namespace onefold
