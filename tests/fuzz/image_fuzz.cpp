// The bytes are a PNG or JPEG file. Most mutations break a PNG's checksum, or remove a JPEG's end: each file is read as
// it is and repaired, so that the fuzzer gets past both.

#include <span>

#include "datasets/photo.h"
#include "datasets/stb_image.h"
#include "tests/datasets/crafted_images.h"
#include "tests/fuzz/fuzz.h"

using namespace onefold;

namespace {

/// Whether a file seems to claim more than 2^16 pixels. Such files take up to a second each, so most are skipped.
bool is_slow(const std::vector<uint8_t>& bytes) {
  const auto number = [&](size_t place, int length) {
    uint64_t value = 0;
    for (int i = 0; i < length; ++i, ++place) value = value << 8 | (place < bytes.size() ? bytes[place] : 0);
    return value;
  };
  if (number(0, 2) == 0x8950) return number(16, 4) * number(20, 4) > 1 << 16;
  for (size_t i = 0; i + 1 < bytes.size(); ++i) {
    const bool is_frame = bytes[i] == 0xFF && bytes[i + 1] >= 0xC0 && bytes[i + 1] <= 0xC2;
    if (is_frame && number(i + 5, 2) * number(i + 7, 2) > 1 << 16) return true;
  }
  return false;
}

/// A PNG with the checksums of all complete chunks corrected; any other file with a JPEG's end appended.
std::vector<uint8_t> mended(const std::vector<uint8_t>& bytes) {
  constexpr size_t kSignature = 8, kHeader = 8, kChecksum = 4;
  std::vector<uint8_t> file(bytes.begin(), bytes.begin() + std::min<ptrdiff_t>(kSignature, std::ssize(bytes)));
  if (bytes.size() < kSignature || bytes[0] != 0x89) {
    file = bytes;
    test::append(file, {0xFF, 0xD9});
    return file;
  }
  std::span<const uint8_t> rest = std::span(bytes).subspan(kSignature);
  while (rest.size() >= kHeader + kChecksum) {
    size_t length = 0;
    for (const uint8_t byte : rest.first(4)) length = length << 8 | byte;
    if (length > rest.size() - kHeader - kChecksum) break;
    test::append_chunk(file, {rest.begin() + 4, rest.begin() + kHeader},
                       {rest.begin() + kHeader, rest.begin() + static_cast<ptrdiff_t>(kHeader + length)});
    rest = rest.subspan(kHeader + length + kChecksum);
  }
  file.insert(file.end(), rest.begin(), rest.end());
  return file;
}

void read(const std::vector<uint8_t>& bytes) {
  const int orientation = exif_orientation(bytes);
  fuzz::require(orientation >= 1 && orientation <= 8, "an orientation that is none of the eight");
  DecodedImage image;
  if (!fuzz::succeeds([&] { image = decode_image("input", bytes); })) return;

  fuzz::require(image.height >= 1 && image.height <= 4096, "a height beyond the cap");
  fuzz::require(image.width >= 1 && image.width <= 4096, "a width beyond the cap");
  fuzz::require(image.height * image.width <= int64_t{1} << 22, "more pixels than the cap");
  fuzz::require(std::ssize(image.pixels) == 3 * image.height * image.width, "the number of bytes is not H * W * 3");

  // Uninitialised bytes would differ from call to call.
  fuzz::require(decode_image("input", bytes).pixels == image.pixels,
                "reading the same file twice gives different pixels");
  if (fuzz::bug_is_planted() && image.width == 5) fuzz::read_out_of_bounds();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::vector<uint8_t> bytes(data, data + size);
  if (is_slow(bytes) && size % 16 != 0) return 0;
  read(bytes);
  read(mended(bytes));
  return 0;
}
