// The bytes are a PNG or JPEG file.

#include "datasets/stb_image.h"

#include "tests/fuzz/fuzz.h"

using namespace onefold;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::vector<uint8_t> bytes(data, data + size);
  DecodedImage image;
  if (!fuzz::succeeds([&] { image = decode_image("input", bytes); })) return 0;

  fuzz::require(image.height >= 1 && image.height <= 4096, "a height beyond the cap");
  fuzz::require(image.width >= 1 && image.width <= 4096, "a width beyond the cap");
  fuzz::require(image.height * image.width <= int64_t{1} << 22, "more pixels than the cap");
  fuzz::require(std::ssize(image.pixels) == 3 * image.height * image.width, "a number of pixels that is not H * W * 3");

  // Bytes that no file gave would differ from call to call.
  fuzz::require(decode_image("input", bytes).pixels == image.pixels, "two readings of one file differ");
  if (fuzz::bug_is_planted() && image.width == 5) fuzz::read_out_of_bounds();
  return 0;
}
