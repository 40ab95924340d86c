#include "datasets/stb_image.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

#include "core/check.h"
#include "datasets/image_survey.h"

namespace {

constexpr size_t kHeader = alignof(std::max_align_t);  // each block is preceded by its size
thread_local size_t working_bytes = 0;
thread_local size_t allowed_bytes = 0;  // for the current image

/// Zeroed memory: if a JPEG's scans omit a colour, old memory contents would become pixels.
void* limited_malloc(size_t size) {
  if (working_bytes > allowed_bytes || size > allowed_bytes - working_bytes) return nullptr;
  char* fresh = static_cast<char*>(std::calloc(kHeader + size, 1));
  if (fresh == nullptr) return nullptr;
  *reinterpret_cast<size_t*>(fresh) = size;
  working_bytes += size;
  return fresh + kHeader;
}

void* limited_realloc(void* block, size_t size) {
  if (block == nullptr) return limited_malloc(size);
  char* old = static_cast<char*>(block) - kHeader;
  const size_t old_size = *reinterpret_cast<size_t*>(old);
  const size_t others = working_bytes - old_size;
  if (others > allowed_bytes || size > allowed_bytes - others) return nullptr;
  char* fresh = static_cast<char*>(std::realloc(old, kHeader + size));
  if (fresh == nullptr) return nullptr;
  if (size > old_size) std::memset(fresh + kHeader + old_size, 0, size - old_size);
  *reinterpret_cast<size_t*>(fresh) = size;
  working_bytes = others + size;
  return fresh + kHeader;
}

void limited_free(void* block) {
  if (block == nullptr) return;
  char* start = static_cast<char*>(block) - kHeader;
  working_bytes -= *reinterpret_cast<size_t*>(start);
  std::free(start);
}

}  // namespace

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_NO_STDIO
#define STBI_FAILURE_USERMSG
#define STBI_MAX_DIMENSIONS (1 << 24)  // its error would not name the size, decode_image() does
#define STBI_MALLOC(size) limited_malloc(size)
#define STBI_REALLOC(block, size) limited_realloc(block, size)
#define STBI_FREE(block) limited_free(block)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wshadow"
#include <stb_image.h>
#pragma GCC diagnostic pop

namespace onefold {

namespace {

/// The maximum bits of pixels per byte of a PNG: deflate compresses at most 1,032-fold.
constexpr int64_t kMostBitsOfPngByte = 8 * 1032;

/// The maximum pixels per byte of a JPEG's scans: a block of 8 x 8 pixels takes at least one bit.
constexpr int64_t kMostPixelsOfJpegByte = 8 * 64;

/// The memory that the decoder may use for an image: the limit, and less for a small one, so that a file that expands
/// to more than its pixels costs little. A pixel takes at most 48 bytes: 8 in the file, 8 before and 8 after filters,
/// and twice that if the size was underestimated; a JPEG's blocks extend up to 31 pixels beyond its edges.
size_t allowed_bytes_of(int64_t width, int64_t height, size_t file_bytes, const ImageLimits& limits) {
  const size_t small = (size_t{256} << 10) + 3 * file_bytes + 48 * static_cast<size_t>((width + 31) * (height + 31));
  return std::min(small, static_cast<size_t>(limits.working_bytes));
}

/// If a chunk claims 2 GiB, the decoder fails without a reason.
const char* failure_reason() {
  const char* reason = stbi_failure_reason();
  return reason == nullptr ? "unknown reason" : reason;
}

/// Whether the decoder returned a JPEG that it could not finish: from 2.28 on it does so, with grey or zeros for the
/// rest, and keeps the failure reason. After any other JPEG the reason is that of its first check, for a PNG.
bool broke_off_in_jpeg() { return failure_reason() != std::string_view("Not a PNG"); }

constexpr const char* kRemedy = ": convert it to PNG or JPEG again, or remove it";

}  // namespace

DecodedImage decode_image(const std::string& name, const std::vector<uint8_t>& bytes, const ImageLimits& limits) {
  const int size = static_cast<int>(bytes.size());
  int width = 0, height = 0, channels = 0;
  check(bytes.size() <= kMostImageFileBytes, name, ": has ", bytes.size(), " bytes, at most ", kMostImageFileBytes,
        " are allowed");
  const JpegSurvey jpeg = survey_jpeg(bytes);
  if (jpeg.fault != nullptr) fail(name, ": cannot be decoded (", jpeg.fault, ")", kRemedy);
  const char* png_fault = fault_of_png(bytes);
  if (png_fault != nullptr) fail(name, ": cannot be decoded (", png_fault, ")", kRemedy);
  allowed_bytes = static_cast<size_t>(limits.working_bytes);
  // Query first, then read the reason: the arguments of one call are evaluated in any order.
  const bool is_image = stbi_info_from_memory(bytes.data(), size, &width, &height, &channels) != 0;
  check(is_image, name, ": not a PNG or JPEG image (", is_image ? "" : failure_reason(),
        "): convert it to PNG or JPEG, or remove it");
  check(width <= limits.side && height <= limits.side && int64_t{width} * height <= limits.pixels, name, ": has ",
        width, " x ", height, " pixels, at most ", limits.side, " per side and ", limits.pixels,
        " in total are allowed: make it smaller");
  const int64_t most_pixels = jpeg.is_jpeg ? kMostPixelsOfJpegByte * static_cast<int64_t>(jpeg.scan_bytes)
                                           : kMostBitsOfPngByte * size / png_bits_of_pixel(bytes);
  check(int64_t{width} * height <= most_pixels, name, ": claims ", width, " x ", height, " pixels in ",
        jpeg.is_jpeg ? jpeg.scan_bytes : bytes.size(), jpeg.is_jpeg ? " bytes of scans" : " bytes",
        ", an impossible size", kRemedy);

  allowed_bytes = allowed_bytes_of(width, height, bytes.size(), limits);
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_memory(bytes.data(), size, &width, &height, &channels, 3), stbi_image_free);
  check(pixels != nullptr && !(jpeg.is_jpeg && broke_off_in_jpeg()), name, ": cannot be decoded (", failure_reason(),
        ")", kRemedy);
  return {height, width, {pixels.get(), pixels.get() + int64_t{width} * height * 3}};
}

}  // namespace onefold
