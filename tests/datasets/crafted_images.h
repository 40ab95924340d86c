#pragma once

// PNG and JPEG files of any kind and any lie, made from nothing: for tests of hostile files, and for what the fuzzers
// begin with.

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "datasets/stb_image.h"
#include "tests/datasets/test_files.h"

namespace onefold::test {

inline void append(Bytes& bytes, const Bytes& more) { bytes.insert(bytes.end(), more.begin(), more.end()); }

/// Bits in the order of deflate (RFC 1951): into each byte from its lowest bit.
class DeflateBits {
 public:
  /// A number, lowest bit first.
  void number(uint32_t value, int bits) {
    for (int i = 0; i < bits; ++i) bit(value >> i & 1);
  }
  /// A Huffman code, as the digits 0 and 1.
  void code(const char* digits) {
    for (; *digits != '\0'; ++digits) bit(*digits == '1');
  }
  const Bytes& bytes() const { return bytes_; }

 private:
  void bit(bool one) {
    if (used_ == 0) bytes_.push_back(0);
    if (one) bytes_.back() = static_cast<uint8_t>(bytes_.back() | 1 << used_);
    used_ = (used_ + 1) % 8;
  }

  Bytes bytes_;
  int used_ = 0;
};

/// A zlib stream that unfolds to so many zeros, and a few more: two bits make 258 of them, the most that deflate can.
inline Bytes deflated_zeros(size_t count) {
  DeflateBits bits;
  bits.number(0x0178, 16);  // zlib's header
  bits.number(1, 1);        // the last block
  bits.number(2, 2);        // with codes of its own
  bits.number(286 - 257, 5);
  bits.number(0, 5);
  bits.number(18 - 4, 4);
  // Lengths of the codes of lengths, in the order 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1: 18 has one bit, 1 and 2
  // have two.
  for (int i = 0; i < 18; ++i) bits.number(i == 2 ? 1 : i == 15 || i == 17 ? 2 : 0, 3);
  const auto absent = [&](uint32_t symbols) { bits.code("0"), bits.number(symbols - 11, 7); };
  bits.code("11");  // the literal 0 has two bits,
  absent(138), absent(117);
  bits.code("11");  // the end of the block two,
  absent(28);
  bits.code("10");  // a run of 258 one,
  bits.code("10");  // and so has the distance 1.
  bits.code("10");
  for (size_t made = 1; made < count; made += 258) bits.code("00");
  bits.code("11");
  Bytes zlib = bits.bytes();
  append(zlib, Bytes(4, 0));  // a checksum that decoders need not check
  return zlib;
}

/// A zlib stream of one stored block, at most 65,535 bytes.
inline Bytes stored(const Bytes& bytes) {
  const auto low = static_cast<uint8_t>(bytes.size()), high = static_cast<uint8_t>(bytes.size() >> 8);
  Bytes zlib = {0x78, 0x01, 1, low, high, static_cast<uint8_t>(~low), static_cast<uint8_t>(~high)};
  append(zlib, bytes);
  append(zlib, Bytes(4, 0));
  return zlib;
}

/// What a PNG's header says: bits of a sample, kind of colour (0, 2, 3, 4, 6), and whether its rows are interlaced.
struct PngHeader {
  uint32_t width, height;
  uint8_t depth = 8, colour = 0, interlaced = 0;
};

/// A PNG of any header and any content; `chunks` stand between both.
inline Bytes crafted_png(const PngHeader& header, const Bytes& zlib,
                         const std::vector<std::pair<std::string, Bytes>>& chunks = {}) {
  Bytes png = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  Bytes content;
  append_big_endian(content, header.width);
  append_big_endian(content, header.height);
  append(content, {header.depth, header.colour, 0, 0, header.interlaced});
  append_chunk(png, "IHDR", content);
  for (const auto& [type, bytes] : chunks) append_chunk(png, type, bytes);
  append_chunk(png, "IDAT", zlib);
  append_chunk(png, "IEND", {});
  return png;
}

/// A segment of a JPEG: a marker, its length, and what it holds.
inline Bytes jpeg_segment(uint8_t marker, const Bytes& content) {
  const size_t length = content.size() + 2;
  Bytes segment = {0xFF, marker, static_cast<uint8_t>(length >> 8), static_cast<uint8_t>(length)};
  append(segment, content);
  return segment;
}

/// A JPEG's table of quantization: all ones.
inline Bytes jpeg_quantization() {
  Bytes table(65, 1);
  table[0] = 0;
  return table;
}

/// A JPEG's table of one Huffman code: '0' stands for `symbol`. Table 0x00 is of differences, 0x10 of the others.
inline Bytes jpeg_huffman_table(uint8_t table, uint8_t symbol = 0) {
  Bytes bytes(18, 0);
  bytes[0] = table;
  bytes[1] = 1;
  bytes[17] = symbol;
  return bytes;
}

/// What a JPEG's frame says: baseline or progressive, and a component for each pair of sampling factors.
struct JpegFrame {
  uint16_t width, height;
  bool progressive = false;
  std::vector<uint8_t> sampling = {0x11};
  int scans = 1;
  uint16_t restart_interval = 0;
};

/// A JPEG whose blocks are all zero, one bit each, followed by `scan_bytes` zero bytes for each scan.
inline Bytes crafted_jpeg(const JpegFrame& frame, size_t scan_bytes) {
  Bytes jpeg = {0xFF, 0xD8};
  append(jpeg, jpeg_segment(0xDB, jpeg_quantization()));
  Bytes content = {8, static_cast<uint8_t>(frame.height >> 8), static_cast<uint8_t>(frame.height),
                   static_cast<uint8_t>(frame.width >> 8), static_cast<uint8_t>(frame.width)};
  const auto components = static_cast<uint8_t>(frame.sampling.size());
  content.push_back(components);
  for (uint8_t c = 0; c < components; ++c) append(content, {static_cast<uint8_t>(c + 1), frame.sampling[c], 0});
  append(jpeg, jpeg_segment(frame.progressive ? 0xC2 : 0xC0, content));

  // '0' is the difference 0, or the end of a block.
  append(jpeg, jpeg_segment(0xC4, jpeg_huffman_table(0x00)));
  append(jpeg, jpeg_segment(0xC4, jpeg_huffman_table(0x10)));
  if (frame.restart_interval > 0) {
    append(jpeg, jpeg_segment(0xDD, {static_cast<uint8_t>(frame.restart_interval >> 8),
                                     static_cast<uint8_t>(frame.restart_interval)}));
  }
  for (int scan = 0; scan < frame.scans; ++scan) {
    const bool all = !frame.progressive || scan == 0;  // else one component, its coefficients beyond the first
    Bytes header = {all ? components : uint8_t{1}};
    for (uint8_t c = 0; c < header[0]; ++c) append(header, {static_cast<uint8_t>(c + 1), 0});
    const uint8_t first = all ? 0 : 1, last = frame.progressive && all ? 0 : 63;
    append(header, {first, last, 0});
    append(jpeg, jpeg_segment(0xDA, header));
    append(jpeg, Bytes(scan_bytes, 0));
  }
  append(jpeg, {0xFF, 0xD9});
  return jpeg;
}

/// A JPEG's segment of Exif data: a TIFF with a directory of two entries, the second of which is the orientation. The
/// directory may claim another number of entries, and the second entry have another tag.
inline Bytes exif_segment(uint16_t orientation, bool little_endian, uint16_t entries = 2, uint16_t tag = 0x0112) {
  Bytes content = {'E', 'x', 'i', 'f', 0, 0};
  const auto number = [&](uint32_t value, int width) {
    for (int i = 0; i < width; ++i) {
      content.push_back(static_cast<uint8_t>(value >> 8 * (little_endian ? i : width - 1 - i)));
    }
  };
  number(little_endian ? 0x4949 : 0x4D4D, 2);
  number(42, 2);
  number(10, 4);  // the directory's place in the TIFF
  number(0, 2);
  number(entries, 2);
  number(0x010F, 2), number(2, 2), number(4, 4), number(0x41424300, 4);  // the maker's name
  number(tag, 2), number(3, 2), number(1, 4), number(orientation, 2), number(0, 2);
  number(0, 4);  // no further directory
  return jpeg_segment(0xE1, content);
}

/// A JPEG with Exif data as its first segment.
inline Bytes with_orientation(Bytes jpeg, uint16_t orientation, bool little_endian, uint16_t entries = 2,
                              uint16_t tag = 0x0112) {
  const Bytes segment = exif_segment(orientation, little_endian, entries, tag);
  jpeg.insert(jpeg.begin() + 2, segment.begin(), segment.end());
  return jpeg;
}

/// An image whose red channel holds these numbers, row by row; green is 100 more, blue zero.
inline DecodedImage image_of(int64_t height, int64_t width, const Bytes& numbers) {
  DecodedImage image{height, width, {}};
  for (const uint8_t number : numbers) {
    image.pixels.insert(image.pixels.end(), {number, static_cast<uint8_t>(number + 100), 0});
  }
  return image;
}

inline Bytes reds(const DecodedImage& image) {
  Bytes numbers;
  for (size_t i = 0; i < image.pixels.size(); i += 3) numbers.push_back(image.pixels[i]);
  return numbers;
}

}  // namespace onefold::test
